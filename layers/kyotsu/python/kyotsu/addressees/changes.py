"""What a request, a row or an operator changes in the registry: everything that is written together or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from kyotsu.addressees.records import AddresseeRecord, BusinessUse, HistoryEntry, Use
from kyotsu.residents.effects import Remark


class Editor(NamedTuple):
    """Who changes a record, and when: nobody may while somebody else edits it alone."""

    use: Use
    operator: str
    """操作者ID."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What must be written, all of it or nothing."""

    record: AddresseeRecord
    """As it stands afterwards."""
    expected: int | None
    """Revision that must be stored still; None: no record may be stored under the number."""
    entry: HistoryEntry | None
    """Goes to the history; None: the record stays as it is, nothing of it is written."""
    use: BusinessUse | None = None
    """A business's part, if it is new or another one."""
    ended: frozenset[Use] = frozenset()
    """Whose parts end: their own values, 個人番号 among them, are erased."""
    linked_to: str | None = None
    """The principal's number, if the change links. It must still be there and not be linked itself, and nobody may
    have been linked to the record's own number meanwhile."""
    principal_is_resident: bool = False
    """Whether `linked_to` is, or was, a resident's number: it may be linked to without an open record."""
    unlinked_from: str | None = None
    """The principal's number, if the change takes a link back."""
    editor: Editor | None = None
    """Whoever else has a lease of the record at that moment must not have it any more; None: leases don't matter."""
    remarks: tuple[Remark, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether anything must be written."""
        return self.entry is not None or self.use is not None or bool(self.ended)

    @property
    def closes(self) -> bool:
        """Whether it closes the record. Then nobody may be linked to the record's number when it is written."""
        return self.entry is not None and self.record.deleted
