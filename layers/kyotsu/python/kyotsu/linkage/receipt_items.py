"""Items of receipts in the `Linkage` table; `table.py` tells their keys."""

from __future__ import annotations

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from kyotsu.runtime.tables import TableItem


class ByProvider(GlobalSecondaryIndex["ReceiptItem"]):  # type: ignore[no-untyped-call] # untyped in PynamoDB
    """Receipts of a provider, by time of reception."""

    class Meta:
        """Name and projection, as deployed."""

        index_name = "by_provider"
        projection = AllProjection()

    gsi1pk = UnicodeAttribute(hash_key=True)
    gsi1sk = UnicodeAttribute(range_key=True)


class ReceiptItem(TableItem):
    """A receipt as stored."""

    gsi1pk = UnicodeAttribute()
    gsi1sk = UnicodeAttribute()
    by_provider = ByProvider()
    bucket = UnicodeAttribute()
    object_key = UnicodeAttribute()
    version_id = UnicodeAttribute()
    municipality = UnicodeAttribute()
    provider = UnicodeAttribute()
    received_at = UTCDateTimeAttribute()
    interface = UnicodeAttribute(default="")
    branch = UnicodeAttribute(default="")
    mode = UnicodeAttribute(default="")
    version = UnicodeAttribute(default="")
    status = UnicodeAttribute(null=True)
    counts: JSONAttribute = JSONAttribute(null=True)
    sha256 = UnicodeAttribute(default="")
    problems = NumberAttribute(default=0)
    reason: JSONAttribute = JSONAttribute(null=True)
    answered_at = UTCDateTimeAttribute(null=True)
    answered = BooleanAttribute(default=False)
    scan_result: JSONAttribute = JSONAttribute(null=True)
    holds = BooleanAttribute(default=False)


class ChunkItem(TableItem):
    """A ledger entry."""

    index = NumberAttribute()
    counts: JSONAttribute = JSONAttribute()
    problems = NumberAttribute()


class ContentItem(TableItem):
    """The file whose content was accepted first."""

    receipt_id = UnicodeAttribute()
    object_key = UnicodeAttribute()
