"""Who is to be compared by the sweep for doubles, in the `Candidates` table beside what is compared.

| item | pk | sk | attributes |
|---|---|---|---|
| somebody noted | 団体コード#D#shard | 宛名番号 | t token |

The list is spread over some partitions: the first load of a city notes everybody within hours.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from zlib import crc32

from botocore.exceptions import ClientError

from kyotsu.addressees.doubles import Work

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

PARTITION = "D"
SHARDS = 16


class WorkTable:
    """`WorkList` on DynamoDB. Rights, in partitions `D#*`: PutItem (note); Query, DeleteItem (due, done)."""

    def __init__(self, client: DynamoDBClient, table: str, municipality: str) -> None:
        self._client = client
        self._table = table
        self._municipality = municipality

    def note(self, number: str) -> None:
        """Have somebody compared, once more if need be; after the index holds what is new of them."""
        self._client.put_item(TableName=self._table, Item=noted(self._municipality, number))

    def due(self) -> Iterator[Work]:
        """Yield everybody who is noted, by shard and number."""
        for shard in range(SHARDS):
            request: dict[str, Any] = {
                "TableName": self._table,
                "KeyConditionExpression": "pk = :pk",
                "ExpressionAttributeValues": {":pk": {"S": _partition(self._municipality, shard)}},
            }
            while True:
                answer = self._client.query(**request)
                yield from (Work(str(item["sk"]["S"]), str(item["t"]["S"])) for item in answer["Items"])
                if not answer.get("LastEvaluatedKey"):
                    break
                request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def done(self, work: Work) -> None:
        """Take somebody off, unless noted again since; taking off again changes nothing."""
        item = noted(self._municipality, work.number)
        try:
            self._client.delete_item(
                TableName=self._table,
                Key={"pk": item["pk"], "sk": item["sk"]},
                ConditionExpression="t = :token",
                ExpressionAttributeValues={":token": {"S": work.token}},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise


def noted(municipality: str, number: str) -> Any:
    """Return the item of somebody noted, for writers that write it with what they change."""
    shard = crc32(number.encode()) % SHARDS
    pk = {"S": _partition(municipality, shard)}
    return {"pk": pk, "sk": {"S": number}, "t": {"S": uuid.uuid4().hex}}


def _partition(municipality: str, shard: int) -> str:
    return f"{municipality}#{PARTITION}#{shard:02}"
