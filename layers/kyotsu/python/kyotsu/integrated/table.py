"""The `Integrated` table: people, the rows behind their numbers, what finds them, and what became of them.

| item | pk | sk | attributes |
|---|---|---|---|
| person | 団体コード#N#number | P | v revision, b rows and categories, f fingerprint, s 個人番号, k data key |
| reserved number | 団体コード#N#number | P | r |
| row | 団体コード#N#number | R#宛名番号#業務ID#local id | b what it tells |
| history | 団体コード#N#number | H#revision | b |
| found by 個人番号 | 団体コード#I#fingerprint | I | n number, o the person has another one now: it finds nobody |
| found by 宛名番号 | 団体コード#A#宛名番号 | A | n number |
| once | 団体コード#DONE#key | D | c content, a answer |
| notice of deletion | 団体コード#NOTICE | number | t when |
| conflict, and how it was settled | see `conflict_table` | | |

個人番号 is sealed, its data key wrapped. What finds a person is written in the transaction of the person, on condition
that nobody else is found by it: two requests for one 個人番号 at once can't both be given a number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from kyotsu.addressees.store import Done
from kyotsu.contracts.sealing import DataKey, Sealer
from kyotsu.integrated.conflict_notes import ConflictNotes
from kyotsu.integrated.packing import unpack_entry, unpack_information, unpack_person
from kyotsu.integrated.records import (
    Conflict,
    HistoryEntry,
    Information,
    IntegratedPerson,
    RowKey,
    SealedNumber,
)
from kyotsu.integrated.store import Seen, Taken, Wanted, Write
from kyotsu.integrated.stored import (
    FORMER,
    PERSON,
    ROW,
    Keys,
    history_key,
    place_of,
    transaction,
)
from kyotsu.runtime.batches import get_all, in_parallel
from kyotsu.runtime.tables import TableItem

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_LOST = frozenset({"ConditionalCheckFailed", "TransactionConflict", "None"})


class PersonItem(TableItem):
    """A person, or a number that a migration reserved."""

    v = NumberAttribute(null=True)
    b = BinaryAttribute(legacy_encoding=False, null=True)
    f = BinaryAttribute(legacy_encoding=False, null=True)
    s = BinaryAttribute(legacy_encoding=False, null=True)
    k = BinaryAttribute(legacy_encoding=False, null=True)
    r = UnicodeAttribute(null=True)


class IntegratedTable:
    """An `IntegratedStore` on DynamoDB."""

    def __init__(self, client: DynamoDBClient, table: str, municipality: str, sealer: Sealer) -> None:
        self._client = client
        self._table = table
        self._municipality = municipality
        self._keys = Keys(municipality)
        self._sealer = sealer
        self._conflicts = ConflictNotes(client, table, municipality)

    def look(self, wanted: Sequence[Wanted]) -> list[Seen]:
        """Return what is known of each, in order: one batch for what finds people, one for the people."""
        found = self._items(key for one in wanted for key in self._finding(one))
        numbers = {key: str(item["n"]["S"]) for key, item in found.items() if "n" in item and FORMER not in item}
        people = self._people(numbers.values())
        return [self._seen(one, found, numbers, people) for one in wanted]

    def write(self, writes: Sequence[Write]) -> list[bool]:
        """Write each by itself, with one data key for all 個人番号 among them."""
        sealing = any(write.change and write.change.individual_number for write in writes)
        key = self._sealer.new_key() if sealing else None
        return in_parallel(lambda write: self._write(write, key), writes)

    def person(self, number: str) -> IntegratedPerson | None:
        """Return who is under a 団体内統合宛名番号, also who was deleted."""
        return self._people([number]).get(number)

    def information(self, person: IntegratedPerson, row: RowKey) -> Information | None:
        """Return what a row tells; None: it was ended meanwhile, or never was."""
        item = self._get(self._keys.of_person(person.number, ROW + "#".join(row)))
        return None if item is None else unpack_information(item["b"]["B"])

    def individual_number(self, number: str, sealed: SealedNumber) -> str:
        """Return a person's 個人番号 in the clear; raises SealBrokenError."""
        key = self._sealer.open_key(sealed.wrapped)
        return key.open(sealed.sealed, place_of(self._municipality, number))

    def history(self, number: str) -> Sequence[HistoryEntry]:
        """Return what was done to a person, oldest first."""
        items = self._query(self._keys.of_person(number, history_key(None)))
        return [unpack_entry(int(item["sk"]["S"].partition("#")[2]), item["b"]["B"]) for item in items]

    def note(self, conflicts: Iterable[Conflict]) -> None:
        """Keep conflicts for a clerk; keeping one again, or an earlier one later, changes nothing."""
        self._conflicts.note(conflicts)

    def conflicts(self) -> Iterator[Conflict]:
        """Yield the conflicts that were kept and not settled."""
        return self._conflicts.open()

    def taken(self, numbers: Collection[str]) -> Mapping[str, Taken]:
        """Return those of these numbers that a person has or had, or a migration reserved."""
        found = self._items(self._keys.of_person(number, PERSON) for number in numbers)
        return {
            pk.rpartition("#")[2]: Taken.PERSON if "v" in item else Taken.RESERVED for (pk, _), item in found.items()
        }

    def reserve(self, numbers: Collection[str]) -> list[str]:
        """Reserve migrated numbers; return those that are taken already."""
        wanted = list(dict.fromkeys(numbers))
        taken = in_parallel(self._reserve, wanted)
        return [number for number, free in zip(wanted, taken, strict=True) if not free]

    def _reserve(self, number: str) -> bool:
        item: Any = {**self._keys.of_person(number, PERSON), "r": {"S": "migrated"}}
        condition = "attribute_not_exists(pk) OR attribute_exists(r)"
        try:
            self._client.put_item(TableName=self._table, Item=item, ConditionExpression=condition)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _finding(self, one: Wanted) -> Iterator[dict[str, Any]]:
        if one.number:
            yield self._keys.by_number(one.number)
        if one.fingerprint:
            yield self._keys.by_individual(one.fingerprint)
        if one.once:
            yield self._keys.once(one.once)

    def _seen(
        self,
        one: Wanted,
        found: Mapping[tuple[str, str], Mapping[str, Any]],
        numbers: Mapping[tuple[str, str], str],
        people: Mapping[str, IntegratedPerson],
    ) -> Seen:
        # Who was found and read a moment later may no longer be found by it: the person is newer, and says so.
        own = people.get(numbers.get(_place(self._keys.by_number(one.number)), "")) if one.number else None
        if own is not None and not own.is_behind(one.number or ""):
            own = None
        other, formerly = None, ""
        if one.fingerprint:
            place = _place(self._keys.by_individual(one.fingerprint))
            item, other = found.get(place, {}), people.get(numbers.get(place, ""))
            formerly = item["n"]["S"] if FORMER in item else ""
            if other is not None and (other.deleted or other.fingerprint != one.fingerprint):
                other = None
        done = found.get(_place(self._keys.once(one.once))) if one.once else None
        told = Done(one.once or "", done["c"]["B"], done["a"]["B"]) if done else None
        return Seen(own, other, told, formerly)

    def _people(self, numbers: Iterable[str]) -> dict[str, IntegratedPerson]:
        items = self._items(self._keys.of_person(number, PERSON) for number in numbers)
        return {person.number: person for item in items.values() if (person := _person(item))}

    def _items(self, keys: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], Mapping[str, Any]]:
        wanted = {_place(key): key for key in keys}
        found = get_all(self._client, self._table, list(wanted.values())) if wanted else []
        return {_place(item): item for item in found}

    def _get(self, key: Mapping[str, Any]) -> Any:
        return self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")

    def _query(self, key: Mapping[str, Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """Yield the items of a partition whose sort keys begin as the given one, in order."""
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :sk)",
            "ExpressionAttributeValues": {f":{name}": value for name, value in key.items()},
            "ConsistentRead": True,
        }
        while True:
            page = self._client.query(**request)
            yield from page["Items"]
            if not page.get("LastEvaluatedKey"):
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _write(self, write: Write, key: DataKey | None) -> bool:
        items = transaction(self._table, self._keys, write, key)
        try:
            self._client.transact_write_items(TransactItems=items)
        except ClientError as error:
            reasons: Any = error.response.get("CancellationReasons", [])
            if not reasons or {reason.get("Code", "None") for reason in reasons} - _LOST:
                raise
            return False
        return True


def _place(item: Mapping[str, Any]) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _person(item: Mapping[str, Any]) -> IntegratedPerson | None:
    if "v" not in item:
        return None  # reserved
    number = item["pk"]["S"].rpartition("#")[2]
    sealed = SealedNumber(item["k"]["B"], item["s"]["B"])
    return unpack_person(number, int(item["v"]["N"]), item["f"]["B"], sealed, item["b"]["B"])
