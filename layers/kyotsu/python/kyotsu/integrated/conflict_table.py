"""Conflicts in the `Integrated` table.

| item | pk | sk | attributes |
|---|---|---|---|
| conflict | 団体コード#CONFLICT | 宛名番号#number#other | b conflict, t its 操作日時, a settlement, if any |
| how it was settled | 団体コード#SETTLED | 宛名番号#number#other#操作日時 | b conflict, a settlement (JSON) |

A conflict that is told again by a later 操作日時 replaces the item, and is open again; how it was settled before stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import ClientError

from kyotsu.addressees.clerks_list import Settlement
from kyotsu.integrated.records import Conflict
from kyotsu.integrated.stored import CONFLICT, SETTLED, Keys

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_CONDITION = "ConditionalCheckFailed"


class ConflictTable:
    """A `ConflictList` on DynamoDB."""

    def __init__(self, client: DynamoDBClient, table: str, municipality: str) -> None:
        self._client = client
        self._table = table
        self._keys = Keys(municipality)

    def note(self, conflicts: Iterable[Conflict]) -> None:
        """Keep conflicts for a clerk; keeping one again, or an earlier one later, changes nothing."""
        for found in dict.fromkeys(conflicts):
            item: Any = {**self._open(found), "b": _packed(found), "t": {"S": found.at}}
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(t) OR t < :t",
                    ExpressionAttributeValues={":t": {"S": found.at}},
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                continue  # it is there

    def open(self) -> Iterator[Conflict]:
        """Yield conflicts that nobody settled, by id."""
        return (_conflict(item) for item in self._items(CONFLICT) if "a" not in item)

    def settled(self) -> Iterator[tuple[Conflict, Settlement]]:
        """Yield how conflicts were settled, by id."""
        return ((_conflict(item), _settlement(item)) for item in self._items(SETTLED))

    def settle(self, conflict: Conflict, settlement: Settlement) -> bool:
        """Settle a conflict as it was read; False: it is not open so, as it was settled or told again meanwhile.

        Settling it again the same way is True: the first answer may have been lost.
        """
        read, how, key = _packed(conflict), {"B": msgspec.json.encode(settlement)}, self._done(conflict)
        marking: Any = {
            "TableName": self._table,
            "Key": self._open(conflict),
            "UpdateExpression": "SET a = :a, t = :t",
            "ConditionExpression": "b = :b AND attribute_not_exists(a)",
            "ExpressionAttributeValues": {":a": how, ":b": read, ":t": {"S": conflict.at}},
        }
        putting: Any = {
            "TableName": self._table,
            "Item": {**key, "b": read, "a": how},
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        if self._write({"Update": marking}, {"Put": putting}):
            return True
        found = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return found is not None and _settlement(found) == settlement

    def _open(self, conflict: Conflict) -> Any:
        return self._keys.listed(CONFLICT, "#".join(conflict[:3]))

    def _done(self, conflict: Conflict) -> Any:
        return self._keys.listed(SETTLED, "#".join((*conflict[:3], conflict.at)))

    def _write(self, *actions: Any) -> bool:
        """Write all or nothing; False if a condition does not hold. Whatever else went wrong is raised."""
        try:
            self._client.transact_write_items(TransactItems=list(actions))
        except ClientError as error:
            reasons: Any = error.response.get("CancellationReasons", [])
            codes = {reason.get("Code", "None") for reason in reasons}
            if _CONDITION in codes and codes <= {_CONDITION, "None"}:
                return False
            raise
        return True

    def _items(self, kind: str) -> Iterator[Any]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": self._keys.listed(kind, "")["pk"]},
            ConsistentRead=True,
        )
        for page in pages:
            yield from page["Items"]


def _packed(conflict: Conflict) -> Any:
    return {"B": msgspec.msgpack.encode(conflict)}


def _conflict(item: Any) -> Conflict:
    return Conflict(*msgspec.msgpack.decode(item["b"]["B"]))


def _settlement(item: Any) -> Settlement:
    return msgspec.json.decode(item["a"]["B"], type=Settlement)
