"""How frequent names are, as the sweep of the index found last; kept in the `Candidates` table.

Names of few people are in no such table (`candidates.frequencies`), so that it tells of nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from kyotsu.addressees.candidates.frequencies import Frequencies
from kyotsu.addressees.candidates.scoring import Scorer
from kyotsu.addressees.candidates_table import Scope
from kyotsu.contracts.ports import Clock

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

PARTITION = "F"
_LASTS = timedelta(hours=1)


class Counted(msgspec.Struct, frozen=True, array_like=True):
    """What is stored: how many people each scope has, and the shares of frequent names."""

    people: Mapping[str, int]
    family: Mapping[str, float]
    given: Mapping[str, float]


class FrequenciesTable:
    """Frequencies on DynamoDB. Rights, in partition `F`: GetItem (find), PutItem (put)."""

    def __init__(self, client: DynamoDBClient, table: str, municipality: str) -> None:
        self._client = client
        self._table = table
        self._key: Any = {"pk": {"S": f"{municipality}#{PARTITION}"}, "sk": {"S": PARTITION}}

    def find(self) -> Counted | None:
        """Return what was put last; None: nothing ever was."""
        item: Any = self._client.get_item(TableName=self._table, Key=self._key).get("Item")
        return msgspec.msgpack.decode(item["b"]["B"], type=Counted) if item else None

    def put(self, counted: Counted) -> None:
        """Put what was counted in the place of what was."""
        self._client.put_item(TableName=self._table, Item={**self._key, "b": {"B": msgspec.msgpack.encode(counted)}})


class Known:
    """The frequencies, and scorers by them, that a process works with: read again once an hour."""

    def __init__(self, table: FrequenciesTable, clock: Clock, people: int) -> None:
        """`people`: how large a register is taken to be of which nothing was counted yet."""
        self._table = table
        self._clock = clock
        self._people = people
        self._frequencies: Mapping[Scope, Frequencies] = {}
        self._scorers: Mapping[Scope, Scorer] = {}
        self._until: datetime | None = None

    def frequencies(self, scope: Scope) -> Frequencies:
        """Return how frequent names are."""
        self._refresh()
        return self._frequencies[scope]

    def scorer(self, scope: Scope) -> Scorer:
        """Return what scores by them."""
        self._refresh()
        return self._scorers[scope]

    def _refresh(self) -> None:
        now = self._clock.now()
        if self._until is not None and now < self._until:
            return
        counted = self._table.find() or Counted({}, {}, {})
        self._frequencies = {
            scope: Frequencies(counted.people.get(scope) or self._people, counted.family, counted.given)
            for scope in Scope
        }
        self._scorers = {scope: Scorer(found) for scope, found in self._frequencies.items()}
        self._until = now + _LASTS
