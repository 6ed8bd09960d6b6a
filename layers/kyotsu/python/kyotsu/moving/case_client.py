"""Calls to the `Moving` table: every write under a condition, every read of one case as it is now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kyotsu.moving.case_items import CaseItems, Item
from kyotsu.runtime.transactions import transacted

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class CaseClient:
    """DynamoDB, for the items of one municipality's cases."""

    dynamodb: DynamoDBClient
    table: str
    items: CaseItems

    def find(self, case_id: str, sk: str) -> Any:
        """Return an item of a case, or an empty one."""
        key = self.items.key(case_id, sk)
        return self.dynamodb.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item", {})

    def put(self, item: Item, condition: str = "", **values: int) -> Any:
        """Return the action that puts an item under a condition on the numbers it names."""
        put: dict[str, Any] = {"TableName": self.table, "Item": item}
        if condition:
            put["ConditionExpression"] = condition
        if values:
            put["ExpressionAttributeValues"] = {f":{name}": {"N": str(value)} for name, value in values.items()}
        return {"Put": put}

    def written(self, actions: Sequence[Any]) -> bool:
        """Write all or nothing; False if a condition does not hold or another transaction is under way."""
        return transacted(self.dynamodb, *actions)

    def query(self, pk: str, beginning: str) -> Iterator[Any]:
        """Yield items of a partition, in order, as they are now."""
        values = {":pk": {"S": pk}, ":sk": {"S": beginning}}
        condition = "pk = :pk AND begins_with(sk, :sk)" if beginning else "pk = :pk"
        return self._pages(
            ConsistentRead=True,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values if beginning else {":pk": values[":pk"]},
        )

    def listed(self, index: tuple[str, str], partition: str, condition: str = "", sort: str = "") -> Iterator[Any]:
        """Yield items of an index's partition, in order; a moment may be missing."""
        name, keys = index
        values = {":pk": {"S": self.items.partition(partition)}} | ({":sk": {"S": sort}} if condition else {})
        whole = f"{keys}pk = :pk" + (f" AND {condition}" if condition else "")
        return self._pages(IndexName=name, KeyConditionExpression=whole, ExpressionAttributeValues=values)

    def _pages(self, **request: Any) -> Iterator[Any]:
        for page in self.dynamodb.get_paginator("query").paginate(TableName=self.table, **request):
            yield from page["Items"]
