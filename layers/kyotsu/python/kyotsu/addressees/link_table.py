"""Reads of the `Addressees` table that fetch which numbers are linked, and nothing else of a number or of a person."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from kyotsu.addressees.person_numbers import Links, people_of
from kyotsu.addressees.writing import LINK, NUMBER
from kyotsu.japanese.addressee_numbers import LENGTH
from kyotsu.japanese.text import is_digits
from kyotsu.runtime.batches import Item, get_readable, in_parallel
from kyotsu.runtime.logs import log_failure

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

logger = Logger()
LINK_ATTRIBUTES = ("pk", "sk", "c", "p", "d", "q")
"""What is read, and all that may be (infra/constructs/registry_access.py)."""


class LinkTable:
    """`kyotsu.contracts.protection.SamePerson` on DynamoDB, by strongly consistent reads.

    One BatchGetItem for 100 forms of numbers, and one more for each step along links; one Query for each number that
    others are, or were, linked to. Rights: both, of `LINK_ATTRIBUTES`, on partitions of numbers.
    """

    def __init__(self, client: DynamoDBClient, table: str, municipality: str) -> None:
        self._client = client
        self._table = table
        self._municipality = municipality

    def numbers_of(self, numbers: Collection[str]) -> dict[str, frozenset[str]]:
        """Return all numbers of each person."""
        return people_of(numbers, self._look)

    def _look(self, numbers: Collection[str]) -> dict[str, Links]:
        # What is no number is linked to nothing, and as a key could make the request fail for all others.
        lawful = [number for number in numbers if is_digits(number) and len(number) <= LENGTH]
        keys: list[Item] = [{"pk": {"S": self._pk(number)}, "sk": {"S": NUMBER}} for number in lawful]
        items, unread = get_readable(self._client, self._table, keys, self._told, LINK_ATTRIBUTES)
        missing = {_number(key) for key in unread}
        found: dict[str, Links | None] = {number: Links() for number in numbers if number not in missing}
        # Also of numbers nobody is linked to any more: closed records that were are listed still.
        principals = [_number(item) for item in items if "c" in item]
        followers = dict(zip(principals, in_parallel(self._followers, principals), strict=True))
        found |= {number: _links(number, item, followers) for item in items for number in [_number(item)]}
        return {number: links for number, links in found.items() if links is not None}

    def _followers(self, principal: str) -> list[str] | None:
        """Return the numbers that may be linked to a principal; None: that can't be told now."""
        try:
            return list(self._listed(principal))
        except (BotoCoreError, ClientError) as error:
            self._told(error)
            return None

    def _listed(self, principal: str) -> Iterator[str]:
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

    @staticmethod
    def _told(error: Exception) -> None:
        log_failure(logger, "protection.unread", error)


def _number(item: Mapping[str, Any]) -> str:
    return str(item["pk"]["S"]).partition("#")[2]


def _links(number: str, item: Mapping[str, Any], followers: Mapping[str, list[str] | None]) -> Links | None:
    """Return what an item tells; None: it does not say it, or its followers can't be told now."""
    told, principal = followers.get(number, []), item.get("p", {}).get("S")
    if "d" in item:
        if "q" not in item:
            logger.error("protection.unreadable", extra={"addressee_number": number})
            return None
        principal = item["q"]["S"] or None
    return None if told is None else Links(principal, told)
