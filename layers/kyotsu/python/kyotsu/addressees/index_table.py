"""The `Candidates` table as its keeper writes it: people's standings, and their postings with them.

Standing: `n` revision; `c` state; `k` places (MessagePack: scope, birth date, fingerprints one after the other); `m`
scopes; `f` packed form. Who is in no scope any more keeps an item with a revision, so that a late worker is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

import msgspec

from kyotsu.addressees.candidates_table import CandidateKeys, Scope, place
from kyotsu.addressees.doubles_noted import noted
from kyotsu.addressees.index_walk import IndexPage, Stray
from kyotsu.addressees.indexing import UNDER_WAY, Place, Standing, Write
from kyotsu.runtime.batches import get_all
from kyotsu.runtime.transactions import transacted

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

STANDING = "S"
_DIGEST = 16
_SCOPES = frozenset(map(str, Scope))


class IndexTable:
    """`IndexStore` and `IndexWalk` on DynamoDB.

    Rights, in partitions `S#*`, `1#*` and `2#*`: GetItem (standing); PutItem and DeleteItem (write, which also puts in
    `D#*`); for the sweep also BatchGetItem (postings, standings), ConditionCheckItem (remove) and Scan (page).
    """

    def __init__(self, client: DynamoDBClient, table: str, keys: CandidateKeys) -> None:
        self._client = client
        self._table = table
        self._keys = keys

    def standing(self, number: str) -> Standing:
        """Return what stands of a person, by a strongly consistent read."""
        item = self._client.get_item(TableName=self._table, Key=self._key(number), ConsistentRead=True).get("Item")
        return _standing(item) if item else Standing(number)

    def standings(self, numbers: Collection[str]) -> dict[str, Standing]:
        """Return what stands of people; who was never indexed is missing."""
        found = get_all(self._client, self._table, [self._key(number) for number in dict.fromkeys(numbers)])
        return {standing.number: standing for standing in map(_standing, found)}

    def write(self, write: Write) -> bool:
        """Write postings and the standing that says so, by one TransactWriteItems; who is whole by it is noted for the
        sweep for doubles."""
        number = write.after.number
        notes = [noted(self._keys.municipality, number)] if write.after.state != UNDER_WAY else []
        puts = [{**self._at(number, place), "f": {"B": form}} for place, form in write.put.items()]
        return transacted(
            self._client,
            {"Put": {"TableName": self._table, "Item": self._item(write.after), **_was(write.after.revision - 1)}},
            *({"Put": {"TableName": self._table, "Item": item}} for item in [*puts, *notes]),
            *({"Delete": {"TableName": self._table, "Key": self._at(number, place)}} for place in write.delete),
        )

    def postings(self, standing: Standing) -> Mapping[Place, bytes]:
        """Return the packed forms that do stand at a person's places."""
        places = {
            (key["pk"]["S"], key["sk"]["S"]): each for each in standing.places for key in [self._of(standing, each)]
        }
        items = get_all(self._client, self._table, [self._of(standing, each) for each in standing.places])
        return {places[item["pk"]["S"], item["sk"]["S"]]: item["f"]["B"] for item in items}

    def lists(self, standing: Standing | None, stray: Stray) -> bool:
        """Tell whether a person's standing knows of a posting."""
        keys = (self._of(standing, each) for each in standing.places) if standing else ()
        return any((key["pk"]["S"], key["sk"]["S"]) == (stray.pk, stray.sk) for key in keys)

    def remove(self, stray: Stray, standing: Standing | None) -> bool:
        """Delete a posting that the standing doesn't know of, if it still stands and the standing is still this one."""
        key = {"pk": {"S": stray.pk}, "sk": {"S": stray.sk}}
        same = _was(standing.revision if standing else 0)
        return transacted(
            self._client,
            {"ConditionCheck": {"TableName": self._table, "Key": self._key(stray.number), **same}},
            {"Delete": {"TableName": self._table, "Key": key, "ConditionExpression": "attribute_exists(pk)"}},
        )

    def page(self, after: tuple[str, str] | None) -> IndexPage:
        """Return up to a megabyte of the table, in an order that is DynamoDB's own; eventually consistent."""
        request: dict[str, Any] = {"TableName": self._table}
        if after:
            request["ExclusiveStartKey"] = {"pk": {"S": after[0]}, "sk": {"S": after[1]}}
        found = self._client.scan(**request)
        last: Any = found.get("LastEvaluatedKey")
        items: list[Any] = [
            item for item in found["Items"] if item["pk"]["S"].startswith(f"{self._keys.municipality}#")
        ]
        return IndexPage(
            [_standing(item) for item in items if item["sk"]["S"] == STANDING],
            [
                Stray(item["sk"]["S"].partition("#")[2], item["pk"]["S"], item["sk"]["S"])
                for item in items
                if item["pk"]["S"].split("#")[1] in _SCOPES
            ],
            (last["pk"]["S"], last["sk"]["S"]) if last else None,
        )

    def _key(self, number: str) -> Any:
        return {"pk": {"S": f"{self._keys.municipality}#{STANDING}#{number}"}, "sk": {"S": STANDING}}

    def _of(self, standing: Standing, at: Place) -> Any:
        return self._at(standing.number, at)

    def _at(self, number: str, at: Place) -> Any:
        return {"pk": {"S": self._keys.partition(at.scope, at.digest)}, "sk": {"S": place(at.birth, number)}}

    def _item(self, standing: Standing) -> Any:
        scopes = "".join(sorted({each.scope for each in standing.places}))
        return {
            **self._key(standing.number),
            "n": {"N": str(standing.revision)},
            "c": {"B": standing.state},
            "k": {"B": _pack(standing.places)},
            "m": {"S": scopes},
            "f": {"B": standing.form},
        }


def _was(revision: int) -> dict[str, Any]:
    """Return the condition that a standing has a revision."""
    if not revision:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {"ConditionExpression": "n = :was", "ExpressionAttributeValues": {":was": {"N": str(revision)}}}


def _pack(places: Collection[Place]) -> bytes:
    ordered = sorted(places, key=lambda each: (each.scope, each.birth, each.digest))
    groups = groupby(ordered, key=lambda each: (each.scope, each.birth))
    return msgspec.msgpack.encode(
        [(scope, birth, b"".join(each.digest for each in of)) for (scope, birth), of in groups]
    )


def _places(packed: bytes) -> Iterator[Place]:
    for scope, birth, digests in msgspec.msgpack.decode(packed, type=list[tuple[Scope, str, bytes]]):
        yield from (Place(scope, digests[at : at + _DIGEST], birth) for at in range(0, len(digests), _DIGEST))


def _standing(item: Any) -> Standing:
    return Standing(
        number=item["pk"]["S"].split("#", 2)[2],
        revision=int(item["n"]["N"]),
        places=frozenset(_places(item["k"]["B"])),
        state=item["c"]["B"],
        form=item["f"]["B"],
    )
