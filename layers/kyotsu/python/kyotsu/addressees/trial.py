"""A registry that takes every change and writes none: what a file would come to, told by the code that applies it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from kyotsu.addressees.applying import RowStore
from kyotsu.addressees.changes import Change
from kyotsu.addressees.records import AddresseeRecord, BusinessUse, Use
from kyotsu.addressees.store import INDIVIDUAL_NUMBER, Done, KnownNumber, Seen
from kyotsu.contracts.sealing import Fingerprints


@dataclass(slots=True)
class TrialRegistry:
    """A `RowStore` for one user, over the real one. Memory grows with the numbers that are changed."""

    real: RowStore
    fingerprints: Fingerprints
    _records: dict[str, AddresseeRecord] = field(default_factory=dict)
    _sent: dict[tuple[str, Use], bytes | None] = field(default_factory=dict, repr=False)
    """Fingerprints of 個人番号."""
    _linked: dict[str, int] = field(default_factory=dict)
    """How many more records are linked to a number than really are."""

    def look(self, numbers: Collection[str], use: Use, once: str | None = None) -> Seen:
        """Return what would be known by now. Nothing has happened under a key: a trial's rows are its own."""
        del once
        real = self.real.look(numbers, use).numbers
        return Seen({number: self._known(real[number], use) for number in numbers})

    def write(self, change: Change | None, done: Done | None = None) -> bool:
        """Take a change."""
        del done
        if change is None or not change.changes:
            return True
        number = change.record.number
        if change.entry is not None:
            self._records[number] = change.record
        self._sent |= {(number, ended): None for ended in change.ended}
        if change.use is not None and change.use.individual_number is not None:
            sent = self.fingerprints.of(INDIVIDUAL_NUMBER, change.use.individual_number)
            self._sent[number, change.use.use] = sent
        for principal, more in ((change.linked_to, 1), (change.unlinked_from, -1)):
            if principal is not None:
                self._linked[principal] = self._linked.get(principal, 0) + more
        return True

    def _known(self, real: KnownNumber, use: Use) -> KnownNumber:
        record = self._records.get(real.number, real.record)
        part = BusinessUse(real.number, use, None) if record is not None and use in record.uses else None
        return replace(
            real,
            record=record,
            use=part,
            individual_number=self._sent.get((real.number, use), real.individual_number) if part else None,
            linked=real.linked + self._linked.get(real.number, 0),
        )
