"""Reads of the `Addressees` table that never fetch anything of a person: who uses a number, and how it is linked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from kyotsu.addressees.packing import stored_use
from kyotsu.addressees.standing import Standing
from kyotsu.addressees.writing import NUMBER
from kyotsu.runtime.batches import get_all, in_parallel

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

ATTRIBUTES = ("pk", "sk", "n", "o", "s", "g", "p", "x", "d")
"""What is read of a number's item, and all that may be (infra/constructs/registry_access.py)."""


class StandingTable:
    """`Standings` on DynamoDB, by strongly consistent reads."""

    def __init__(self, client: DynamoDBClient, table: str, municipality: str) -> None:
        self._client = client
        self._table = table
        self._municipality = municipality

    def standings(self, numbers: Collection[str]) -> dict[str, Standing]:
        """Return what there is of these numbers; one that was never registered is missing."""
        found = in_parallel(self._standing, list(dict.fromkeys(numbers)))
        return {standing.number: standing for standing in found if standing}

    def many(self, numbers: Collection[str]) -> dict[str, Standing]:
        """As `standings`, by BatchGetItem: for operators' walks over many numbers."""
        keys = [self._key(number) for number in dict.fromkeys(numbers)]
        items = get_all(self._client, self._table, keys, ATTRIBUTES) if keys else []
        found = [_standing_of(str(item["pk"]["S"]).partition("#")[2], item) for item in items if "n" in item]
        return {standing.number: standing for standing in found}

    def alike(self, partition: str) -> list[str]:
        """Return the numbers of a posting's partition, open or not."""
        numbers: list[str] = []
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": partition}},
            "ConsistentRead": True,
        }
        while True:
            answer = self._client.query(**request)
            numbers += [str(item["sk"]["S"]).partition("#")[2] for item in answer["Items"]]
            if not answer.get("LastEvaluatedKey"):
                return numbers
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _standing(self, number: str) -> Standing | None:
        # Names of attributes that DynamoDB keeps for itself are none of these.
        projection = ", ".join(ATTRIBUTES)
        item = self._client.get_item(
            TableName=self._table, Key=self._key(number), ConsistentRead=True, ProjectionExpression=projection
        ).get("Item")
        return _standing_of(number, item) if item and "n" in item else None

    def _key(self, number: str) -> Any:
        return {"pk": {"S": f"{self._municipality}#{number}"}, "sk": {"S": NUMBER}}


def _standing_of(number: str, item: Mapping[str, Any]) -> Standing:
    return Standing(
        number=number,
        revision=int(item["n"]["N"]),
        owner=stored_use(item["o"]["S"]),
        uses=frozenset(map(stored_use, item.get("s", {}).get("SS", ()))),
        closed_to_others="x" in item,
        principal=item["p"]["S"] if "p" in item else None,
        deleted="d" in item,
        registered_at=item["g"]["S"],
    )
