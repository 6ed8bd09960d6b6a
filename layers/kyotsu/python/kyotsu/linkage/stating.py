"""Making statements of completeness: for every day that is over, and again when its last file got its answer.

A statement is one object that is created once; whoever creates it first has made it, so that a run that is repeated,
or two at once, end in one chain.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from kyotsu.catalogue.model import Catalogue
from kyotsu.contracts.ports import Clock
from kyotsu.linkage.completeness import (
    FOLDER,
    Open,
    Statement,
    begin_of,
    day_of,
    folder,
    hash_of,
    interface_of,
    next_day,
    statement,
)
from kyotsu.linkage.deliveries import Delivery
from kyotsu.linkage.receipts import Receipt
from kyotsu.linkage.statement_chain import Last, StatementObjects

FIRST_DAYS = 7
"""How far back the first look of all goes."""


class StatedReceipts(Protocol):
    """Receipts, to read."""

    def received(self, provider: str, since: datetime, until: datetime) -> Iterable[Receipt]:
        """Yield a provider's receipts from one moment until another. One of the last second may be missing."""
        ...


class StatedDeliveries(Protocol):
    """Deliveries, to read."""

    def of_receipt(self, receipt_id: str) -> list[Delivery]:
        """Return every delivery of a file."""
        ...


@dataclass(frozen=True, slots=True)
class Stating:
    """Makes the statements of one municipality."""

    municipality: str
    catalogue: Catalogue
    receipts: StatedReceipts
    deliveries: StatedDeliveries
    objects: StatementObjects
    clock: Clock
    grace: timedelta
    """How long after midnight a file that was received before it may lack its receipt."""
    patience: int
    """Days for which a statement waits for the last answer."""

    def look(self, in_time: Callable[[], bool]) -> list[Statement]:
        """Make what is due, while there is time; return the statements that were made.

        What keeps one provider's from being made keeps no other's: NotStatedError tells of it at the end.
        """
        made: list[Statement] = []
        failures: dict[str, Exception] = {}
        for provider in map(str.lower, self.catalogue.systems):
            if not in_time():
                break
            try:
                made.extend(self._provider(provider))
            except Exception as error:  # noqa: BLE001 - whatever it is, the others' statements are due as well
                failures[provider] = error
        if failures:
            raise NotStatedError(made, failures)
        return made

    def _provider(self, provider: str) -> Iterator[Statement]:
        yesterday = next_day(day_of(self.clock.now() - self.grace), -1)
        chains = {interface: self._last(provider, interface) for interface in self._begun(provider)}
        ends = [last.statement.through for last in chains.values() if last]
        first = min([next_day(through) for through in ends] + [next_day(yesterday, 1 - FIRST_DAYS)])
        received = self._received(provider, first, yesterday)
        expected = self._expected(provider)
        for interface in sorted({*chains, *expected, *(interface for interface, _ in received)}):
            own = {day: found for (named, day), found in received.items() if named == interface}
            yield from self._chain(provider, interface, chains.get(interface), own, yesterday, expected.get(interface))

    def _chain(
        self,
        provider: str,
        interface: str,
        last: Last | None,
        received: Mapping[str, list[Receipt]],
        yesterday: str,
        expected: int | None,
    ) -> Iterator[Statement]:
        if last:
            self.objects.copy(provider, last.statement.copy_place, last.body)  # its maker may have ended before
            for still in last.statement.open_days:
                files = self._received(provider, still.day, still.day).get((interface, still.day), [])
                if all(receipt.answered for receipt in files):
                    head = self._head(provider, interface, last, expected, still.day)
                    last = yield from self._made(head, files, last, still)
        day = next_day(last.statement.through) if last else min([*received, yesterday])
        while day <= yesterday:
            files = received.get(day, [])
            waits = any(not receipt.answered for receipt in files)
            if waits and self.clock.now() < begin_of(next_day(day, 1 + self.patience)) + self.grace:
                return
            last = yield from self._made(self._head(provider, interface, last, expected, day), files, last, None)
            day = next_day(day)

    def _made(
        self, head: dict[str, object], files: list[Receipt], last: Last | None, corrected: Open | None
    ) -> Generator[Statement, None, Last]:
        """Make the next statement of a chain; return the one that stands there."""
        if corrected:
            head |= {"revision": corrected.revision + 1, "corrects": corrected.sequence}
        deliveries = [delivery for receipt in files for delivery in self.deliveries.of_receipt(receipt.receipt_id)]
        plain = statement(head, files, deliveries, self.clock.now())
        before = last.statement.open_days if last else ()
        still = tuple(each for each in before if each.day != plain.day)
        if plain.open:
            still = (*still, Open(day=plain.day, sequence=plain.sequence, revision=plain.revision))
        made = msgspec.structs.replace(plain, open_days=still)
        body = made.encoded()
        # Of a write whose answer got lost and that was tried again, S3 says that there is one: ours.
        if not self.objects.create(made.place, body) and self.objects.find(made.place) != body:
            raise StatedMeanwhileError
        self.objects.copy(made.provider, made.copy_place, body)
        yield made
        return Last(made, body)

    def _head(
        self, provider: str, interface: str, last: Last | None, expected: int | None, day: str
    ) -> dict[str, object]:
        through = max(last.statement.through, day) if last else day
        return {
            "municipality": self.municipality,
            "provider": provider,
            "interface": interface,
            "sequence": last.statement.sequence + 1 if last else 1,
            "previous": hash_of(last.body) if last else "",
            "day": day,
            "revision": 1,
            "corrects": None,
            "through": through,
            "expected_days": expected,
        }

    def _begun(self, provider: str) -> list[str]:
        return list(self.objects.folders(f"{FOLDER}{provider}/"))

    def _last(self, provider: str, interface: str) -> Last | None:
        key = max(self.objects.keys(folder(provider, interface)), default=None)
        body = self.objects.find(key) if key else None
        return Last(msgspec.json.decode(body, type=Statement), body) if body is not None else None

    def _received(self, provider: str, first: str, last: str) -> dict[tuple[str, str], list[Receipt]]:
        found: dict[tuple[str, str], list[Receipt]] = {}
        for receipt in self.receipts.received(provider, begin_of(first), begin_of(next_day(last))):
            place = (interface_of(receipt, self.catalogue.interfaces), day_of(receipt.received_at))
            found.setdefault(place, []).append(receipt)
        return found

    def _expected(self, provider: str) -> dict[str, int]:
        return {
            interface.id: int(interface.expected_every.strip("PD"))
            for interface in self.catalogue.interfaces.values()
            if interface.expected_every and interface.providers != "any"
            if provider in {name.lower() for name in interface.providers}
        }


class NotStatedError(Exception):
    """The statements of some providers (`failures`) could not be made, or not all of them; `made` were."""

    def __init__(self, made: list[Statement], failures: Mapping[str, Exception]) -> None:
        super().__init__(", ".join(failures))
        self.made, self.failures = made, failures


class StatedMeanwhileError(Exception):
    """Another run has made the next statement of a chain; looking again goes on after it."""
