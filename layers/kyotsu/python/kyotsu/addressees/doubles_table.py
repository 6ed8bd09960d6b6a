"""Who is to be compared by the sweep for doubles, in the `Candidates` table: see `doubles_noted`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kyotsu.addressees.doubles import Work
from kyotsu.addressees.doubles_noted import SHARDS, key_of, partition

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class WorkTable:
    """`WorkList` on DynamoDB. Rights, in partitions `D#*`: Query (due) and DeleteItem (done)."""

    def __init__(self, client: DynamoDBClient, table: str, municipality: str) -> None:
        self._client = client
        self._table = table
        self._municipality = municipality

    def due(self) -> Iterator[Work]:
        """Yield everybody who is noted, by shard and number."""
        for shard in range(SHARDS):
            request: dict[str, Any] = {
                "TableName": self._table,
                "KeyConditionExpression": "pk = :pk",
                "ExpressionAttributeValues": {":pk": {"S": partition(self._municipality, shard)}},
            }
            while True:
                answer = self._client.query(**request)
                yield from (Work(str(item["sk"]["S"]), str(item["t"]["S"])) for item in answer["Items"])
                if not answer.get("LastEvaluatedKey"):
                    break
                request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def done(self, work: Work) -> None:
        """Take somebody off, unless noted again since; taking off again changes nothing."""
        try:
            self._client.delete_item(
                TableName=self._table,
                Key=key_of(self._municipality, work.number),
                ConditionExpression="t = :token",
                ExpressionAttributeValues={":token": {"S": work.token}},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return  # noted again meanwhile, or done by a run whose answer was lost
