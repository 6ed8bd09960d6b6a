"""Reads of the `Addressees` table for whoever keeps the index: what the registry says of a person, and said before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kyotsu.addressees.packing import unpack_entry
from kyotsu.addressees.records import AddresseeRecord
from kyotsu.addressees.writing import HISTORY, NUMBER

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

MOST_ENTRIES = 100
"""Of a history: the newest. A form holds ten names and addresses."""


class RegisteredPeopleTable:
    """The registry's people on DynamoDB, by strongly consistent reads. Rights: Query (records), Scan (page)."""

    def __init__(self, client: DynamoDBClient, table: str, municipality: str) -> None:
        self._client = client
        self._table = table
        self._municipality = municipality

    def records(self, number: str) -> list[AddresseeRecord]:
        """Return a record as its history has it, the newest first; none: it never was registered.

        Every write of a record is an entry of its history, in one transaction: the newest is the record.
        """
        found = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :history)",
            ExpressionAttributeValues={":pk": {"S": f"{self._municipality}#{number}"}, ":history": {"S": HISTORY}},
            ScanIndexForward=False,
            Limit=MOST_ENTRIES,
            ConsistentRead=True,
        )
        items: list[Any] = found["Items"]
        revisions = [(int(item["sk"]["S"].removeprefix(HISTORY)), item["b"]["B"]) for item in items]
        return [unpack_entry(number, revision, packed).record for revision, packed in revisions]

    def page(self, after: tuple[str, str] | None) -> tuple[Sequence[str], tuple[str, str] | None]:
        """Return the numbers of some records, open or not, and after what to go on (None: there are no more)."""
        request: dict[str, Any] = {
            "TableName": self._table,
            "FilterExpression": "sk = :number AND begins_with(pk, :own) AND attribute_exists(n)",
            "ExpressionAttributeValues": {":number": {"S": NUMBER}, ":own": {"S": f"{self._municipality}#"}},
            "ProjectionExpression": "pk",
            "ConsistentRead": True,
        }
        if after:
            request["ExclusiveStartKey"] = {"pk": {"S": after[0]}, "sk": {"S": after[1]}}
        found = self._client.scan(**request)
        last: Any = found.get("LastEvaluatedKey")
        numbers = [str(item["pk"]["S"]).partition("#")[2] for item in found["Items"]]
        return numbers, (last["pk"]["S"], last["sk"]["S"]) if last else None
