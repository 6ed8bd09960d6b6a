"""`PeopleStore` on DynamoDB: the `Addressees` and the `Residents` table, read together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kyotsu.addressees.packing import record_of, unpack_entry
from kyotsu.addressees.records import AddresseeRecord, HistoryEntry
from kyotsu.addressees.search.people import Details, Items, Looked, Wanted
from kyotsu.addressees.writing import HISTORY, NUMBER
from kyotsu.residents.applier import Head
from kyotsu.residents.packing import unpack, unpack_values, version_key
from kyotsu.residents.sealing import without_sealed
from kyotsu.residents.stream import HEAD
from kyotsu.runtime.batches import get_across

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

Key = dict[str, dict[str, str]]


class SearchedPeopleTable:
    """People who were found. Right: BatchGetItem of both tables. It opens nothing that is sealed."""

    def __init__(
        self,
        client: DynamoDBClient,
        addressees: str,
        residents: str,
        municipality: str,
        columns: Callable[[str], Sequence[str]],
    ) -> None:
        """`columns` gives a layout's romaji names by `interface/version`."""
        self._client, self._addressees, self._residents = client, addressees, residents
        self._municipality, self._columns = municipality, columns

    def look(self, numbers: Collection[str], *, residents: bool) -> Mapping[str, Looked]:
        """Return what there is of numbers, by one BatchGetItem for 50 of them, or 100 without residents."""
        keys = {
            self._addressees: [self._key(number, NUMBER) for number in numbers],
            self._residents: [self._key(number, HEAD) for number in numbers if residents],
        }
        found = get_across(self._client, keys)
        records = {number: record_of(number, item) for number, item in self._by_number(found[self._addressees])}
        heads = {number: _head(number, item) for number, item in self._by_number(found[self._residents])}
        return {number: Looked(records.get(number), heads.get(number)) for number in numbers}

    def details(self, wanted: Wanted) -> Details:
        """Return more of people, by one BatchGetItem for 100 items."""
        places = {
            (self._pk(number), version_key(entry)): (number, entry)
            for number, entries in wanted.versions.items()
            for entry in entries
        }
        revisions = [
            self._key(number, f"{HISTORY}{revision:09d}")
            for number, several in wanted.revisions.items()
            for revision in several
        ]
        principals = [self._key(number, NUMBER) for number in wanted.principals]
        versions = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in places]
        found = get_across(self._client, {self._addressees: [*revisions, *principals], self._residents: versions})
        stored = {(item["pk"]["S"], item["sk"]["S"]): item for item in found[self._residents]}
        return Details(
            histories=self._histories(found[self._addressees]),
            versions={places[place]: self._items(item) for place, item in stored.items()},
            principals=self._principals(found[self._addressees]),
        )

    def _histories(self, items: Sequence[Any]) -> Mapping[str, Sequence[HistoryEntry]]:
        found: dict[str, list[HistoryEntry]] = {}
        for number, item in self._by_number(items):
            if item["sk"]["S"].startswith(HISTORY):
                revision = int(item["sk"]["S"].removeprefix(HISTORY))
                found.setdefault(number, []).append(unpack_entry(number, revision, item["b"]["B"]))
        return {number: sorted(entries, key=lambda entry: -entry.record.revision) for number, entries in found.items()}

    def _principals(self, items: Sequence[Any]) -> Mapping[str, AddresseeRecord]:
        own = ((number, item) for number, item in self._by_number(items) if item["sk"]["S"] == NUMBER)
        return {number: record for number, item in own if (record := record_of(number, item)) is not None}

    def _items(self, item: Any) -> Items:
        values = without_sealed(unpack_values(item["b"]["B"]))
        return {name: value for name, value in zip(self._columns(item["y"]["S"]), values, strict=True) if value}

    def _by_number(self, items: Sequence[Any]) -> list[tuple[str, Any]]:
        return [(item["pk"]["S"].partition("#")[2], item) for item in items]

    def _key(self, number: str, sk: str) -> Key:
        return {"pk": {"S": self._pk(number)}, "sk": {"S": sk}}

    def _pk(self, number: str) -> str:
        return f"{self._municipality}#{number}"


def _head(number: str, item: Mapping[str, Any]) -> Head:
    return Head(number, int(item["n"]["N"]), *unpack(item["b"]["B"]))
