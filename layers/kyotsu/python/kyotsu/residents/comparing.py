"""What two trials of the same rows come to, person by person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from operator import itemgetter

from kyotsu.residents import fold
from kyotsu.residents.applier import Head
from kyotsu.residents.reading import CategoryShown, shown_category
from kyotsu.residents.trial import HeadSource, TrialStore


@dataclass(frozen=True, slots=True)
class PersonDifference:
    """A person whose current record or 住民区分 would not be the same after both trials."""

    own: CategoryShown
    other: CategoryShown
    record_differs: bool

    @property
    def category_differs(self) -> bool:
        """Whether 住民区分 is another one, or since another moment."""
        return (self.own.category, self.own.since) != (self.other.category, self.other.since)


def person_differences(own: TrialStore, other: TrialStore) -> Iterator[PersonDifference]:
    """Yield the people whom two trials on the same set leave differently, by addressee number."""
    for one, two in _paired(own, other):
        contents = [entry and entry.content for entry in (fold.current(one.entries), fold.current(two.entries))]
        found = PersonDifference(shown_category(one), shown_category(two), contents[0] != contents[1])
        if found.record_differs or found.category_differs:
            yield found


def _paired(own: TrialStore, other: TrialStore) -> Iterator[tuple[Head, Head]]:
    """Yield the heads of everybody whom one of the trials changed, after the one and after the other."""
    both = merge(_changed(own, 0), _changed(other, 1), key=itemgetter(0, 1))
    for _, group in groupby(both, key=itemgetter(0)):
        found = {trial: (before, after) for _, trial, before, after in group}
        untouched = next(iter(found.values()))[0]
        one, two = (found.get(trial, (untouched, untouched))[1] for trial in (0, 1))
        yield one, two


def _changed(store: TrialStore, trial: int) -> Iterator[tuple[str, int, Head, Head]]:
    for before, after in store.changed():
        yield after.addressee_number, trial, before, after


@dataclass(slots=True)
class HeadsOnce:
    """A `HeadSource` that reads the people of a chunk once, however many trials ask for them.

    It saves reads, and trials that take turns at the chunks see the same set.
    """

    real: HeadSource
    _last: dict[str, Head] = field(default_factory=dict)

    def heads(self, numbers: Iterable[str]) -> dict[str, Head]:
        """Return the heads of all these people, as they were when one of their chunk was asked for first."""
        wanted = list(numbers)
        known = {number: self._last[number] for number in wanted if number in self._last}
        missing = [number for number in wanted if number not in known]
        if missing:
            # Nobody of the chunk before is kept but those who are in this one, too.
            self._last = {**known, **self.real.heads(missing)}
        return {number: self._last[number] for number in wanted}


class NobodyKnown:
    """A `HeadSource` of a municipality without any records."""

    def heads(self, numbers: Iterable[str]) -> dict[str, Head]:
        """Return heads of people who are not known."""
        return {number: Head(number, 0, ()) for number in numbers}
