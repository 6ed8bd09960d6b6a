"""Integrated addressees in memory, and requests about people who don't exist."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from threading import Lock

from kyotsu.addressees.numbers import NumberKind
from kyotsu.addressees.records import NO_ID, Operation, Use
from kyotsu.addressees.requests import Callers
from kyotsu.addressees.store import Done
from kyotsu.contracts.api import ApiRequest
from kyotsu.integrated.calls import IssueCall, ShowCall
from kyotsu.integrated.changes import Change, Told
from kyotsu.integrated.issuing import Issuing
from kyotsu.integrated.records import (
    Category,
    Conflict,
    HistoryEntry,
    Information,
    IntegratedPerson,
    RowKey,
    SealedNumber,
)
from kyotsu.integrated.showing import Showing
from kyotsu.integrated.store import IntegratedStore, ResidentCategories, Seen, Taken, Wanted, Write
from kyotsu.integrated.telling import Teller
from tests.fakes.protection import MemoryAudit, MemoryProtection
from tests.fakes.sealing import FINGERPRINTS

RESIDENTS, TAX, WELFARE, LOCAL = Use("001"), Use("010"), Use("022"), Use(NO_ID, "A01")
LIBRARY = "017"
"""A system that may not handle 個人番号."""
RECEIVED = datetime(2026, 5, 1, 0, 0, tzinfo=UTC)
AT = "2026-05-01T09:00:00+09:00"
ONE, TWO, THREE = "123456789018", "023456789013", "111111111118"
"""個人番号 with right check digits."""
TELLER = Teller(FINGERPRINTS)


class FreshNumbers:
    """A `NumberSource` that counts."""

    def __init__(self) -> None:
        self.given = 0

    def next(self, kind: NumberKind) -> str:
        assert kind is NumberKind.INTEGRATED
        self.given += 1
        return f"9{self.given:014d}"


@dataclass
class MemoryCategories:
    """住民区分 of residents."""

    known: dict[str, Category] = field(default_factory=dict)

    def of(self, numbers: Collection[str]) -> Mapping[str, Category]:
        return {number: self.known[number] for number in numbers if number in self.known}


@dataclass
class MemoryIntegrated:
    """An `IntegratedStore` in memory; `interrupt` is called before a write, once each time it is set."""

    people: dict[str, IntegratedPerson] = field(default_factory=dict)
    by_individual: dict[bytes, str] = field(default_factory=dict)
    former: dict[bytes, str] = field(default_factory=dict)
    """Who had a 個人番号 before it was changed."""
    by_number: dict[str, str] = field(default_factory=dict)
    rows: dict[tuple[str, RowKey], Information] = field(default_factory=dict)
    entries: dict[str, list[HistoryEntry]] = field(default_factory=dict)
    done: dict[str, Done] = field(default_factory=dict)
    noted: dict[tuple[str, str, str], Conflict] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    reserved: set[str] = field(default_factory=set)
    interrupt: Callable[[], object] | None = None
    lock: Lock = field(default_factory=Lock)

    def look(self, wanted: Sequence[Wanted]) -> list[Seen]:
        with self.lock:
            return [
                Seen(
                    self.people.get(self.by_number.get(one.number or "", "")),
                    self.people.get(self.by_individual.get(one.fingerprint or b"", "")),
                    self.done.get(one.once or ""),
                    self.former.get(one.fingerprint or b"", ""),
                )
                for one in wanted
            ]

    def write(self, writes: Sequence[Write]) -> list[bool]:
        interrupt, self.interrupt = self.interrupt, None
        if interrupt:
            interrupt()
        with self.lock:
            return [self._write(write) for write in writes]

    def person(self, number: str) -> IntegratedPerson | None:
        return self.people.get(number)

    def information(self, person: IntegratedPerson, row: RowKey) -> Information | None:
        return self.rows.get((person.number, row))

    def individual_number(self, number: str, sealed: SealedNumber) -> str:
        assert sealed.wrapped == number.encode()
        return sealed.sealed.decode()[::-1]

    def history(self, number: str) -> Sequence[HistoryEntry]:
        return self.entries.get(number, [])

    def note(self, conflicts: Iterable[Conflict]) -> None:
        for found in conflicts:
            before = self.noted.get(found[:3])
            if before is None or before.at < found.at:
                self.noted[found[:3]] = found

    def conflicts(self) -> Iterator[Conflict]:
        yield from self.noted.values()

    def taken(self, numbers: Collection[str]) -> Mapping[str, Taken]:
        known = dict.fromkeys(self.reserved, Taken.RESERVED) | dict.fromkeys(self.people, Taken.PERSON)
        return {number: known[number] for number in numbers if number in known}

    def reserve(self, numbers: Collection[str]) -> list[str]:
        taken = [number for number in dict.fromkeys(numbers) if number in self.people]
        self.reserved |= set(numbers) - set(taken)
        return taken

    def _write(self, write: Write) -> bool:
        change = write.change
        if (write.done and write.done.key in self.done) or (change and change.changes and not self._holds(change)):
            return False
        if write.done:
            self.done[write.done.key] = write.done
        if change and change.changes:
            self._apply(change, write.at)
        return True

    def _holds(self, change: Change) -> bool:
        stored = self.people.get(change.after.number)
        revision = change.before.revision if change.before else None
        free = {change.after.fingerprint} - {change.before.fingerprint if change.before else b""}
        return (
            (stored.revision if stored else None) == revision
            and change.after.number not in self.reserved
            and not free & self.by_individual.keys()
            and not change.linked & self.by_number.keys()
        )

    def _apply(self, change: Change, at: str) -> None:
        after = change.after
        if change.individual_number:
            after = replace(after, sealed=SealedNumber(after.number.encode(), change.individual_number[::-1].encode()))
        assert after.sealed
        self.people[after.number] = after
        if change.before:
            del self.by_individual[change.before.fingerprint]
            if change.before.fingerprint != after.fingerprint:
                self.former[change.before.fingerprint] = after.number
        if not after.deleted:
            self.by_individual[after.fingerprint] = after.number
            self.former.pop(after.fingerprint, None)
        for number in change.unlinked:
            del self.by_number[number]
        self.by_number |= dict.fromkeys(change.linked, after.number)
        if change.row and change.information:
            self.rows[after.number, change.row] = change.information
        elif change.row:
            self.rows.pop((after.number, change.row), None)
        if change.entry:
            self.entries.setdefault(after.number, []).append(replace(change.entry, at=at))
        if after.deleted:
            self.notices.append(after.number)


def told(
    number: str = "1",
    use: Use = TAX,
    individual: str | None = ONE,
    at: str = "09:00:00",
    *,
    reason: str | None = None,
    status: str | None = None,
    sequence: int = 0,
    name: str = "見本　花子",
) -> Told:
    """Return what a system tells of a person."""
    return TELLER.told(
        number=number,
        use=use,
        municipality="141003",
        person={"shimei": name, "jusho_choaza": "見本町"},
        operation=Operation("clerk", "2026-05-01", at),
        individual_number=individual,
        status=status,
        reason=reason,
        sequence=sequence,
    )


SUBJECT: dict[str, object] = {
    "kojinbango": ONE,
    "atenabango": "800000000000009",
    "shimei": "見本　花子",
    "seibetsu": "2",
    "seinengappi": "1980-02-29",
    "jusho_shikuchosonkodo": "131016",
    "jusho_todofuken": "東京都",
    "jusho_shikugunchosonmei": "千代田区",
}


def subject(**items: object) -> dict[str, object]:
    """Return a person of a request, changed in some items."""
    return {**SUBJECT, **items}


def body(*people: object, **header: object) -> dict[str, object]:
    """Return an issue request, changed in some items of its header."""
    own: dict[str, object] = {
        "shikuchosonkodo": "141003",
        "gyomuid": "010",
        "sosashaid": "123456",
        "sosanengappi": "2026-05-01",
        "sosajikoku": "09:00:00",
    }
    return {**own, "taishosha": list(people or [subject()]), **header}


def request(
    sent: Mapping[str, object], system: str = "010", *, key: str | None = None, attempt: str = "r1"
) -> ApiRequest:
    """Return a request as HTTP hands it on."""
    return ApiRequest(body=sent, system=system, received_at=RECEIVED, request_id=attempt, idempotency_key=key)


@dataclass
class Office:
    """Both calls over one store."""

    store: IntegratedStore = field(default_factory=MemoryIntegrated)
    residents: ResidentCategories = field(default_factory=MemoryCategories)
    audit: MemoryAudit = field(default_factory=MemoryAudit)
    protection: MemoryProtection = field(default_factory=MemoryProtection)
    numbers: FreshNumbers = field(default_factory=FreshNumbers)

    @property
    def callers(self) -> Callers:
        return Callers({"141003"}, lambda system: system != LIBRARY)

    @property
    def issue(self) -> IssueCall:
        return IssueCall(self.callers, Issuing(self.store, self.numbers, self.residents, TELLER), self.audit)

    @property
    def show(self) -> ShowCall:
        showing = Showing(self.store, self.protection, TELLER, "linkage")
        return ShowCall(self.callers, showing, self.audit)
