"""The clerk's list in the `Addressees` table.

| item | pk | sk | attributes |
|---|---|---|---|
| open entry | 団体コード#C | O#entry id | b entry (JSON) |
| settled entry | 団体コード#C | S#entry id | b entry, a how it was settled (JSON) |

An entry is one of the two and never both: settling replaces the one by the other in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from kyotsu.addressees.clerks_list import Entry, Settlement
from kyotsu.runtime.batches import all_written

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

PARTITION = "C"
_OPEN, _SETTLED = "O#", "S#"
_ABSENT = "attribute_not_exists(pk)"
T = TypeVar("T")


class ClerksListTable:
    """`ClerksList` on DynamoDB."""

    def __init__(self, client: DynamoDBClient, table: str, municipality: str) -> None:
        self._client = client
        self._table = table
        self._pk = {"S": f"{municipality}#{PARTITION}"}

    def add(self, entry: Entry) -> bool:
        """List an entry; False: it is listed, or was settled, and stays as it is."""
        item = {**self._key(_OPEN, entry.entry_id), "b": {"B": msgspec.json.encode(entry)}}
        return all_written(
            self._client,
            {"ConditionCheck": self._on(_ABSENT, Key=self._key(_SETTLED, entry.entry_id))},
            {"Put": self._on(_ABSENT, Item=item)},
        )

    def withdraw(self, entry_id: str) -> None:
        """Take an open entry off the list: it is no longer so. A settled one stays."""
        self._client.delete_item(TableName=self._table, Key=self._key(_OPEN, entry_id))

    def open(self) -> Iterator[Entry]:
        """Yield entries that nobody settled, by id."""
        return (_read(item, "b", Entry) for item in self._query(_OPEN))

    def settled(self) -> Iterator[tuple[Entry, Settlement]]:
        """Yield settled entries, by id."""
        return ((_read(item, "b", Entry), _read(item, "a", Settlement)) for item in self._query(_SETTLED))

    def settle(self, entry_id: str, settlement: Settlement) -> bool:
        """Settle an open entry; False: it is not open, because there is none or somebody else settled it.

        Settling it again the same way is True: the first answer may have been lost.
        """
        key = self._key(_OPEN, entry_id)
        found = self._get(key).get("Item")
        how = {"B": msgspec.json.encode(settlement)}
        if found and all_written(
            self._client,
            {"Delete": self._on("attribute_exists(pk)", Key=key)},
            {"Put": self._on(_ABSENT, Item={**self._key(_SETTLED, entry_id), "b": found["b"], "a": how})},
        ):
            return True
        done = self._get(self._key(_SETTLED, entry_id))
        return "Item" in done and _read(done["Item"], "a", Settlement) == settlement

    def _get(self, key: Any) -> Any:
        return self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)

    def _key(self, state: str, entry_id: str) -> Any:
        return {"pk": self._pk, "sk": {"S": state + entry_id}}

    def _on(self, condition: str, **what: Any) -> Any:
        return {"TableName": self._table, "ConditionExpression": condition, **what}

    def _query(self, state: str) -> Iterator[Any]:
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :state)",
            "ExpressionAttributeValues": {":pk": self._pk, ":state": {"S": state}},
            "ConsistentRead": True,
        }
        while True:
            answer = self._client.query(**request)
            yield from answer["Items"]
            if not answer.get("LastEvaluatedKey"):
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _read(item: Any, name: str, kind: type[T]) -> T:
    return msgspec.json.decode(item[name]["B"], type=kind)
