"""Keeping conflicts in the `Integrated` table, for functions that meet them: `conflict_table` has the clerk's side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from kyotsu.integrated.records import Conflict
from kyotsu.integrated.stored import CONFLICT, Keys

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class ConflictNotes:
    """Conflicts, kept and read."""

    def __init__(self, client: DynamoDBClient, table: str, municipality: str) -> None:
        self._client = client
        self._table = table
        self._keys = Keys(municipality)

    def note(self, conflicts: Iterable[Conflict]) -> None:
        """Keep conflicts for a clerk; keeping one again, or an earlier one later, changes nothing."""
        for found in dict.fromkeys(conflicts):
            item: Any = {**self.place(found), "b": packed(found), "t": {"S": found.at}}
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
        return (conflict_of(item) for item in self.items(CONFLICT) if "a" not in item)

    def place(self, conflict: Conflict) -> Any:
        """Return the key of a conflict."""
        return self._keys.listed(CONFLICT, "#".join(conflict[:3]))

    def items(self, kind: str) -> Iterator[Any]:
        """Yield the items of a list."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": self._keys.listed(kind, "")["pk"]},
            ConsistentRead=True,
        )
        for page in pages:
            yield from page["Items"]


def packed(conflict: Conflict) -> Any:
    """Return a conflict as it is stored, the same for the same."""
    return {"B": msgspec.msgpack.encode(conflict)}


def conflict_of(item: Any) -> Conflict:
    """Return the conflict of an item."""
    return Conflict(*msgspec.msgpack.decode(item["b"]["B"]))
