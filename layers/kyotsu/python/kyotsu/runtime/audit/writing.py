"""Writing records, one after the other, so that each carries the hash of the one before."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

from kyotsu.contracts.audit import Access
from kyotsu.contracts.ports import Clock
from kyotsu.runtime.audit.records import PIECE, Header, Record, day_of, distinct, encode, japanese, pack
from kyotsu.runtime.batches import batches


class RecordObjects(Protocol):
    """The bucket of records, for who adds to it."""

    def create(self, key: str, body: bytes) -> bool:
        """Write an object durably unless there is one; tell whether it was written."""
        ...


class RecordIndex(Protocol):
    """What finds records by person."""

    def knows(self, access: Access, people: Sequence[str]) -> bool:
        """Tell whether `note` has come to its end for this access to exactly these people."""
        ...

    def note(self, headers: Sequence[Header], people: Sequence[str]) -> None:
        """Keep where the records of an access to these people stand, durably. Noting them again changes nothing."""
        ...


class SlotTakenError(Exception):
    """Places that nobody else can know of were taken: nothing is known to be recorded."""


def new_writer() -> str:
    """Return a name that nothing else has or can guess."""
    return secrets.token_hex(16)


@dataclass(slots=True)
class _Chain:
    """The end of one writer's chain, all of which is of one day."""

    writer: str
    day: str
    sequence: int = 0
    previous: str = ""


@dataclass(slots=True)
class ChainedTrail:
    """`kyotsu.contracts.audit.AuditTrail` over a bucket and an index.

    A chain is only ever continued after a write that certainly took effect. Whenever it is uncertain whether a record
    stands, nothing more is written under that writer's name: the next record begins a chain of its own. So no failure
    can leave a hole or a fork, and either end of the old chain is a lawful one. So does the first record of a day.
    """

    municipality: str
    source: str
    objects: RecordObjects
    index: RecordIndex
    clock: Clock
    writers: Callable[[], str] = new_writer
    piece: int = PIECE
    _chain: _Chain | None = None
    _lock: Lock = field(default_factory=Lock)

    def record(self, access: Access, numbers: Collection[str]) -> None:
        """Record an access to these people durably; raises if it is not certain that it is. Nobody: nothing is."""
        people = distinct(numbers)
        if not people:
            return
        with self._lock:
            if self.index.knows(access, people):
                return
            pieces = list(batches(people, self.piece))
            headers = [self._append(access, number, len(pieces), part) for number, part in enumerate(pieces)]
            # After the records: what the index names exists, and an access it does not know is recorded again.
            self.index.note(headers, people)

    def _append(self, access: Access, piece: int, pieces: int, people: Sequence[str]) -> Header:
        packed = pack(people)
        now = self.clock.now()
        for chain in self._ends(day_of(now)):
            header = Header(
                municipality=self.municipality,
                source=self.source,
                writer=chain.writer,
                sequence=chain.sequence + 1,
                previous=chain.previous,
                recorded_at=japanese(now),
                access=access,
                piece=piece,
                pieces=pieces,
                people=len(people),
                first=people[0],
                last=people[-1],
                sha256=hashlib.sha256(packed).hexdigest(),
            )
            if self._written(chain, *encode(header, packed)):
                return header
        raise SlotTakenError

    def _ends(self, day: str) -> Iterator[_Chain]:
        """Yield where the next record may go: after the last one of the day, and at the beginning of a new chain."""
        if self._chain and self._chain.day == day:
            yield self._chain
        yield _Chain(self.writers(), day)

    def _written(self, chain: _Chain, record: Record, body: bytes) -> bool:
        self._chain = None
        if not self.objects.create(record.header.place.key, body):
            return False  # our own write, answered too late for the client's first attempt; or not ours at all
        self._chain = _Chain(chain.writer, chain.day, record.header.sequence, record.hash)
        return True
