"""How far serials are reserved, on the `Addressees` table (`table_items`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyotsu.addressees.numbers import NumberKind, Serials

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

SERIALS = "N"


class SerialTable:
    """`kyotsu.addressees.serials.SerialCounter` on DynamoDB: one item per kind. Right: UpdateItem of the table."""

    def __init__(self, client: DynamoDBClient, table: str, municipality: str) -> None:
        self._client, self._table, self._municipality = client, table, municipality

    def reserve(self, kind: NumberKind, count: int, within: Serials) -> Serials | None:
        """Reserve the next serials of a range, up to `count` of them; None: all of it is reserved.

        A call that timed out and worked leaves a gap. A range whose start was moved up goes on there, one whose start
        was moved down goes on where it was: the counter never goes back.
        """
        values = {":before": within.first - 1, ":count": count, ":last": within.last}
        last = self._set(kind, "if_not_exists(n, :before) + :count", "attribute_not_exists(n) OR n < :last", values)
        if last is not None and last - count + 1 < within.first:
            # Whoever is second here finds it moved already.
            self._set(kind, ":before", "n < :before", {":before": within.first - 1})
            last = self._set(kind, "if_not_exists(n, :before) + :count", "n < :last", values)
        return None if last is None else Serials(last - count + 1, min(last, within.last))

    def _set(self, kind: NumberKind, to: str, condition: str, values: dict[str, int]) -> int | None:
        """Set a kind's counter and return it; None if the condition does not hold."""
        given: Any = {name: {"N": str(value)} for name, value in values.items()}
        try:
            done = self._client.update_item(
                TableName=self._table,
                Key={"pk": {"S": f"{self._municipality}#{SERIALS}#{kind}"}, "sk": {"S": SERIALS}},
                UpdateExpression=f"SET n = {to}",
                ConditionExpression=condition,
                ExpressionAttributeValues=given,
                ReturnValues="UPDATED_NEW",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return None
        return int(done["Attributes"]["n"]["N"])
