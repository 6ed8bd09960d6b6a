"""The `Audit` table: what finds records by person. The records themselves are what counts.

| item | pk | sk |
|---|---|---|
| a person of a small access | 団体コード#PERSON#宛名番号 | access#people |
| a record of a large access | 団体コード#BULK#YYYY-MM | access#people#piece |

`people` stands for exactly the people of the access. The month is that of the access, JST.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from pynamodb.attributes import NumberAttribute, TTLAttribute, UnicodeAttribute

from kyotsu.contracts.audit import Access
from kyotsu.runtime.audit.records import Header, day_of
from kyotsu.runtime.batches import in_parallel
from kyotsu.runtime.tables import TableItem, bound

FEW = 100
"""People of an access up to which each has an item, so that nobody else's records are read to find it."""


class FoundItem(TableItem):
    """Where a record stands, and whom it may concern."""

    object_key = UnicodeAttribute()
    day = UnicodeAttribute()
    first = UnicodeAttribute()
    last = UnicodeAttribute()
    people = NumberAttribute()
    expires_at = TTLAttribute()


class Entry(NamedTuple):
    """An item of the index: where a record stands, and the keys under which it is found."""

    pk: str
    sk: str
    object_key: str


@dataclass(frozen=True, slots=True)
class AuditTable:
    """`RecordIndex` on DynamoDB, and its readers. Needs PutItem and GetItem to write, Query to read."""

    table: str
    municipality: str
    kept: timedelta
    """How long records stay, and their items with them."""

    def knows(self, access: Access, people: Sequence[str]) -> bool:
        """Tell whether `note` has come to its end for this access to exactly these people."""
        model = bound(FoundItem, self.table)
        try:
            model.get(*self._keys(access, people, people[0], 0), consistent_read=True)
        except model.DoesNotExist:
            return False
        return True

    def note(self, headers: Sequence[Header], people: Sequence[str]) -> None:
        """Keep where the records of an access to these people stand, durably; the first item last of all."""
        items = self._items(headers, people)
        in_parallel(lambda item: item.save(), items[1:])
        items[0].save()

    def entries(self, headers: Sequence[Header], people: Sequence[str]) -> list[Entry]:
        """Return the items that there must be for the records of one access, by which this is checked."""
        return [Entry(item.pk, item.sk, item.object_key) for item in self._items(headers, people)]

    def has(self, entry: Entry) -> bool:
        """Tell whether an item stands as it must."""
        model = bound(FoundItem, self.table)
        try:
            return bool(model.get(entry.pk, entry.sk, consistent_read=True).object_key == entry.object_key)
        except model.DoesNotExist:
            return False

    def keys_of(self, number: str, months: Sequence[str]) -> Iterator[str]:
        """Yield the object keys of records that may concern a person, of accesses in some months (YYYY-MM)."""
        model = bound(FoundItem, self.table)
        for item in model.query(f"{self.municipality}#PERSON#{number}", consistent_read=True):
            if item.day[:7] in months:
                yield item.object_key
        within = (model.first <= number) & (model.last >= number)
        for month in months:
            partition = f"{self.municipality}#BULK#{month}"
            for item in model.query(partition, filter_condition=within, consistent_read=True):
                yield item.object_key

    def _items(self, headers: Sequence[Header], people: Sequence[str]) -> list[FoundItem]:
        if len(people) <= FEW:
            return [self._item(headers[0], people, number) for number in people]
        return [self._item(header, people, header.first) for header in headers]

    def _item(self, header: Header, people: Sequence[str], number: str) -> FoundItem:
        access = header.access
        return bound(FoundItem, self.table)(
            *self._keys(access, people, number, header.piece),
            object_key=header.place.key,
            day=_day(access),
            first=header.first,
            last=header.last,
            people=header.people,
            expires_at=datetime.fromisoformat(header.recorded_at) + self.kept,
        )

    def _keys(self, access: Access, people: Sequence[str], number: str, piece: int) -> tuple[str, str]:
        whom = hashlib.sha256("\n".join(people).encode()).hexdigest()[:16]
        if len(people) <= FEW:
            return f"{self.municipality}#PERSON#{number}", f"{access.access_id}#{whom}"
        month = _day(access)[:7]
        return f"{self.municipality}#BULK#{month}", f"{access.access_id}#{whom}#{piece:04d}"


def _day(access: Access) -> str:
    return day_of(datetime.fromisoformat(access.at))
