"""The `Integrated` table."""

from __future__ import annotations

from kyotsu.runtime.tables import TableItem


class PersonItem(TableItem):
    """A record."""
