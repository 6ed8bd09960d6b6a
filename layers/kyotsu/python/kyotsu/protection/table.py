"""Reads of the `Protection` table. Its items are those of the `Residents` table (residents/table.py), the same code
writes them; readers need heads alone, and nothing but BatchGetItem."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from kyotsu.residents.applier import Head
from kyotsu.residents.packing import unpack
from kyotsu.residents.stream import HEAD
from kyotsu.runtime.batches import Item, get_readable
from kyotsu.runtime.logs import log_failure

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

logger = Logger()
_MAX_NUMBER = 15


class ProtectionHeads:
    """A `ProtectionSource` on DynamoDB."""

    def __init__(self, client: DynamoDBClient, table: str, municipality: str) -> None:
        self._client = client
        self._table = table
        self._municipality = municipality

    def readable_heads(self, numbers: Collection[str]) -> dict[str, Head]:
        """Return heads by strongly consistent reads; who can't be read now is missing."""
        # A number that is none can't be looked up: its length alone could make the request fail for all others.
        lawful = dict.fromkeys(number for number in numbers if number.isascii() and 0 < len(number) <= _MAX_NUMBER)
        keys: list[Item] = [{"pk": {"S": f"{self._municipality}#{number}"}, "sk": {"S": HEAD}} for number in lawful]
        items, unread = get_readable(self._client, self._table, keys, self._told)
        missing = {_number(key) for key in unread}
        found = {number: Head(number, 0, ()) for number in lawful if number not in missing}
        for item in items:
            number = _number(item)
            head = self._head(number, item)
            if head is None:
                found.pop(number, None)
            else:
                found[number] = head
        return found

    def _head(self, number: str, item: Mapping[str, Any]) -> Head | None:
        try:
            return Head(number, int(item["n"]["N"]), *unpack(item["b"]["B"]))
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it: this person waits, the others go
            log_failure(logger, "protection.unreadable", error, addressee_number=number)
            return None

    @staticmethod
    def _told(error: Exception) -> None:
        log_failure(logger, "protection.unread", error)


def _number(item: Mapping[str, Any]) -> str:
    return str(item["pk"]["S"]).partition("#")[2]
