"""The `Addressees` table."""

from __future__ import annotations

from kyotsu.runtime.tables import TableItem


class RecordItem(TableItem):
    """A record."""
