"""The sweep for doubles: people of the registry who are probably somebody else on it, or a resident, for clerks.

Nothing is ever linked by it. Compared is only whose entry in the index changed since; who is noted is compared with
everybody found as a search finds them. Doing it again lists nothing twice: an entry's id names both numbers and what
was known of both people, so that a pair comes back after a clerk's verdict only when one of the two has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, Protocol

from kyotsu.addressees.candidates import forms, pairing, searching
from kyotsu.addressees.candidates.forms import Form
from kyotsu.addressees.candidates.pairing import Pair
from kyotsu.addressees.candidates.postings import Postings
from kyotsu.addressees.candidates.scoring import Scorer
from kyotsu.addressees.clerks_list import ClerksList, Entry, Kind, linked
from kyotsu.addressees.standing import Standing, Standings, systems_of
from kyotsu.contracts.ports import Clock
from kyotsu.contracts.sealing import Fingerprints
from kyotsu.japanese.dates import JST

PURPOSE = "double"
MOST_PAIRS = 10
"""Pairs that one person's comparison lists: further ones are found from their other side."""
AT_ONCE = 8
"""People compared side by side."""
MOST_FAILURES = 20
"""Failures of one run from which on it is nobody's own: the run ends."""
_CANDIDATES = 50
_STATE = 12


class Work(NamedTuple):
    """Somebody to compare."""

    number: str
    token: str
    """Another one each time the person is noted."""


class WorkList(Protocol):
    """Who is to be compared. A person is noted after the index holds what is new, so that of two who change at one time
    at least the later is compared with the other."""

    def due(self) -> Iterator[Work]:
        """Yield everybody who is noted."""
        ...

    def done(self, work: Work) -> None:
        """Take somebody off, unless noted again since."""
        ...


class IndexedPeople(Protocol):
    """What the index holds of people."""

    def forms(self, numbers: Sequence[str]) -> Mapping[str, Form]:
        """Return the forms of those whom it holds. Sees every earlier write."""
        ...


class Swept(NamedTuple):
    """What a run did."""

    compared: int
    listed: int
    withdrawn: int
    failed: int
    finished: bool
    """Nobody was left."""


class _Done(NamedTuple):
    listed: int = 0
    withdrawn: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubles:
    """One municipality's sweep."""

    work: WorkList
    people: IndexedPeople
    everybody: Postings
    addressees: Postings
    """住登外者 alone: residents are not compared with each other."""
    scorer: Callable[[], Scorer]
    standings: Standings
    clerks: ClerksList
    fingerprints: Fingerprints
    clock: Clock
    expected: float
    """Share of people who are taken to have a double."""
    least: int
    """得点 from which on a pair is listed."""
    each: Callable[[Callable[[Work], _Done], Sequence[Work]], list[_Done]]
    """Does something with each of a few, in order or side by side."""
    failed: Callable[[Work, Exception], None]
    """Is told of somebody who could not be compared, who stays noted."""

    def run(self, in_time: Callable[[], bool]) -> Swept:
        """Compare who is noted, as far as time allows; the rest is left to the next run."""
        listed = self._listed()
        due, compared, done = self.work.due(), 0, _Done()
        while in_time() and done.failed < MOST_FAILURES:
            some = list(islice(due, AT_ONCE))
            if not some:
                return Swept(compared - done.failed, *done, finished=not done.failed)
            one_by_one = self.each(lambda work: self._try(work, listed.get(work.number, ())), some)
            compared += len(some)
            done = _Done(*map(sum, zip(done, *one_by_one, strict=True)))
        return Swept(compared - done.failed, *done, finished=False)

    def _listed(self) -> Mapping[str, Sequence[Entry]]:
        found: dict[str, list[Entry]] = {}
        for entry in self.clerks.open():
            if entry.kind is Kind.PROBABLE:
                for number in entry.numbers:
                    found.setdefault(number, []).append(entry)
        return found

    def _try(self, work: Work, listed: Sequence[Entry]) -> _Done:
        try:
            done = self._compare(work.number, listed)
            self.work.done(work)
        except Exception as error:  # noqa: BLE001 - told; one person's failure stops nobody else's
            self.failed(work, error)
            return _Done(failed=1)
        return done

    def _compare(self, number: str, listed: Sequence[Entry]) -> _Done:
        own = self.people.forms([number]).get(number)
        found = {} if own is None else self._probable(number, own, listed)
        entries = [] if own is None else list(self._entries(number, own, found))
        new = sum([self.clerks.add(entry) for entry in entries])
        kept = {entry.entry_id for entry in entries}
        gone = [entry.entry_id for entry in listed if entry.entry_id not in kept]
        for entry_id in gone:
            self.clerks.withdraw(entry_id)
        return _Done(new, len(gone))

    def _probable(self, number: str, own: Form, listed: Sequence[Entry]) -> Mapping[str, tuple[Form, Pair]]:
        """Return who is probably the same, the most probable first; who is listed is compared as well."""
        scorer = self.scorer()
        scope = self.everybody if self._open([number]) else self.addressees
        found = searching.search(pairing.asked(own), scope, scorer, _CANDIDATES)
        others = {candidate.id: candidate.form for candidate in found.candidates}
        already = {other for entry in listed for other in entry.numbers}
        unfound = sorted(already - others.keys() - {number})
        others |= self.people.forms(unfound) if unfound else {}
        others.pop(number, None)
        pairs = {
            other: (form, pairing.compare(own, form, scorer, self.expected)) for other, form in sorted(others.items())
        }
        probable = [item for item in pairs.items() if self._counts(item[1][1].points, item[1][1])]
        probable.sort(key=lambda item: -item[1][1].points)
        return {other: pair for place, (other, pair) in enumerate(probable) if place < MOST_PAIRS or other in already}

    def _counts(self, points: int, pair: Pair) -> bool:
        return pair.by_identity or points >= self.least

    def _entries(self, number: str, own: Form, found: Mapping[str, tuple[Form, Pair]]) -> Iterator[Entry]:
        standings = self._open([number, *found])
        for other, (form, pair) in found.items():
            both = (standings.get(number), standings.get(other))
            if not any(both) or linked(*both, (number, other)):
                continue
            yield self._entry({number: own, other: form}, standings, pair)

    def _entry(self, both: Mapping[str, Form], standings: Mapping[str, Standing], pair: Pair) -> Entry:
        known = b"".join(forms.pack(both[number]) for number in sorted(both))
        state = self.fingerprints.of(PURPOSE, known.hex()).hex()[:_STATE]
        residents = tuple(sorted(both.keys() - standings.keys()))
        registered = sorted(both.keys() & standings.keys(), key=lambda one: (standings[one].registered_at, one))
        return Entry(
            entry_id="-".join(["probable", *sorted(both), state]),
            kind=Kind.PROBABLE,
            numbers=(*residents, *registered),
            systems=tuple(systems_of({use for number in registered for use in standings[number].uses})),
            noticed_at=self.clock.now().astimezone(JST).isoformat(timespec="seconds"),
            residents=residents,
            points=pair.points,
            unplaced=pair.unplaced,
            without_addresses=self._counts(pair.unplaced, pair),
            reasons=tuple(pair.reasons),
        )

    def _open(self, numbers: Sequence[str]) -> Mapping[str, Standing]:
        """Return what is registered under numbers, but for closed records."""
        found = self.standings.standings(numbers)
        return {number: standing for number, standing in found.items() if not standing.deleted}
