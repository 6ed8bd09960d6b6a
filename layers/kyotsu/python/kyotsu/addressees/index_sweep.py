"""The sweep of the index of candidates: a walk over everybody, in pieces, that finds and repairs what is not in step.

It walks over the residents and the registry for people who are missing, then over the index for what is wrong or too
much, and counts names on the way. What differs may be on its way: it is looked at again after a time of grace, and only
what differs then is repaired and told. A rebuild is a walk without grace.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Any

import msgspec

from kyotsu.addressees.candidates import forms, frequencies
from kyotsu.addressees.candidates_table import Scope
from kyotsu.addressees.frequencies_table import Counted
from kyotsu.addressees.index_walk import After, IndexWalk, NumberPages, Phase, Stray, Walk, WalkStore
from kyotsu.addressees.indexing import Indexing
from kyotsu.contracts.ports import Clock

MOST_SUSPECTS = 1000
_ATTEMPTS = 5
SAMPLE = 30_000
"""Of how many people names are counted: shares of frequent names come out well enough, at any size of the register."""
InParallel = Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]


_NEXT = dict(zip(Phase, [*Phase][1:], strict=False))


class WalkContendedError(Exception):
    """Other runs of the sweep kept going on with the walk; trying again later is safe."""


class Swept(msgspec.Struct, frozen=True, kw_only=True):
    """What a run found."""

    looked_at: int
    suspects: int
    """People who differ and may be on their way still."""
    repaired: int
    """People whose postings had to be written, and postings of nobody that had to be deleted."""
    finished: bool
    """Whether there is nothing left to walk over for now."""


@dataclass
class Sweep:
    """One run of the sweep."""

    indexing: Indexing
    index: IndexWalk
    sources: Mapping[Phase, NumberPages]
    walks: WalkStore
    put_frequencies: Callable[[Counted], None]
    clock: Clock
    in_parallel: InParallel
    grace: timedelta
    every: timedelta
    """A walk begins no sooner after the one before."""
    at_once: bool = False
    """No grace: what differs is repaired where it is met."""
    looked_at: int = field(default=0, init=False)
    repaired: int = field(default=0, init=False)

    def begin(self) -> None:
        """Have the next run begin a walk, wherever the one before is: a rebuild runs, at once, until it is finished."""
        for _ in range(_ATTEMPTS):
            self.walks.find()
            if self.walks.put(Walk(began=self.clock.now())):
                return
        raise WalkContendedError

    def run(self, in_time: Callable[[], bool]) -> Swept:
        """Go on with the walk while there is time."""
        self.looked_at = self.repaired = 0
        now = self.clock.now()
        walk = self.walks.find() or Walk(began=now)
        if walk.phase is Phase.DONE and now - walk.began >= self.every:
            walk = Walk(began=now, suspects=walk.suspects)
        walk = self._settled(walk)
        kept = self.walks.put(walk)
        while kept and walk.phase is not Phase.DONE and len(walk.suspects) < MOST_SUSPECTS and in_time():
            walk = self._step(walk)
            kept = self.walks.put(walk)
        return Swept(
            looked_at=self.looked_at,
            suspects=len(walk.suspects),
            repaired=self.repaired,
            finished=kept and walk.phase is Phase.DONE,
        )

    def _settled(self, walk: Walk) -> Walk:
        """Look again at what differed long enough ago, and repair what still does."""
        due = [
            number for number, seen in walk.suspects.items() if self.at_once or self.clock.now() - seen >= self.grace
        ]
        self._repair(self._differing(due))
        left = {number: seen for number, seen in walk.suspects.items() if number not in set(due)}
        return msgspec.structs.replace(walk, suspects=left)

    def _step(self, walk: Walk) -> Walk:
        people = dict(walk.people)
        if walk.phase is Phase.INDEX:
            page = self.index.page(walk.after)
            standings = [standing for standing in page.standings if standing.revision]
            for scope in (scope for one in standings for scope in {place.scope for place in one.places}):
                people[scope] = people.get(scope, 0) + 1
            differing = self._differing([standing.number for standing in standings])
            self._remove_strays(page.postings)
            following = page.following
        else:
            numbers, following = self.sources[walk.phase].page(walk.after)
            standings_of = self.index.standings(numbers) if numbers else {}
            # Who stands in the index is looked at there.
            missing = [number for number in numbers if number not in standings_of]
            differing = self._differing(missing)
        suspects = dict(walk.suspects)
        if self.at_once:
            self._repair(differing)
        else:
            suspects = {**dict.fromkeys(differing, self.clock.now()), **suspects}
        phase = walk.phase if following else _NEXT[walk.phase]
        if phase is Phase.DONE:
            self._count(people)
        return msgspec.structs.replace(walk, phase=phase, after=following, people=people, suspects=suspects)

    def _differing(self, numbers: Sequence[str]) -> list[str]:
        self.looked_at += len(numbers)
        agree = self.in_parallel(self.indexing.agrees, numbers)
        return [number for number, agrees in zip(numbers, agree, strict=True) if not agrees]

    def _repair(self, numbers: Sequence[str]) -> None:
        for changed in self.in_parallel(lambda number: self.indexing.follow(number, whole=True), numbers):
            self.repaired += changed

    def _remove_strays(self, postings: Sequence[Stray]) -> None:
        # Read after the page: a posting that was written since the page is in no page, one that was replaced is gone.
        standings = self.index.standings({stray.number for stray in postings}) if postings else {}
        for stray in postings:
            standing = standings.get(stray.number)
            if not self.index.lists(standing, stray) and self.index.remove(stray, standing):
                self.repaired += 1

    def _count(self, people: Mapping[str, int]) -> None:
        found = frequencies.of(forms.unpack(form) for form in islice(self._forms(), SAMPLE))
        counted = {str(scope): people.get(scope, 0) for scope in Scope}
        self.put_frequencies(Counted(counted, found.family, found.given))

    def _forms(self) -> Any:
        after: After = None
        while True:
            page = self.index.page(after)
            yield from (standing.form for standing in page.standings if standing.form)
            after = page.following
            if after is None:
                return
