"""The index in memory, for evaluation and tests: the same keys and lists as the table's."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from kyotsu.addressees.candidates import forms, keys
from kyotsu.addressees.candidates.people import Person
from kyotsu.addressees.candidates.postings import Posting

_AFTER = "\uffff"


class MemoryPostings:
    """Everybody on a register, under their keys."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.postings = [Posting(person.id, forms.of_person(person)) for person in people]
        lists: dict[str, list[int]] = {}
        order = sorted(range(len(self.postings)), key=lambda n: (self.postings[n].form.birth, self.postings[n].id))
        for number in order:
            for key in keys.of_person(self.postings[number].form):
                lists.setdefault(key, []).append(number)
        self._lists = lists

    def read(self, key: str, starts: str, most: int) -> Sequence[Posting]:
        """Return postings of a key, as `Postings.read` promises."""
        numbers = self._lists.get(key, [])
        first, last = 0, len(numbers)
        if starts:
            first = bisect_left(numbers, starts, key=self._birth)
            last = bisect_left(numbers, starts + _AFTER, key=self._birth)
        return [self.postings[number] for number in numbers[first:last][:most]]

    def _birth(self, number: int) -> str:
        return self.postings[number].form.birth
