"""What a change is on the `Integrated` table: the items of one transaction, as DynamoDB's JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kyotsu.contracts.sealing import DataKey
from kyotsu.integrated.changes import Change
from kyotsu.integrated.packing import pack_entry, pack_information, pack_person
from kyotsu.integrated.records import IntegratedPerson, SealedNumber
from kyotsu.integrated.store import Write

PERSON, ROW, DONE, NOTICE, CONFLICT, SETTLED = "P", "R#", "DONE", "NOTICE", "CONFLICT", "SETTLED"
FORMER = "o"
"""Attribute of what found a person by 個人番号 before that was changed."""
_FREE = "attribute_not_exists(pk)"


class NotSealedError(Exception):
    """A person would be stored without a sealed 個人番号, which nothing lawful can bring about."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of one municipality's items."""

    municipality: str

    def of_person(self, number: str, sort: str) -> dict[str, Any]:
        """Return the key of an item of a person."""
        return self._key(f"N#{number}", sort)

    def by_individual(self, fingerprint: bytes) -> dict[str, Any]:
        """Return the key of what finds a person by 個人番号."""
        return self._key(f"I#{fingerprint.hex()}", "I")

    def by_number(self, number: str) -> dict[str, Any]:
        """Return the key of what finds a person by 宛名番号."""
        return self._key(f"A#{number}", "A")

    def once(self, key: str) -> dict[str, Any]:
        """Return the key of what happened once."""
        return self._key(f"{DONE}#{key}", "D")

    def listed(self, kind: str, sort: str) -> dict[str, Any]:
        """Return the key of an entry of a list."""
        return self._key(kind, sort)

    def _key(self, partition: str, sort: str) -> dict[str, Any]:
        return {"pk": {"S": f"{self.municipality}#{partition}"}, "sk": {"S": sort}}


def history_key(revision: int | None) -> str:
    """Return the sort key of a history entry, which sorts as revisions do; None: the beginning of all."""
    return "H#" if revision is None else f"H#{revision:09d}"


def place_of(municipality: str, number: str) -> str:
    """Return the place that a person's 個人番号 is sealed for."""
    return "\x1f".join((municipality, number, "kojinbango"))


def transaction(table: str, keys: Keys, write: Write, key: DataKey | None) -> list[Any]:
    """Return the items of a write; `key` seals its 個人番号, if it brings one."""
    made = list(_change(keys, write.change, write.at, key)) if write.change and write.change.changes else []
    if write.done:
        item = {**keys.once(write.done.key), "c": {"B": write.done.content}, "a": {"B": write.done.answer}}
        made.append({"Put": {"Item": item, "ConditionExpression": _FREE}})
    for one in made:
        for operation in one.values():
            operation["TableName"] = table
    return made


def _change(keys: Keys, change: Change, at: str, key: DataKey | None) -> Iterator[dict[str, Any]]:
    before, after = change.before, change.after
    sealed = after.sealed
    if change.individual_number is not None and key is not None:
        place = place_of(keys.municipality, after.number)
        sealed = SealedNumber(key.wrapped, key.seal(change.individual_number, place))
    if sealed is None:
        raise NotSealedError
    yield {"Put": _person(keys, before, after, sealed)}
    if change.row is not None:
        row_key = keys.of_person(after.number, ROW + "#".join(change.row))
        if change.information is None:
            yield {"Delete": {"Key": row_key}}
        else:
            yield {"Put": {"Item": {**row_key, "b": {"B": pack_information(change.information)}}}}
    if change.entry is not None:
        entry_key = keys.of_person(after.number, history_key(change.entry.revision))
        yield {"Put": {"Item": {**entry_key, "b": {"B": pack_entry(change.entry, at)}}}}
    yield from _finding(keys, change)
    if after.deleted:
        yield {"Put": {"Item": {**keys.listed(NOTICE, after.number), "t": {"S": at}}}}


def _person(
    keys: Keys, before: IntegratedPerson | None, after: IntegratedPerson, sealed: SealedNumber
) -> dict[str, Any]:
    item = {
        **keys.of_person(after.number, PERSON),
        "v": {"N": str(after.revision)},
        "b": {"B": pack_person(after)},
        "f": {"B": after.fingerprint},
        "s": {"B": sealed.sealed},
        "k": {"B": sealed.wrapped},
    }
    if before is None:
        return {"Item": item, "ConditionExpression": _FREE}
    values = {":before": {"N": str(before.revision)}}
    return {"Item": item, "ConditionExpression": "v = :before", "ExpressionAttributeValues": values}


def _finding(keys: Keys, change: Change) -> Iterator[dict[str, Any]]:
    """Yield what finds the person from now on, and what no longer does."""
    before, after = change.before, change.after
    number = {"S": after.number}
    own: dict[str, Any] = {"ConditionExpression": "n = :number", "ExpressionAttributeValues": {":number": number}}
    for place in map(keys.by_number, sorted(change.linked)):
        yield {"Put": {"Item": {**place, "n": number}, "ConditionExpression": _FREE}}
    for place in map(keys.by_number, sorted(change.unlinked)):
        yield {"Delete": {"Key": place, **own}}
    if before is None or before.fingerprint != after.fingerprint:
        item = {**keys.by_individual(after.fingerprint), "n": number}
        yield {"Put": {"Item": item, "ConditionExpression": f"{_FREE} OR attribute_exists({FORMER})"}}
    if before is None:
        return
    place = keys.by_individual(before.fingerprint)
    if before.fingerprint != after.fingerprint:
        # It finds nobody any more, and yet must not be forgotten: not all systems hear of the change at once.
        yield {"Put": {"Item": {**place, "n": number, FORMER: {"N": "1"}}, **own}}
    elif after.deleted:
        yield {"Delete": {"Key": place, **own}}
