"""Names of the linkage files that cases are handed out in: numbered without a gap, one for each edition of a case.

| item | pk | sk | attributes |
|---|---|---|---|
| counter | 団体コード#HANDED#interface-branch | N | n last 連番 |
| file | 団体コード#CASE#id | F#label | n its 連番, t its time (YYYYMMDDhhmmss) |
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from kyotsu.japanese import dates
from kyotsu.moving.case_client import CaseClient
from kyotsu.moving.case_items import Item

_FILE, _COUNTER = "F#", "N"
_ATTEMPTS = 20


class HandedContendedError(Exception):
    """Others took the next 連番 each time; trying again later is safe."""


class Handed(NamedTuple):
    """What tells a file from others of its kind."""

    sequence: int
    made_at: str
    """YYYYMMDDhhmmss, JST."""


@dataclass(frozen=True, slots=True)
class HandedTable:
    """Gives each edition its place in the sequence, once.

    Rights on `Moving`: GetItem and PutItem of both kinds, Query of a case's.
    """

    client: CaseClient

    def place(self, case_id: str, label: str, kind: str, now: datetime) -> Handed:
        """Return the place of a case's file; the same label has the same place for ever.

        The number and the file are written together, so that no number is lost: a gap in the sequence would be taken
        for a lost file. Raises HandedContendedError.
        """
        for _ in range(_ATTEMPTS):
            if found := self.client.find(case_id, _FILE + label):
                return Handed(int(found["n"]["N"]), found["t"]["S"])
            last = self._last(kind)
            placed = Handed(last + 1, dates.compact(now))
            if self.client.written(self._actions(case_id, label, kind, last, placed)):
                return placed
        raise HandedContendedError(case_id)

    def placed(self, case_id: str, beginning: str) -> dict[str, Handed]:
        """Return the places of a case's files, by those of its labels that begin so."""
        partition = self.client.items.key(case_id, "")["pk"]["S"]
        found = self.client.query(partition, _FILE + beginning)
        return {item["sk"]["S"].removeprefix(_FILE): Handed(int(item["n"]["N"]), item["t"]["S"]) for item in found}

    def _actions(self, case_id: str, label: str, kind: str, last: int, placed: Handed) -> list[Any]:
        file: Item = self.client.items.key(case_id, _FILE + label)
        file |= {"n": {"N": str(placed.sequence)}, "t": {"S": placed.made_at}}
        counter: Item = {**self._counter(kind), "n": {"N": str(placed.sequence)}}
        count = (
            self.client.put(counter, "n = :last", last=last)
            if last
            else self.client.put(counter, "attribute_not_exists(pk)")
        )
        return [self.client.put(file, "attribute_not_exists(pk)"), count]

    def _last(self, kind: str) -> int:
        found = self.client.dynamodb.get_item(TableName=self.client.table, Key=self._counter(kind), ConsistentRead=True)
        return int(found.get("Item", {}).get("n", {}).get("N", 0))

    def _counter(self, kind: str) -> Item:
        return {"pk": {"S": self.client.items.partition(f"HANDED#{kind}")}, "sk": {"S": _COUNTER}}
