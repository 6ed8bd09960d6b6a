"""Issuing 団体内統合宛名番号 to the people of a request: one number for each 個人番号, whoever asks at once.

Everybody of a request is decided and written by itself; one look serves all of them. Who loses to another worker is
looked at again, together with the others who did. A key is held for the request as a whole before anybody is written.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from kyotsu.addressees.numbers import NumberKind
from kyotsu.addressees.records import Use
from kyotsu.addressees.store import Done, NumberSource
from kyotsu.contracts import outcomes
from kyotsu.integrated import deciding
from kyotsu.integrated.changes import Change, Refused, Told
from kyotsu.integrated.holding import Holding, Once
from kyotsu.integrated.records import Category, Conflict
from kyotsu.integrated.requests import Header, PlacedError, Subject, refused
from kyotsu.integrated.residence import categories_of
from kyotsu.integrated.store import IntegratedStore, ResidentCategories, Seen, Wanted, Write
from kyotsu.integrated.telling import Teller

LOOKS_FOR_FRESH, MOST_AT_ONCE = 40, 100
"""Looks for a number that no migration reserved, and numbers looked at together: one BatchGetItem."""
MAX_LOST = 10
"""How often one person may lose to other workers before the caller is told to come again."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A person who has a number now."""

    place: int
    """連番 in the request."""
    number: str
    """宛名番号."""
    integrated: str
    new: bool


@dataclass(slots=True)
class _Job:
    """One person of a request who is not done yet."""

    place: int
    told: Told
    once: Once | None
    """Its own part of what the request is done under."""
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Issuing:
    """Issues numbers."""

    store: IntegratedStore
    numbers: NumberSource
    residents: ResidentCategories
    teller: Teller

    def issue(
        self, subjects: Sequence[Subject], header: Header, use: Use, *, once: Once | None, at: str
    ) -> list[Issued | PlacedError]:
        """Give each person the number it has or gets; everything is durable before it returns.

        `once`: what the request is done under; a person that was done under it is told again. Raises KeyReusedError
        before anything is done if it is another request's. `at`: the moment, ISO 8601, JST.
        """
        pending = [self._job(subject, header, use, once) for subject in subjects]
        holding = Holding(self.store, once)
        found = list[Issued | PlacedError]()
        while pending:
            now, later = _apart(pending)
            ended, again = self._round(now, holding, at)
            found += ended
            pending = again + later
        return found

    def _job(self, subject: Subject, header: Header, use: Use, once: Once | None) -> _Job:
        told = self.teller.told(
            number=subject.number,
            use=use,
            municipality=header.municipality,
            person=subject.person,
            operation=header.operation,
            individual_number=subject.individual_number,
            status=subject.status,
            reason=subject.reason,
        )
        return _Job(subject.place, told, once.part(subject.place) if once else None)

    def _round(self, jobs: Sequence[_Job], holding: Holding, at: str) -> tuple[list[Issued | PlacedError], list[_Job]]:
        """Try everybody once; return who is done, and who lost to another worker."""
        ended, writes, conflicts = list[Issued | PlacedError](), list[tuple[_Job, Change, Write]](), list[Conflict]()
        wanted = [Wanted(job.told.number, job.told.fingerprint, job.once and job.once.key) for job in jobs]
        looked = holding.look(wanted)
        categories = categories_of(self.residents, [(job.told, seen) for job, seen in zip(jobs, looked, strict=True)])
        for job, seen in zip(jobs, looked, strict=True):
            if seen.done is not None:
                ended.append(_told_again(job, seen.done))
                continue
            decided = self._decided(job, seen, categories)
            if isinstance(decided, Refused):
                ended.append(_error(job, decided))
                conflicts += [decided.conflict] if decided.conflict else []
            elif decided.changes or job.once:
                writes.append((job, decided, Write(decided, _done(job, decided), at)))
                conflicts += [decided.suspect] if decided.suspect else []
            else:
                ended.append(_issued(job, decided))
        # Held before anybody is written, and not at all for a request that changed nothing: its key may name another.
        held = not writes or holding.hold()
        self.store.note(conflicts)
        written = self.store.write([write for _, _, write in writes]) if held else [False] * len(writes)
        return _sorted_out(ended, writes, written)

    def _decided(self, job: _Job, seen: Seen, categories: Mapping[str, Category]) -> Change | Refused:
        known = seen.known(categories.get(job.told.number), categories)
        decided = deciding.issue(job.told, known, None)
        if decided is None:
            decided = deciding.issue(job.told, known, self._fresh(job))
        if decided is None:
            raise ValueError("a fresh number was not taken")
        return decided

    def _fresh(self, job: _Job) -> str:
        """Return a number for a new person: the next one or, once one was refused, the next that is free."""
        if not job.lost:
            return self.numbers.next(NumberKind.INTEGRATED)
        for count in _growing():
            fresh = [self.numbers.next(NumberKind.INTEGRATED) for _ in range(count)]
            taken = self.store.taken(fresh)
            free = next((number for number in fresh if number not in taken), None)
            if free is not None:
                return free
        return self.numbers.next(NumberKind.INTEGRATED)


def _growing() -> Iterator[int]:
    """Yield how many numbers to look at: a few, then more and more of a range that a migration filled."""
    return itertools.islice((min(2**power, MOST_AT_ONCE) for power in itertools.count()), LOOKS_FOR_FRESH)


def _apart(jobs: Sequence[_Job]) -> tuple[list[_Job], list[_Job]]:
    """Return people who can be tried at once, and those who would be in the way of one of them."""
    now, later, met = list[_Job](), list[_Job](), set[object]()
    for job in jobs:
        mine = {job.told.fingerprint, job.told.number}
        (later if mine & met else now).append(job)
        met |= mine
    return now, later


def _sorted_out(
    ended: list[Issued | PlacedError], writes: Sequence[tuple[_Job, Change, Write]], written: Sequence[bool]
) -> tuple[list[Issued | PlacedError], list[_Job]]:
    again = list[_Job]()
    for (job, change, _), stored in zip(writes, written, strict=True):
        if stored:
            ended.append(_issued(job, change))
            continue
        job.lost += 1
        if job.lost < MAX_LOST:
            again.append(job)
        else:
            ended.append(PlacedError(job.place, refused(outcomes.INTEGRATED_CONTENDED)))
    return ended, again


def _issued(job: _Job, change: Change) -> Issued:
    return Issued(job.place, job.told.number, change.after.number, new=change.before is None)


def _done(job: _Job, change: Change) -> Done | None:
    if job.once is None:
        return None
    return Done(job.once.key, job.once.content, msgspec.msgpack.encode((change.after.number, change.before is None)))


def _told_again(job: _Job, done: Done) -> Issued:
    number, new = msgspec.msgpack.decode(done.answer)
    return Issued(job.place, job.told.number, number, new)


def _error(job: _Job, decided: Refused) -> PlacedError:
    item = "kojinbango" if decided.conflict else "atenabango"
    return PlacedError(job.place, refused(decided.outcome, item, limit=decided.limit))
