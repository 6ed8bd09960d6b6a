"""The gate between records and whoever is shown them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from kyotsu.contracts.protection import ProtectionDecision, Reader, Verdict


class UndecidedError(Exception):
    """Whether this person is protected can't be told now, so nothing about the person may be shown. Ask again."""


class Records(Protocol):
    """Reads current records."""

    def record(self, number: str) -> dict[str, str] | None:
        """Return the current record by romaji name, or None."""
        ...


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """A person's current record as its reader may see it; None: there is none."""

    items: dict[str, str] | None
    withheld: bool
    """Whether items were left out because the person is protected."""


@dataclass(frozen=True, slots=True)
class RecordGate:
    """Records as their readers may see them. `withheld` are the catalogue's items that tell where somebody lives."""

    records: Records
    decision: ProtectionDecision
    withheld: frozenset[str]

    def shown(self, number: str, reader: Reader) -> ShownRecord:
        """Return what a reader may see of a person; raises UndecidedError."""
        record = self.records.record(number)
        # Decided after the record was read: a measure that comes in between, and the new address after it, are seen.
        verdict = self.decision.decide([number], reader).get(number)
        if verdict is None:
            raise UndecidedError
        if verdict is Verdict.OPEN or record is None:
            return ShownRecord(record, withheld=False)
        return ShownRecord({name: value for name, value in record.items() if name not in self.withheld}, withheld=True)
