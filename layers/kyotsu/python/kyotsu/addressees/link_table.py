"""Reads of the `Addressees` table that fetch which numbers are linked, and nothing else of a number or of a person."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kyotsu.addressees.person_numbers import all_linked
from kyotsu.addressees.writing import LINK, NUMBER
from kyotsu.runtime.batches import in_parallel

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

LINK_ATTRIBUTES = ("pk", "sk", "c", "p", "d", "q")
"""What is read, and all that may be (infra/constructs/registry_access.py)."""


class FormerLinkUnknownError(Exception):
    """A record was closed and its item does not say what it was linked to; nothing may be shown of the person."""


@dataclass(frozen=True, slots=True)
class _Linked:
    number: str
    is_principal: bool
    principal: str | None
    """Whom it is linked to or, if its record is closed, was when it was closed."""


class LinkTable:
    """`kyotsu.integrated.store.PeopleOfNumbers` on DynamoDB, by strongly consistent reads.

    Rights: GetItem and Query of `LINK_ATTRIBUTES`, on partitions of numbers.
    """

    def __init__(self, client: DynamoDBClient, table: str, municipality: str) -> None:
        self._client = client
        self._table = table
        self._municipality = municipality

    def same_person(self, numbers: Collection[str]) -> Collection[str]:
        """Return the numbers that are linked to these, and these: as `numbers_of_person`, but a closed record costs no
        more than an open one. Raises FormerLinkUnknownError."""
        return all_linked(self._look(numbers), self._look, self._next_to).keys()

    def _look(self, numbers: Collection[str]) -> Mapping[str, _Linked]:
        return {one.number: one for one in in_parallel(self._linked, sorted(set(numbers)))}

    def _linked(self, number: str) -> _Linked:
        key: Any = {"pk": {"S": self._pk(number)}, "sk": {"S": NUMBER}}
        item: Mapping[str, Any] = self._client.get_item(
            TableName=self._table, Key=key, ConsistentRead=True, ProjectionExpression=", ".join(LINK_ATTRIBUTES)
        ).get("Item", {})
        return _Linked(number, int(item.get("c", {"N": "0"})["N"]) > 0, _principal(item))

    def _next_to(self, one: _Linked) -> Iterator[str]:
        if one.is_principal:
            yield from self._linked_to(one.number)
        if one.principal is not None:
            yield one.principal

    def _linked_to(self, principal: str) -> Iterator[str]:
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :link)",
            "ExpressionAttributeValues": {":pk": {"S": self._pk(principal)}, ":link": {"S": LINK}},
            "ProjectionExpression": "pk, sk",
            "ConsistentRead": True,
        }
        while True:
            answer = self._client.query(**request)
            yield from (str(item["sk"]["S"]).removeprefix(LINK) for item in answer["Items"])
            if not answer.get("LastEvaluatedKey"):
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _pk(self, number: str) -> str:
        return f"{self._municipality}#{number}"


def _principal(item: Mapping[str, Any]) -> str | None:
    if "d" not in item:
        return item["p"]["S"] if "p" in item else None
    if "q" not in item:
        raise FormerLinkUnknownError
    return item["q"]["S"] or None
