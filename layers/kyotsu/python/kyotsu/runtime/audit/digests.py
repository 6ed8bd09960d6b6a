"""The digest of a day: how far every chain goes, tied to the digest of the day before.

A record belongs to the digest in which it was seen: one that arrives after its day's digest is in one of the next
`LOOK_BACK` days'.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

import msgspec

from kyotsu.contracts.ports import Clock
from kyotsu.runtime.audit.reading import (
    Chain,
    End,
    Linked,
    Problem,
    ReadObjects,
    accesses,
    chains_of,
    follow,
    people_of,
)
from kyotsu.runtime.audit.records import JST, RECORDS, Record, japanese
from kyotsu.runtime.audit.writing import RecordIndex

DIGESTS = "digests/"
LOOK_BACK = 3
"""Days. Longer than any function runs or any process waits for an answer."""


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """Records `first` to `last` of a chain, and the hash of the last one."""

    source: str
    day: str
    writer: str
    first: int
    last: int
    hash: str
    people: int

    @property
    def chain(self) -> Chain:
        """Whose records they are."""
        return Chain(self.source, self.day, self.writer)


class Digest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was seen of a day, and late of the days before."""

    municipality: str
    day: str
    made_at: str
    previous: str
    """SHA-256 of the digest of the day before; empty in the first one."""
    stretches: tuple[Stretch, ...]
    problems: tuple[Problem, ...]
    """What was wrong when it was made."""

    @property
    def records(self) -> int:
        """How many records it has seen."""
        return sum(stretch.last - stretch.first + 1 for stretch in self.stretches)


class DigestObjects(ReadObjects, Protocol):
    """The bucket of the audit trail, for who makes digests."""

    def create(self, key: str, body: bytes) -> bool:
        """Write an object durably unless there is one; tell whether it was written."""
        ...


def digest_key(day: str) -> str:
    """Return where the digest of a day stands."""
    return f"{DIGESTS}{day}.json"


def days(first: str, last: str) -> Iterator[str]:
    """Yield the days from one to another, both included."""
    day, end = date.fromisoformat(first), date.fromisoformat(last)
    while day <= end:
        yield day.isoformat()
        day += timedelta(days=1)


def shifted(day: str, by: int) -> str:
    """Return the day so many days later."""
    return (date.fromisoformat(day) + timedelta(days=by)).isoformat()


def ends_of(digests: Iterable[Digest]) -> dict[Chain, End]:
    """Return how far digests have seen each chain."""
    ends: dict[Chain, End] = {}
    for digest in digests:
        for stretch in digest.stretches:
            ends[stretch.chain] = max(ends.get(stretch.chain, End()), End(stretch.last, stretch.hash))
    return ends


@dataclass(frozen=True, slots=True)
class Made:
    """A digest that one look has made."""

    digest: Digest
    sha256: str
    mended: int
    """Accesses that were recorded and could not be found, because their worker ended in between."""


@dataclass(frozen=True, slots=True)
class Digesting:
    """Makes the digests of days that are over."""

    municipality: str
    objects: DigestObjects
    index: RecordIndex
    clock: Clock
    grace: timedelta
    """How long after midnight a day's records may still arrive."""

    def look(self, in_time: Callable[[], bool]) -> list[Made]:
        """Make the digests that are due, the oldest first, while there is time. One that is there stays."""
        made = []
        last = (self.clock.now() - self.grace).astimezone(JST).date() - timedelta(days=1)
        for day in days(self._first_missing(last.isoformat()), last.isoformat()):
            if not in_time():
                break
            done = self._make(day)
            if done:
                made.append(done)
        return made

    def _first_missing(self, last: str) -> str:
        known = sorted(key.removeprefix(DIGESTS).removesuffix(".json") for key in self.objects.keys(DIGESTS))
        if known:
            return shifted(known[-1], 1)
        recorded = (self.objects.folders(f"{RECORDS}{source}/") for source in self.objects.folders(RECORDS))
        return min([next(iter(found), last) for found in recorded] + [last])

    def _make(self, day: str) -> Made | None:
        before = self.objects.find(digest_key(shifted(day, -1)))
        stretches, problems, mended = self._seen(day)
        digest = Digest(
            municipality=self.municipality,
            day=day,
            made_at=japanese(self.clock.now()),
            previous=hashlib.sha256(before).hexdigest() if before is not None else "",
            stretches=tuple(stretches),
            problems=tuple(problems),
        )
        body = msgspec.json.encode(digest)
        if not self.objects.create(digest_key(day), body):
            return None  # another run was faster; its digest counts
        return Made(digest, hashlib.sha256(body).hexdigest(), mended)

    def _seen(self, day: str) -> tuple[list[Stretch], list[Problem], int]:
        bodies = (self.objects.find(digest_key(shifted(day, -back))) for back in range(1, LOOK_BACK + 1))
        ends = ends_of(msgspec.json.decode(body, type=Digest) for body in bodies if body is not None)
        stretches, problems, mended = list[Stretch](), list[Problem](), 0
        for looked_at in days(shifted(day, -LOOK_BACK), day):
            chains, strange = chains_of(self.objects, looked_at)
            problems += strange
            for chain, sequences in chains.items():
                end, people, first = ends.get(chain, End()), 0, ends.get(chain, End()).sequence + 1
                for linked in follow(self.objects, chain, sequences, end):
                    problems += linked.problems
                    mended += sum(self._mended(records) for records in accesses(linked.records))
                    people += sum(record.header.people for record in linked.records)
                    end = _end(linked, end)
                if end.sequence >= first:
                    stretches.append(_stretch(chain, first, end, people))
        return stretches, problems, mended

    def _mended(self, records: Sequence[Record]) -> int:
        """Make an access findable whose worker ended before it did; tell whether this was needed (1 or 0)."""
        access, people = records[0].header.access, people_of(records)
        if self.index.knows(access, people):
            return 0
        self.index.note([record.header for record in records], people)
        return 1


def _end(linked: Linked, end: End) -> End:
    return End(linked.records[-1].header.sequence, linked.records[-1].hash) if linked.records else end


def _stretch(chain: Chain, first: int, end: End, people: int) -> Stretch:
    return Stretch(
        source=chain.source,
        day=chain.day,
        writer=chain.writer,
        first=first,
        last=end.sequence,
        hash=end.hash,
        people=people,
    )
