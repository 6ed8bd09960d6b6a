"""Items of the CS gateway in the `Moving` table; `outbox_table.py` tells their keys."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from kyotsu.runtime.tables import TableItem


class ByOpenness(GlobalSecondaryIndex["LaneItem"]):  # type: ignore[no-untyped-call] # untyped in PynamoDB
    """Lanes that somebody has to look at again, and the others."""

    class Meta:
        """Name and projection, as deployed."""

        index_name = "by_kind"
        projection = AllProjection()

    gsi1pk = UnicodeAttribute(hash_key=True)
    gsi1sk = UnicodeAttribute(range_key=True)


class LaneItem(TableItem):
    """A lane with all its messages: one write moves it on."""

    gsi1pk = UnicodeAttribute()
    gsi1sk = UnicodeAttribute()
    by_openness = ByOpenness()
    revision = NumberAttribute()
    body = UnicodeAttribute()


class PlaceItem(TableItem):
    """In which lane a message stands."""

    lane = UnicodeAttribute()


class HoldItem(TableItem):
    """That nothing is sent to a municipality."""

    by = UnicodeAttribute()
    at = UnicodeAttribute()


class ReceivedItem(TableItem):
    """That a message from the CS was dealt with."""

    at = UnicodeAttribute()


class ParkedItem(TableItem):
    """An object from the CS that was put aside."""

    code = UnicodeAttribute()
    at = UnicodeAttribute()
