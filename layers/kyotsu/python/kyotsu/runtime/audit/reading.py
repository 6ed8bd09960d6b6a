"""Reading chains of records back, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple, Protocol

from kyotsu.runtime.audit.records import RECORDS, Place, Record, RecordBrokenError, decode, place_of
from kyotsu.runtime.batches import batches, in_parallel

_AT_ONCE = 64


class ReadObjects(Protocol):
    """The bucket of the audit trail, for who reads it."""

    def find(self, key: str) -> bytes | None:
        """Return an object, or None."""
        ...

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys below a prefix, in order."""
        ...

    def folders(self, prefix: str) -> Iterator[str]:
        """Yield what stands between a prefix and the next slash, in order."""
        ...


class Wrong(StrEnum):
    """What can be wrong with the trail."""

    MISSING = "missing"
    """A record that was there is not."""
    BROKEN = "broken"
    """What stands there is no record of this place, or was changed."""
    UNCHAINED = "unchained"
    """A record does not carry the hash of the one before: one of the two was put there by somebody else."""
    CHANGED = "changed"
    """The chain is whole, but is not the one that the digest saw."""
    UNSEEN = "unseen"
    """A record that no digest has seen: it was put there later."""
    UNFINDABLE = "unfindable"
    """A record is there, but who looks for its people does not find it."""
    DIGEST_MISSING = "digest_missing"
    DIGEST_BROKEN = "digest_broken"
    DIGEST_UNCHAINED = "digest_unchained"
    """A digest does not carry the hash of the day before."""


class Problem(NamedTuple):
    """Something wrong, and where (an object key)."""

    wrong: Wrong
    key: str


class Chain(NamedTuple):
    """One writer's chain of one day."""

    source: str
    day: str
    writer: str

    def key(self, sequence: int) -> str:
        """Return the key of one of its records."""
        return Place(self.source, self.day, self.writer, sequence).key


class End(NamedTuple):
    """How far a chain was looked at: its last sequence (0: not at all) and that record's hash."""

    sequence: int = 0
    hash: str = ""


class Linked(NamedTuple):
    """Records that follow an end of a chain without a hole, and what is wrong after them."""

    chain: Chain
    records: Sequence[Record]
    problems: Sequence[Problem]


def chains_of(objects: ReadObjects, day: str) -> tuple[dict[Chain, list[int]], list[Problem]]:
    """Return the chains of a day with the sequences that are there, in order, and the keys that are none."""
    found: dict[Chain, list[int]] = {}
    problems = []
    for source in objects.folders(RECORDS):
        for key in objects.keys(f"{RECORDS}{source}/{day}/"):
            try:
                place = place_of(key)
            except RecordBrokenError:
                problems.append(Problem(Wrong.BROKEN, key))
                continue
            found.setdefault(Chain(place.source, place.day, place.writer), []).append(place.sequence)
    return {chain: sorted(sequences) for chain, sequences in found.items()}, problems


def follow(objects: ReadObjects, chain: Chain, sequences: Iterable[int], end: End) -> Iterator[Linked]:
    """Yield the records after an end, some at a time; after the first problem there are none."""
    for batch in batches((number for number in sequences if number > end.sequence), _AT_ONCE):
        linked = _linked(objects, chain, batch, end)
        yield linked
        if linked.problems:
            return
        end = End(linked.records[-1].header.sequence, linked.records[-1].hash)


def _linked(objects: ReadObjects, chain: Chain, batch: Sequence[int], end: End) -> Linked:
    bodies = in_parallel(lambda number: objects.find(chain.key(number)), batch)
    records: list[Record] = []
    for number, body in zip(batch, bodies, strict=True):
        if number != end.sequence + 1 or body is None:
            return Linked(chain, records, [Problem(Wrong.MISSING, chain.key(end.sequence + 1))])
        try:
            record = decode(chain.key(number), body)
        except RecordBrokenError:
            return Linked(chain, records, [Problem(Wrong.BROKEN, chain.key(number))])
        if record.header.previous != end.hash:
            return Linked(chain, records, [Problem(Wrong.UNCHAINED, chain.key(number))])
        records.append(record)
        end = End(number, record.hash)
    return Linked(chain, records, [])


def accesses(records: Iterable[Record]) -> Iterator[list[Record]]:
    """Yield the records of each access: those of a large one follow each other."""
    for _, group in groupby(records, lambda record: record.header.sequence - record.header.piece):
        yield list(group)


def people_of(records: Sequence[Record]) -> list[str]:
    """Return the people of an access, sorted."""
    return [number for record in records for number in record.numbers]


def merged(ends: Mapping[Chain, End], further: Mapping[Chain, End]) -> dict[Chain, End]:
    """Return the further of two ends of each chain."""
    return {chain: max(ends.get(chain, End()), further.get(chain, End())) for chain in {*ends, *further}}
