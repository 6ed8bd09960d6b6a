"""A change as the actions of one DynamoDB transaction, with every condition it was decided on. Pure.

Why no chain or cycle of links can come about, whoever writes at once: everything that matters of a number is one item.
A link sets `p` of the linked item on the condition that nobody is linked to it (`c`), and counts up `c` of the
principal's item on the condition that it has no `p`; both together or not at all. So no item ever has both, at any
moment, whether it has a record or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kyotsu.addressees.changes import Change
from kyotsu.addressees.packing import RECORD, editor_text, milliseconds, pack_entry, record_attributes, use_text
from kyotsu.addressees.records import Deed, HistoryEntry, Origin
from kyotsu.addressees.store import Done

NUMBER, DONE, POSTING = "A", "O", "P"
HISTORY, USE, LINK = "H#", "B#", "L#"
FORMER = "q"
"""Attribute of a closed record alone: whom it was linked to when it was closed, "" if nobody."""
ENDED = "d"
"""Attribute of a link that ended when its record was closed. It stays when the record is opened again: whether that
record still points to the principal, its own item tells."""
_NOBODY_ELSE_EDITS = "(attribute_not_exists(u) OR u <= :at OR e = :editor)"
_NOBODY_LINKED = "(attribute_not_exists(c) OR c = :none)"

Action = dict[str, Any]
Values = dict[str, dict[str, Any]]


class ContradictionError(ValueError):
    """A change contradicts itself; no request can bring this about."""


@dataclass(frozen=True, slots=True)
class SealedNumber:
    """A business's 個人番号 as it is stored, with the data key it can be opened with."""

    value: bytes
    wrapped_key: bytes
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Writing:
    """Makes the actions of one table and municipality."""

    table: str
    municipality: str

    def key(self, number: str, sk: str = NUMBER) -> Any:
        """Return the key of an item of a number."""
        return {"pk": {"S": f"{self.municipality}#{number}"}, "sk": {"S": sk}}

    def done_key(self, once: str) -> Any:
        """Return the key of what happened once."""
        return self.key(f"{DONE}#{once}", DONE)

    def posting_key(self, fingerprint: bytes, number: str) -> Any:
        """Return the key under which a number is found by who it is."""
        return self.key(f"{POSTING}#{fingerprint.hex()}", f"{POSTING}#{number}")

    def actions(self, change: Change, sealed: SealedNumber | None, posting: bytes | None) -> list[Action]:
        """Return the actions of a change; `sealed`: its use's 個人番号, `posting`: the fingerprint of who it is."""
        _check(change)
        number = change.record.number
        actions = [self._own(change)]
        if change.entry is not None:
            actions.append(self._history(change.entry, change))
        actions += self._uses(change, sealed)
        if posting is not None and change.entry is not None and _tells_who(change.entry):
            actions.append(self._put(self.posting_key(posting, number)))
        if change.linked_to is not None:
            actions.append(self._principal(change.linked_to, change.principal_is_resident))
            actions.append(self._put(self.key(change.linked_to, LINK + number)))
        if change.unlinked_from is not None:
            actions.append(self._left(change.unlinked_from))
            key = self.key(change.unlinked_from, LINK + number)
            # A closed record is its principal's person still: it must be found from there, too.
            actions.append(self._put(key, {ENDED: {"N": "1"}}) if change.closes else self._delete(key))
        return actions

    def done(self, done: Done) -> Action:
        """Return the action that notes what happened, if nothing did under its key. It never expires."""
        more: Values = {"f": {"B": done.content}, "a": {"B": done.answer}}
        return self._put(self.done_key(done.key), more, "attribute_not_exists(pk)")

    def taken(self, number: str) -> Action:
        """Return the action by which the 住民記録 system obtains a number that nobody has."""
        condition = "attribute_not_exists(n) AND attribute_not_exists(m) AND attribute_not_exists(j)"
        return self._update(number, "SET j = :on", condition, {":on": {"N": "1"}})

    def reserved(self, number: str) -> Action:
        """Return the action that reserves a number of another registry."""
        condition = "attribute_exists(m) OR (attribute_not_exists(n) AND attribute_not_exists(j))"
        return self._update(number, "SET m = :on", condition, {":on": {"N": "1"}})

    def _own(self, change: Change) -> Action:
        record, conditions, values = change.record, list(_conditions(change)), Values()
        if change.expected is not None:
            values[":expected"] = {"N": str(change.expected)}
        if any(":none" in condition for condition in conditions):
            values[":none"] = {"N": "0"}
        if change.editor is not None:
            use, operator, at = change.editor
            values |= {":editor": {"S": editor_text(use, operator)}, ":at": {"N": str(milliseconds(at))}}
        if change.entry is None:
            check = {"TableName": self.table, "Key": self.key(record.number)}
            told = {"ConditionExpression": " AND ".join(conditions), "ExpressionAttributeValues": values}
            return {"ConditionCheck": check | told}
        attributes = record_attributes(record)
        gone = [name for name in RECORD if name not in attributes]
        values |= {f":{name}": value for name, value in attributes.items()}
        expression = "SET " + ", ".join(f"{name} = :{name}" for name in attributes)
        if record.deleted:
            expression += f", {FORMER} = if_not_exists({FORMER}, :{FORMER})"
            values[f":{FORMER}"] = {"S": change.unlinked_from or ""}
        else:
            gone.append(FORMER)
        if gone:
            expression += " REMOVE " + ", ".join(gone)
        return self._update(record.number, expression, " AND ".join(conditions), values)

    def _history(self, entry: HistoryEntry, change: Change) -> Action:
        key = self.key(entry.record.number, f"{HISTORY}{entry.record.revision:09d}")
        more: Values = {"b": {"B": pack_entry(entry)}}
        if change.remarks:
            more["w"] = {"SS": sorted({outcome.code for _, outcome, _ in change.remarks})}
        return self._put(key, more)

    def _uses(self, change: Change, sealed: SealedNumber | None) -> Iterator[Action]:
        number = change.record.number
        if change.use is not None and sealed is not None:
            more: Values = {
                "b": {"B": sealed.value},
                "k": {"B": sealed.wrapped_key},
                "f": {"B": sealed.fingerprint},
            }
            yield self._put(self.key(number, USE + use_text(change.use.use)), more)
        elif change.use is not None and _may_have_number(change):
            # Without a 個人番号 the record's own list of uses says everything; one that was there goes.
            yield self._delete(self.key(number, USE + use_text(change.use.use)))
        for ended in sorted(change.ended):
            yield self._delete(self.key(number, USE + use_text(ended)))

    def _principal(self, principal: str, resident: bool) -> Action:
        open_record = "" if resident else "attribute_exists(n) AND attribute_not_exists(d) AND "
        return self._update(principal, "ADD c :one", f"{open_record}attribute_not_exists(p)", {":one": {"N": "1"}})

    def _left(self, principal: str) -> Action:
        return self._update(principal, "ADD c :less", "c > :none", {":less": {"N": "-1"}, ":none": {"N": "0"}})

    def _update(self, number: str, expression: str, condition: str, values: Values) -> Action:
        return {
            "Update": {
                "TableName": self.table,
                "Key": self.key(number),
                "UpdateExpression": expression,
                "ConditionExpression": condition,
                "ExpressionAttributeValues": values,
            }
        }

    def _put(self, key: Any, more: Mapping[str, Any] | None = None, condition: str | None = None) -> Action:
        put = {"TableName": self.table, "Item": {**key, **(more or {})}}
        return {"Put": put | ({"ConditionExpression": condition} if condition else {})}

    def _delete(self, key: Any) -> Action:
        return {"Delete": {"TableName": self.table, "Key": key}}


def _conditions(change: Change) -> Iterator[str]:
    """Yield what must still be so of the record's own number."""
    record = change.record
    if change.expected is not None:
        yield "n = :expected"
    else:
        yield "attribute_not_exists(n)"
        if record.origin is not Origin.MIGRATED:
            yield "attribute_not_exists(m)"
        if record.origin is Origin.ISSUED:
            yield "attribute_not_exists(j)"
    if change.linked_to is not None or change.closes:
        yield _NOBODY_LINKED
    if change.editor is not None:
        yield _NOBODY_ELSE_EDITS


def _check(change: Change) -> None:
    record, principals = change.record, (change.linked_to, change.unlinked_from)
    linked = change.linked_to is None or change.linked_to == record.principal
    unlinked = change.unlinked_from is None or change.linked_to == record.principal
    if (
        not linked
        or not unlinked
        or record.number in principals
        or (change.use is not None and change.use.use in change.ended)
    ):
        raise ContradictionError
    if (record.deleted and record.principal is not None) or (principals[0] is not None and len({*principals}) == 1):
        raise ContradictionError
    if change.entry is None and (change.expected is None or any(principals)):
        raise ContradictionError


def _may_have_number(change: Change) -> bool:
    """Tell whether a business's 個人番号 may be stored before a change: not if it begins to use the record."""
    return change.expected is not None and (change.entry is None or change.entry.deed is not Deed.USED)


def _tells_who(entry: HistoryEntry) -> bool:
    return entry.deed is not Deed.USED and not entry.record.deleted
