"""Conflicts in the `Integrated` table.

| item | pk | sk | attributes |
|---|---|---|---|
| conflict | 団体コード#CONFLICT | 宛名番号#number#other | b conflict, t its 操作日時, a settlement, if any |
| how it was settled | 団体コード#SETTLED | 宛名番号#number#other#操作日時 | b conflict, a settlement (JSON) |

A conflict that is told again by a later 操作日時 replaces the item, and is open again; how it was settled before stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from kyotsu.addressees.clerks_list import Settlement
from kyotsu.integrated.conflict_notes import ConflictNotes, conflict_of, packed
from kyotsu.integrated.records import Conflict
from kyotsu.integrated.stored import SETTLED
from kyotsu.runtime.batches import all_written


class ConflictTable(ConflictNotes):
    """A `ConflictList` on DynamoDB."""

    def settled(self) -> Iterator[tuple[Conflict, Settlement]]:
        """Yield how conflicts were settled, by id."""
        return ((conflict_of(item), _settlement(item)) for item in self.items(SETTLED))

    def settle(self, conflict: Conflict, settlement: Settlement) -> bool:
        """Settle a conflict as it was read; False: it is not open so, as it was settled or told again meanwhile.

        Settling it again the same way is True: the first answer may have been lost.
        """
        read, how, key = packed(conflict), {"B": msgspec.json.encode(settlement)}, self._done(conflict)
        marking: Any = {
            "TableName": self._table,
            "Key": self.place(conflict),
            "UpdateExpression": "SET a = :a, t = :t",
            "ConditionExpression": "b = :b AND attribute_not_exists(a)",
            "ExpressionAttributeValues": {":a": how, ":b": read, ":t": {"S": conflict.at}},
        }
        putting: Any = {
            "TableName": self._table,
            "Item": {**key, "b": read, "a": how},
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        if all_written(self._client, {"Update": marking}, {"Put": putting}):
            return True
        found = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return found is not None and _settlement(found) == settlement

    def _done(self, conflict: Conflict) -> Any:
        return self._keys.listed(SETTLED, "#".join((*conflict[:3], conflict.at)))


def _settlement(item: Any) -> Settlement:
    return msgspec.json.decode(item["a"]["B"], type=Settlement)
