"""Applying rows of 住登外者宛名基本情報の更新 (031i001), each once, in the order of the file.

What a row came to is written together with what it changed, and a refusal is written, too: whoever comes to a row
again is told the same, so that a chunk that is tried again neither repeats a row nor does one after its followers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol, Self

import msgspec

from kyotsu.addressees.changes import Change, Editor
from kyotsu.addressees.editing import Situation
from kyotsu.addressees.issuance import RegistryContendedError
from kyotsu.addressees.issuing import Refused
from kyotsu.addressees.items import BY_NAME
from kyotsu.addressees.linking import linked_to_hidden
from kyotsu.addressees.numbers import Ranges
from kyotsu.addressees.records import Deed, Use, use_of
from kyotsu.addressees.row_edits import decide_row, is_deletion, principal_of_row, row_errors
from kyotsu.addressees.rules import RequestError
from kyotsu.addressees.standing import system_of
from kyotsu.addressees.store import Done, KnownNumber, Seen
from kyotsu.contracts import outcomes
from kyotsu.contracts.ports import Clock
from kyotsu.contracts.rows import Applied, FileContext, Row, RowProblem
from kyotsu.contracts.sealing import Fingerprints

ATTEMPTS = 20
"""How often a row is decided anew because somebody else's write went first."""
MOST_TOGETHER = 200
"""Rows that are waited for together."""
_ROW = b"row"
"""What is asked under a row's key: a receipt's line never changes."""
_COUNTS: Mapping[Deed, str] = {
    Deed.REGISTERED: "added",
    Deed.REOPENED: "added",
    Deed.ENDED: "deleted",
    Deed.CLOSED: "deleted",
}


class RowStore(Protocol):
    """What applying rows needs of `RegistryStore`."""

    def look(self, numbers: Collection[str], use: Use, once: str | None = None) -> Seen:
        """Return what is known of numbers, and what happened under a key."""
        ...

    def write(self, change: Change | None, done: Done | None = None) -> bool:
        """Write a change, and that it happened, together or not at all."""
        ...


class RowOutcome(msgspec.Struct, frozen=True, array_like=True):
    """What a row came to, as it is kept. It holds no personal data."""

    count: str
    """A count of the answer; `failed` if the row was refused."""
    told: tuple[tuple[str, str, str], ...]
    """Item, code and sentence of each error or remark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryApplier:
    """A `RowApplier` for the registry."""

    store: RowStore
    """One that opens no 個人番号: receiving files is no reason to."""
    fingerprints: Fingerprints
    ranges: Ranges
    clock: Clock
    residents_keep_numbers: bool
    handles_individual_numbers: Callable[[str], bool]
    """Whether a system may send 個人番号."""
    workers: int = 8
    """Rows at a time, of those whose order can't matter."""

    def over(self, store: RowStore) -> Self:
        """Return the same applier on another store."""
        return replace(self, store=store)

    def open(self, file: FileContext, rows: Sequence[Row]) -> RegistryChunk:  # noqa: ARG002 - a port
        """Open a chunk. Nothing is known of its rows: what they come to depends on those before them."""
        return RegistryChunk(self, file)

    def values(self, file: FileContext, row: Row) -> dict[str, str]:
        """Return the items of a row that are set."""
        return {name: value for name, value in zip(file.columns, row.values, strict=True) if value}

    def outcome(self, file: FileContext, row: Row) -> RowOutcome:
        """Return what a row came to, now or before; raises RegistryContendedError."""
        values = self.values(file, row)
        sender, once = use_of(file.provider), f"row/{file.receipt_id}/{row.line}"
        number = values["atenabango"]
        for _ in range(ATTEMPTS):
            numbers = {number, principal_of_row(values) or number}
            seen = self.store.look(sorted(numbers), sender, once)
            if seen.done is not None:
                return msgspec.json.decode(seen.done.answer, type=RowOutcome)
            now = self.clock.now()
            decided = self._decided(self._sent(values, seen.numbers[number]), sender, seen.numbers, now)
            told = _outcome(decided)
            note = Done(once, _ROW, msgspec.json.encode(told))
            change = None
            if isinstance(decided, Change):
                change = replace(decided, editor=Editor(sender, values["sosashaid"], now))
            if self.store.write(change, note):
                return told
        raise RegistryContendedError

    def _sent(self, values: Mapping[str, str], known: KnownNumber) -> Mapping[str, str]:
        """Return a row without a 個人番号 that the sender sent before: it is compared without being opened."""
        if not known.was_sent(values.get("kojinbango"), self.fingerprints):
            return values
        return {name: value for name, value in values.items() if name != "kojinbango"}

    def _knows_link(self, known: KnownNumber, sender: Use, values: Mapping[str, str]) -> bool:
        """Tell whether a row without a link means that there is none: its sender was told of those there are.

        It was not before it used the record, and is not of a principal that is closed to it.
        """
        record = known.record
        if record is None or sender not in record.uses:
            return False
        if principal_of_row(values) is not None or is_deletion(values):
            return True
        return not linked_to_hidden(self.store, record, None, sender)

    def _decided(
        self, values: Mapping[str, str], sender: Use, seen: Mapping[str, KnownNumber], now: datetime
    ) -> Change | Refused:
        allowed = self.handles_individual_numbers(system_of(sender))
        errors = row_errors(values, sender, individual_numbers=allowed)
        if errors:
            return Refused(errors)
        principal, known = principal_of_row(values), seen[values["atenabango"]]
        situation = Situation(
            known=known,
            hidden=principal is not None and linked_to_hidden(self.store, known.record, principal, sender),
            principal=None if principal is None else seen[principal],
            now=now,
            residents_keep_numbers=self.residents_keep_numbers,
        )
        knows = self._knows_link(situation.known, sender, values)
        decided = decide_row(values, sender, situation, self.ranges, knows_link=knows)
        if isinstance(decided, Change) and not is_deletion(values) and decided.unlinked_from and not decided.linked_to:
            remark = ("名寄せ元フラグ", outcomes.UNLINKED_BY_FLAG, dict[str, object]())
            return replace(decided, remarks=(*decided.remarks, remark))
        return decided


@dataclass(frozen=True, slots=True)
class RegistryChunk:
    """An `OpenChunk` of edits."""

    applier: RegistryApplier
    file: FileContext
    known: Set[int] = field(default=frozenset())

    def apply(self, rows: Sequence[Row]) -> Applied:
        """Apply valid rows in their order, and return what they changed."""
        applied = Applied()
        with ThreadPoolExecutor(self.applier.workers) as workers:
            for together in independent(rows, self._number):
                found = workers.map(lambda row: self.applier.outcome(self.file, row), together)
                for row, outcome in zip(together, found, strict=True):
                    self._add(applied, row, outcome)
        return applied

    def _number(self, row: Row) -> str | None:
        """Return the one number whose state a row's outcome depends on; None: those of others, too."""
        values = self.applier.values(self.file, row)
        return None if is_deletion(values) or principal_of_row(values) else values["atenabango"]

    def _add(self, applied: Applied, row: Row, outcome: RowOutcome) -> None:
        if outcome.count != "failed":
            setattr(applied.counts, outcome.count, getattr(applied.counts, outcome.count) + 1)
        number = self.applier.values(self.file, row)["atenabango"]
        applied.problems += [
            RowProblem(row.line, item, outcomes.by_code(code), message, number) for item, code, message in outcome.told
        ]


def independent(rows: Iterable[Row], number: Callable[[Row], str | None]) -> Iterator[list[Row]]:
    """Yield runs of rows whose order among each other can't matter: each depends on its own number alone, no two on
    the same. `number` is that number; None: the row depends on others' links, so it is done alone."""
    together = dict[str, Row]()
    for row in rows:
        own = number(row)
        if together and (own is None or own in together or len(together) == MOST_TOGETHER):
            yield list(together.values())
            together = {}
        if own is None:
            yield [row]
        else:
            together[own] = row
    if together:
        yield list(together.values())


def _outcome(decided: Change | Refused) -> RowOutcome:
    if isinstance(decided, Refused):
        return RowOutcome("failed", tuple(_error(error) for error in decided.errors))
    remarks = tuple(
        (item, outcome.code, outcome.sentence(item=item, **fields)) for item, outcome, fields in decided.remarks
    )
    return RowOutcome(_count(decided), remarks)


def _error(error: RequestError) -> tuple[str, str, str]:
    item = BY_NAME.get(error.item)
    return (item.name if item else "", error.code, error.message)


def _count(change: Change) -> str:
    if not change.changes:
        return "unchanged"
    return "updated" if change.entry is None else _COUNTS.get(change.entry.deed, "updated")
