"""Items of deliveries in the `Linkage` table; `delivery_table.py` tells their keys."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, TTLAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from kyotsu.runtime.tables import TableItem


class ByState(GlobalSecondaryIndex["DeliveryItem"]):  # type: ignore[no-untyped-call] # untyped in PynamoDB
    """Deliveries that somebody has to look at again, by what is missing."""

    class Meta:
        """Name and projection, as deployed."""

        index_name = "by_provider"
        projection = AllProjection()

    gsi1pk = UnicodeAttribute(hash_key=True)
    gsi1sk = UnicodeAttribute(range_key=True)


class DeliveryItem(TableItem):
    """A delivery as stored."""

    gsi1pk = UnicodeAttribute(null=True)
    gsi1sk = UnicodeAttribute(null=True)
    by_state = ByState()
    revision = NumberAttribute()
    body = UnicodeAttribute()


class PartItem(TableItem):
    """A part as stored."""

    body = UnicodeAttribute()
    expires_at = TTLAttribute()


class WaitItem(TableItem):
    """What waits of a stretch."""

    body = UnicodeAttribute()


class TurnItem(TableItem):
    """Whose turn it is in a lane."""

    turn = NumberAttribute(default=1)


class PlanItem(TableItem):
    """That a delivery is planned for a file and a recipient."""

    interface = UnicodeAttribute()
    recipient = UnicodeAttribute()
    number = NumberAttribute()
