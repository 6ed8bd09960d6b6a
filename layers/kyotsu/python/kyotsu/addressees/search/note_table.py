"""`Notes` in the `Candidates` table.

| item | pk | sk | attributes |
|---|---|---|---|
| search | 団体コード#Q#検索ID | Q | s system, t when (ms), n people with points, k keys asked for, expires_at |

DynamoDB deletes expired items within days: who reads one looks at the clock.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from pynamodb.attributes import BinaryAttribute, NumberAttribute, TTLAttribute, UnicodeAttribute

from kyotsu.addressees.search.notes import Note
from kyotsu.runtime.tables import TableItem, bound

SEARCHES = "Q"


class NoteItem(TableItem):
    """A note."""

    s = UnicodeAttribute()
    t = NumberAttribute()
    n = BinaryAttribute(legacy_encoding=False)
    k = BinaryAttribute(legacy_encoding=False)
    expires_at = TTLAttribute()


class NoteTable:
    """Notes of one municipality. Rights, in partitions `Q#*`: PutItem (put), GetItem (find)."""

    def __init__(self, table: str, municipality: str) -> None:
        self._model, self._municipality = bound(NoteItem, table), municipality

    def put(self, note: Note) -> None:
        """Keep a note durably; again changes nothing."""
        self._model(
            self._pk(note.id),
            SEARCHES,
            s=note.system,
            t=int(note.at.timestamp() * 1000),
            n=msgspec.msgpack.encode(note.people),
            k=msgspec.msgpack.encode(sorted(note.asked)),
            expires_at=note.until,
        ).save()

    def find(self, search: str) -> Note | None:
        """Return a note, which may have expired; None: there is none (any more)."""
        try:
            item = self._model.get(self._pk(search), SEARCHES, consistent_read=True)
        except self._model.DoesNotExist:
            return None
        return Note(
            id=search,
            system=item.s,
            at=datetime.fromtimestamp(float(item.t) / 1000, UTC),
            until=item.expires_at,
            people=msgspec.msgpack.decode(item.n, type=tuple[tuple[str, int], ...]),
            asked=msgspec.msgpack.decode(item.k, type=frozenset[bytes]),
        )

    def _pk(self, search: str) -> str:
        return f"{self._municipality}#{SEARCHES}#{search}"
