"""How far the sweep of the index is, in the `Candidates` table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from kyotsu.addressees.index_walk import Walk

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

PARTITION = "W"


class WalkTable:
    """`WalkStore` on DynamoDB, for one run at a time. Rights, in partition `W`: GetItem (find), PutItem (put)."""

    def __init__(self, client: DynamoDBClient, table: str, municipality: str) -> None:
        self._client = client
        self._table = table
        self._key: Any = {"pk": {"S": f"{municipality}#{PARTITION}"}, "sk": {"S": PARTITION}}
        self._revision = 0

    def find(self) -> Walk | None:
        """Return the walk."""
        item: Any = self._client.get_item(TableName=self._table, Key=self._key, ConsistentRead=True).get("Item")
        self._revision = int(item["n"]["N"]) if item else 0
        return msgspec.msgpack.decode(item["b"]["B"], type=Walk) if item else None

    def put(self, walk: Walk) -> bool:
        """Keep the walk, if nobody else did since.

        A put that took effect and was not answered is refused when botocore repeats it: the run ends, and the next one
        goes on from there.
        """
        body = {"B": msgspec.msgpack.encode(walk)}
        item = {**self._key, "n": {"N": str(self._revision + 1)}, "b": body}
        was: dict[str, Any] = {":was": {"N": str(self._revision)}}
        try:
            self._client.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression="attribute_not_exists(pk) OR n = :was",
                ExpressionAttributeValues=was,
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        self._revision += 1
        return True
