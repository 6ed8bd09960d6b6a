"""Legal bases in the `Addressees` table.

| item | pk | sk | attributes |
|---|---|---|---|
| basis | 団体コード#宛名番号 | G | n revision, b what was recorded last (JSON) |
| history of it | 団体コード#宛名番号 | G#revision | b (JSON) |
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import ClientError

from kyotsu.addressees.basis import Basis
from kyotsu.runtime.batches import get_all

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

BASIS = "G"
_CONDITION = "ConditionalCheckFailed"


class BasisTable:
    """`BasisStore` on DynamoDB."""

    def __init__(self, client: DynamoDBClient, table: str, municipality: str) -> None:
        self._client = client
        self._table = table
        self._municipality = municipality

    def current(self, numbers: Collection[str]) -> dict[str, Basis]:
        """Return what was recorded last of these numbers; one without any is missing."""
        keys = [self._key(number, BASIS) for number in dict.fromkeys(numbers)]
        found = map(_basis, get_all(self._client, self._table, keys) if keys else [])
        return {basis.number: basis for basis in found}

    def record(self, basis: Basis) -> bool:
        """Record a basis; False: another one has its revision. Recording the same again is True."""
        body = {"B": msgspec.json.encode(basis)}
        last = {**self._key(basis.number, BASIS), "n": {"N": str(basis.revision)}, "b": body}
        put: dict[str, Any] = {
            "TableName": self._table,
            "Item": last,
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        if basis.revision > 1:
            put["ConditionExpression"] = "n = :before"
            put["ExpressionAttributeValues"] = {":before": {"N": str(basis.revision - 1)}}
        entry = {**self._key(basis.number, f"{BASIS}#{basis.revision:09d}"), "b": body}
        actions: Any = [{"Put": put}, {"Put": {"TableName": self._table, "Item": entry}}]
        try:
            self._client.transact_write_items(TransactItems=actions)
        except ClientError as error:
            reasons: Any = error.response.get("CancellationReasons", [])
            if _CONDITION not in {reason.get("Code") for reason in reasons}:
                raise
            return basis in self.history(basis.number)
        return True

    def history(self, number: str) -> list[Basis]:
        """Return everything that was recorded of a number, oldest first."""
        found: list[Basis] = []
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :basis)",
            "ExpressionAttributeValues": {":pk": self._key(number, BASIS)["pk"], ":basis": {"S": f"{BASIS}#"}},
            "ConsistentRead": True,
        }
        while True:
            answer = self._client.query(**request)
            found += map(_basis, answer["Items"])
            if not answer.get("LastEvaluatedKey"):
                return found
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _key(self, number: str, sort_key: str) -> Any:
        return {"pk": {"S": f"{self._municipality}#{number}"}, "sk": {"S": sort_key}}


def _basis(item: Any) -> Basis:
    return msgspec.json.decode(item["b"]["B"], type=Basis)
