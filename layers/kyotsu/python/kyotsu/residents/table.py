"""The `Residents` table: immutable versions, and one head per person that remembers all of them. So is `Protection`.

| item | pk | sk | attributes |
|---|---|---|---|
| version | 団体コード#宛名番号 | V#history#sub#操作日時#effect+origin#hash | b values, y layout, r receipt, l line, k |
| head | 団体コード#宛名番号 | H | n revision, b entries and retractions |
| retraction | 団体コード#宛名番号 | U#receipt | |
| data key | 団体コード#K#reference | K | b wrapped key, f which fingerprints the rows sealed with it have |

`k` is the reference of the data key; rows of a layout without sealed items have none. Writes go through the plain
client in batches: PynamoDB's models cost five times the time per item (performance.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from kyotsu.contracts.sealing import DataKey
from kyotsu.residents.applier import Head, StoredVersion
from kyotsu.residents.packing import pack_entries, pack_values, unpack, unpack_values, version_key
from kyotsu.residents.sealing import Sealing, key_reference, open_values, seal_values, without_sealed
from kyotsu.residents.stream import HEAD
from kyotsu.residents.versions import Entry
from kyotsu.runtime.batches import batches, get_all, in_parallel, put_all
from kyotsu.runtime.tables import TableItem, bound

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_DATA_KEY = "K"
_RETRACTION = "U#"
_TRANSACTION = 100
_CONTENDED = frozenset({"ConditionalCheckFailed", "TransactionConflict", "None"})
"""Why one of the heads of a transaction was not stored: itself, or another one beside it."""


class VersionItem(TableItem):
    """A stored version."""

    b = BinaryAttribute(legacy_encoding=False)
    y = UnicodeAttribute()
    r = UnicodeAttribute()
    l = NumberAttribute()  # noqa: E741 - one-letter names keep a row within one write unit
    k = UnicodeAttribute(null=True)


class KeyItem(TableItem):
    """A chunk's data key."""

    b = BinaryAttribute(legacy_encoding=False)
    f = UnicodeAttribute()


class NotSealingError(Exception):
    """This table was opened without means to seal, so that nothing can be stored in it and nothing unsealed."""


class ResidentTable:
    """A `ResidentStore` on DynamoDB. Without `sealing` it reads what is not sealed, and stores no rows."""

    def __init__(self, client: DynamoDBClient, table: str, municipality: str, sealing: Sealing | None = None) -> None:
        self._client = client
        self._table = table
        self._municipality = municipality
        self._sealing = sealing
        self._versions, self._keys = bound(VersionItem, table), bound(KeyItem, table)

    def heads(self, numbers: Iterable[str]) -> dict[str, Head]:
        """Return the heads of all these people; one of revision 0 for people not known."""
        wanted = list(dict.fromkeys(numbers))
        keys = [{"pk": {"S": self._pk(number)}, "sk": {"S": HEAD}} for number in wanted]
        items = get_all(self._client, self._table, keys)
        found = {head.addressee_number: head for head in map(_head, items)}
        return {number: found.get(number) or Head(number, 0, ()) for number in wanted}

    def page(self, after: tuple[str, str] | None) -> tuple[list[Head], tuple[str, str] | None]:
        """Return some of all heads, and after which item to go on (None: there are no more). Order is DynamoDB's own.

        A page is up to 1 MB of whatever the table holds, so that it may well have no head at all.
        """
        request: dict[str, Any] = {
            "TableName": self._table,
            "FilterExpression": "sk = :head AND begins_with(pk, :own)",
            "ExpressionAttributeValues": {":head": {"S": HEAD}, ":own": {"S": self._pk("")}},
            "ProjectionExpression": "pk, n, b",
            "ConsistentRead": True,
        }
        if after:
            request["ExclusiveStartKey"] = {"pk": {"S": after[0]}, "sk": {"S": after[1]}}
        found = self._client.scan(**request)
        last = found.get("LastEvaluatedKey")
        heads = [_head(item) for item in found["Items"]]
        return heads, (last["pk"]["S"], last["sk"]["S"]) if last else None

    def put_versions(self, versions: Sequence[StoredVersion]) -> None:
        """Store versions, with a data key of their own for what must be sealed; storing one again changes nothing."""
        if not versions:
            return
        key = None
        if any(self._sealed_with().items(layout) for layout in {version.layout for version in versions}):
            key = self._sealed_with().sealer.new_key()
            # Before any row that refers to it: a row whose key is not stored could never be opened.
            self._client.put_item(TableName=self._table, Item=self._key_item(key))
        put_all(self._client, self._table, [self._version_item(version, key) for version in versions])

    def put_retractions(self, numbers: Sequence[str], receipt_id: str) -> None:
        """Store that a file is taken back for these people; storing it again changes nothing."""
        sort_key = {"S": f"{_RETRACTION}{receipt_id}"}
        items: list[dict[str, Any]] = [{"pk": {"S": self._pk(number)}, "sk": sort_key} for number in numbers]
        put_all(self._client, self._table, items)

    def replace_heads(self, heads: Sequence[Head]) -> set[str]:
        """Store heads, each only if the stored revision is the one before; return the numbers of those not stored."""
        lost = in_parallel(self._replace, list(batches(heads, _TRANSACTION)))
        return {number for numbers in lost for number in numbers}

    def values(self, number: str, entry: Entry) -> tuple[str, list[str]]:
        """Return the layout (`interface/version`) and the values of a stored version; sealed ones are empty."""
        item = self._version(number, entry)
        return item.y, without_sealed(unpack_values(item.b))

    def several(self, number: str, entries: Sequence[Entry]) -> list[tuple[str, list[str]]]:
        """Return the same as `values` of several versions of a person, in order, by one BatchGetItem for up to 100."""
        keys = [{"pk": {"S": self._pk(number)}, "sk": {"S": version_key(entry)}} for entry in entries]
        found = {item["sk"]["S"]: item for item in get_all(self._client, self._table, keys)}
        items = [found[version_key(entry)] for entry in entries]
        return [(item["y"]["S"], without_sealed(unpack_values(item["b"]["B"]))) for item in items]

    def sealed_values(self, number: str, entry: Entry, columns: Callable[[str], Sequence[str]]) -> dict[str, str]:
        """Return the sealed values of a stored version by romaji name, for a reader with a right to them.

        `columns` gives a layout's romaji names. Raises SealBrokenError if a value was changed or moved here.
        """
        item = self._version(number, entry)
        key = self._keys.get(self._pk(f"{_DATA_KEY}#{item.k}"), _DATA_KEY, consistent_read=True)
        opened = self._sealed_with().sealer.open_key(key.b)
        return open_values(opened, columns(item.y), unpack_values(item.b), self._municipality, number)

    def _pk(self, number: str) -> str:
        return f"{self._municipality}#{number}"

    def _sealed_with(self) -> Sealing:
        if self._sealing is None:
            raise NotSealingError
        return self._sealing

    def _version(self, number: str, entry: Entry) -> VersionItem:
        return self._versions.get(self._pk(number), version_key(entry), consistent_read=True)

    def _key_item(self, key: DataKey) -> dict[str, Any]:
        return {
            "pk": {"S": self._pk(f"{_DATA_KEY}#{key_reference(key.wrapped)}")},
            "sk": {"S": _DATA_KEY},
            "b": {"B": key.wrapped},
            "f": {"S": self._sealed_with().fingerprints.key_id},
        }

    def _version_item(self, version: StoredVersion, key: DataKey | None) -> dict[str, Any]:
        number, items = version.addressee_number, self._sealed_with().items(version.layout)
        values = seal_values(key, items, version.values, self._municipality, number) if key else list(version.values)
        item = {
            "pk": {"S": self._pk(number)},
            "sk": {"S": version_key(version.entry)},
            "b": {"B": pack_values(values)},
            "y": {"S": version.layout},
            "r": {"S": version.entry.receipt_id},
            "l": {"N": str(version.entry.line)},
        }
        return item | {"k": {"S": key_reference(key.wrapped)}} if key else item

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
            "b": {"B": pack_entries(head.entries, head.retractions)},
        }
        put: dict[str, Any] = {"TableName": self._table, "Item": item}
        if head.revision == 1:
            put["ConditionExpression"] = "attribute_not_exists(pk)"
        else:
            put["ConditionExpression"] = "n = :before"
            put["ExpressionAttributeValues"] = {":before": {"N": str(head.revision - 1)}}
        return {"Put": put}


def _head(item: Mapping[str, Any]) -> Head:
    number = item["pk"]["S"].partition("#")[2]
    return Head(number, int(item["n"]["N"]), *unpack(item["b"]["B"]))
