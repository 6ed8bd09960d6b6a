"""The registry of addressees in memory: it keeps the promises of its ports, in another way than the table does."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock

from kyotsu.addressees import suspects
from kyotsu.addressees.changes import Change
from kyotsu.addressees.numbers import NumberKind, Serials
from kyotsu.addressees.person_numbers import Links, people_of
from kyotsu.addressees.records import AddresseeRecord, BusinessUse, HistoryEntry, Origin, Use
from kyotsu.addressees.store import INDIVIDUAL_NUMBER, Done, KnownNumber, Lease, Seen
from tests.fakes.sealing import FINGERPRINTS


@dataclass
class MemoryRegistry:
    """`RegistryStore`, `MigrationStore` and `ResidentNumberStore`; `residents` is who the residents' table knows."""

    residents: dict[str, str] = field(default_factory=dict)
    records: dict[str, AddresseeRecord] = field(default_factory=dict)
    entries: dict[str, list[HistoryEntry]] = field(default_factory=dict)
    remarks: list[tuple[str, str]] = field(default_factory=list)
    individual_numbers: dict[tuple[str, Use], str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    """Principals by linked number."""
    migrated: set[str] = field(default_factory=set)
    obtained: set[str] = field(default_factory=set)
    leases: dict[str, Lease] = field(default_factory=dict)
    done: dict[str, Done] = field(default_factory=dict)
    opens: bool = True
    """Whether 個人番号 are opened for the business that sent them."""
    lock: RLock = field(default_factory=RLock)

    def look(self, numbers: Collection[str], use: Use, once: str | None = None) -> Seen:
        with self.lock:
            return Seen({number: self._known(number, use) for number in numbers}, self.done.get(once or ""))

    def write(self, change: Change | None, done: Done | None = None) -> bool:
        with self.lock:
            changes = change is not None and change.changes
            if (done is not None and done.key in self.done) or (changes and not self._holds(change)):
                return False
            if change is not None and changes:
                self._write(change)
            if done is not None:
                self.done[done.key] = done
            return True

    def take(self, number: str, done: Done | None = None) -> bool:
        with self.lock:
            used = number in self.records or number in self.migrated or number in self.obtained
            if used or (done is not None and done.key in self.done):
                return False
            self.obtained.add(number)
            if done is not None:
                self.done[done.key] = done
            return True

    def reserve(self, numbers: Collection[str]) -> set[str]:
        with self.lock:
            used = {n for n in numbers if n not in self.migrated and (n in self.records or n in self.obtained)}
            self.migrated |= {*numbers} - used
            return used

    def history(self, number: str) -> list[HistoryEntry]:
        return [*self.entries.get(number, [])]

    def lease(self, number: str, wanted: Lease, now: datetime) -> Lease:
        with self.lock:
            held = self.leases.get(number)
            if held is not None and held.until > now and held[:2] != wanted[:2]:
                return held
            self.leases[number] = wanted
            return wanted

    def release(self, number: str, holder: Use, operator: str) -> None:
        with self.lock:
            if self.leases.get(number, (None, None))[:2] == (holder, operator):
                del self.leases[number]

    def linked_to(self, principal: str) -> Iterator[str]:
        return iter(sorted(number for number, target in self.links.items() if target == principal))

    def alike(self, record: AddresseeRecord) -> list[str]:
        wanted = suspects.fingerprint(record, FINGERPRINTS)
        others = (other for other in self.records.values() if other.number != record.number and not other.deleted)
        same = (other.number for other in others if suspects.fingerprint(other, FINGERPRINTS) == wanted)
        return sorted(same) if wanted else []

    def _known(self, number: str, use: Use) -> KnownNumber:
        record, part, fingerprint = self.records.get(number), None, None
        if record is not None and use in record.uses:
            sent = self.individual_numbers.get((number, use))
            part = BusinessUse(number, use, sent if self.opens else None)
            fingerprint = None if sent is None else FINGERPRINTS.of(INDIVIDUAL_NUMBER, sent)
        return KnownNumber(
            number=number,
            record=record,
            use=part,
            individual_number=fingerprint,
            resident=self.residents.get(number),
            migrated=number in self.migrated,
            issued_to_residents=number in self.obtained,
            linked=len([*self.linked_to(number)]),
            lease=self.leases.get(number),
        )

    def _holds(self, change: Change | None) -> bool:
        if change is None:
            return True
        number, stored = change.record.number, self.records.get(change.record.number)
        if (None if stored is None else stored.revision) != change.expected:
            return False
        if change.expected is None and (
            (number in self.migrated and change.record.origin is not Origin.MIGRATED)
            or (number in self.obtained and change.record.origin is Origin.ISSUED)
        ):
            return False
        if change.editor is not None:
            use, operator, at = change.editor
            held = self.leases.get(number)
            if held is not None and held.until > at and held[:2] != (use, operator):
                return False
        if (change.linked_to is not None or change.closes) and number in self.links.values():
            return False
        return change.linked_to is None or self._is_principal(change.linked_to, change.principal_is_resident)

    def _is_principal(self, number: str, resident: bool) -> bool:
        record = self.records.get(number)
        is_open = record is not None and not record.deleted
        return (is_open or resident) and number not in self.links

    def _write(self, change: Change) -> None:
        record = change.record
        if change.entry is not None:
            self.records[record.number] = record
            self.entries.setdefault(record.number, []).append(change.entry)
            self.remarks += [(record.number, outcome.code) for _, outcome, _ in change.remarks]
        for ended in change.ended:
            self.individual_numbers.pop((record.number, ended), None)
        if change.use is not None:
            self.individual_numbers.pop((record.number, change.use.use), None)
            if change.use.individual_number is not None:
                self.individual_numbers[record.number, change.use.use] = change.use.individual_number
        if change.unlinked_from is not None:
            self.links.pop(record.number)
        if change.linked_to is not None:
            self.links[record.number] = change.linked_to


@dataclass
class RegistryLinks:
    """`SamePerson` by the links and histories of a registry in memory."""

    store: MemoryRegistry

    def numbers_of(self, numbers: Collection[str]) -> Mapping[str, frozenset[str]]:
        return people_of(numbers, lambda asked: {number: self._links(number) for number in asked})

    def _links(self, number: str) -> Links:
        return Links(self._principal(number), [one for one in self.store.records if self._principal(one) == number])

    def _principal(self, number: str) -> str | None:
        record = self.store.records.get(number)
        if record is None or not record.deleted:
            return None if record is None else record.principal
        open_ones = [entry.record for entry in self.store.history(number) if not entry.record.deleted]
        return open_ones[-1].principal if open_ones else None


@dataclass
class MemoryCounter:
    """`SerialCounter`."""

    last: dict[NumberKind, int] = field(default_factory=dict)
    calls: int = 0
    lock: RLock = field(default_factory=RLock)

    def reserve(self, kind: NumberKind, count: int, within: Serials) -> Serials | None:
        with self.lock:
            self.calls += 1
            before = max(self.last.get(kind, 0), within.first - 1)
            if before >= within.last:
                return None
            self.last[kind] = before + count
            return Serials(before + 1, min(before + count, within.last))
