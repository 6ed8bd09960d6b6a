"""The `Residents` table: immutable versions, and one head per person that remembers all of them.

| item | pk | sk | attributes |
|---|---|---|---|
| version | 団体コード#宛名番号 | V#history#sub#操作日時#effect+origin#hash | b values, y layout, r receipt, l line |
| head | 団体コード#宛名番号 | H | n revision, b entries |

Writes go through the plain client in batches: PynamoDB's models cost five times the time per item (performance.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from kyotsu.residents.applier import Head, StoredVersion
from kyotsu.residents.packing import pack_entries, pack_values, unpack_entries, unpack_values
from kyotsu.residents.stream import HEAD
from kyotsu.residents.versions import Entry
from kyotsu.runtime.batches import batches, get_all, in_parallel, put_all
from kyotsu.runtime.tables import TableItem, bound

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_TRANSACTION = 100
_CONTENDED = frozenset({"ConditionalCheckFailed", "TransactionConflict", "None"})
"""Why one of the heads of a transaction was not stored: itself, or another one beside it."""


class VersionItem(TableItem):
    """A stored version."""

    b = BinaryAttribute(legacy_encoding=False)
    y = UnicodeAttribute()
    r = UnicodeAttribute()
    l = NumberAttribute()  # noqa: E741 - one-letter names keep a row within one write unit


class ResidentTable:
    """A `ResidentStore` on DynamoDB."""

    def __init__(self, client: DynamoDBClient, table: str, municipality: str) -> None:
        self._client = client
        self._table = table
        self._municipality = municipality
        self._versions = bound(VersionItem, table)

    def heads(self, numbers: Iterable[str]) -> dict[str, Head]:
        """Return the heads of all these people; one of revision 0 for people not known."""
        found = {number: Head(number, 0, ()) for number in numbers}
        keys = [{"pk": {"S": self._pk(number)}, "sk": {"S": HEAD}} for number in found]
        for item in get_all(self._client, self._table, keys):
            number = item["pk"]["S"].partition("#")[2]
            found[number] = Head(number, int(item["n"]["N"]), unpack_entries(item["b"]["B"]))
        return found

    def put_versions(self, versions: Sequence[StoredVersion]) -> None:
        """Store versions; storing one again changes nothing."""
        put_all(self._client, self._table, [self._version_item(version) for version in versions])

    def replace_heads(self, heads: Sequence[Head]) -> set[str]:
        """Store heads, each only if the stored revision is the one before; return the numbers of those not stored."""
        lost = in_parallel(self._replace, list(batches(heads, _TRANSACTION)))
        return {number for numbers in lost for number in numbers}

    def values(self, number: str, entry: Entry) -> tuple[str, list[str]]:
        """Return the layout (`interface/version`) and the values of a stored version."""
        item = self._versions.get(self._pk(number), _sort_key(entry), consistent_read=True)
        return item.y, unpack_values(item.b)

    def _pk(self, number: str) -> str:
        return f"{self._municipality}#{number}"

    def _version_item(self, version: StoredVersion) -> dict[str, Any]:
        return {
            "pk": {"S": self._pk(version.addressee_number)},
            "sk": {"S": _sort_key(version.entry)},
            "b": {"B": pack_values(version.values)},
            "y": {"S": version.layout},
            "r": {"S": version.entry.receipt_id},
            "l": {"N": str(version.entry.line)},
        }

    def _replace(self, heads: Sequence[Head]) -> set[str]:
        """Store heads together or not at all. After a time-out botocore repeats the request with its client token."""
        try:
            self._client.transact_write_items(TransactItems=[self._head_put(head) for head in heads])
        except ClientError as error:
            reasons: Any = error.response.get("CancellationReasons", [])
            if not reasons or {reason.get("Code", "None") for reason in reasons} - _CONTENDED:
                raise
            return {head.addressee_number for head in heads}
        return set()

    def _head_put(self, head: Head) -> Any:
        item = {
            "pk": {"S": self._pk(head.addressee_number)},
            "sk": {"S": HEAD},
            "n": {"N": str(head.revision)},
            "b": {"B": pack_entries(head.entries)},
        }
        put: dict[str, Any] = {"TableName": self._table, "Item": item}
        if head.revision == 1:
            put["ConditionExpression"] = "attribute_not_exists(pk)"
        else:
            put["ConditionExpression"] = "n = :before"
            put["ExpressionAttributeValues"] = {":before": {"N": str(head.revision - 1)}}
        return {"Put": put}


def _sort_key(entry: Entry) -> str:
    effect = f"{entry.effect or '-'}{entry.origin}"
    return f"V#{entry.history:09d}#{entry.sub:03d}#{entry.operated_at}#{effect}#{entry.digest}"
