"""住民区分 of many people, over both sources, now or at a moment."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kyotsu.addressees.category import PersonCategory, Registration, combined, registration_at, registration_now
from kyotsu.addressees.records import HistoryEntry
from kyotsu.addressees.standing import Standing
from kyotsu.japanese import dates
from kyotsu.residents.reading import ResidentReader


@dataclass(frozen=True, slots=True)
class PersonCategories:
    """Reads 住民区分 of people."""

    residents: ResidentReader
    standings: Callable[[Collection[str]], Mapping[str, Standing]]
    history: Callable[[str], Sequence[HistoryEntry]]

    def categories(self, numbers: Sequence[str], at: datetime | None = None) -> Iterator[PersonCategory]:
        """Yield 住民区分 of every number, in order; by what has a 操作日時 ≤ `at`, if that is given."""
        standings = self.standings(numbers)
        for shown in self.residents.categories(numbers, at):
            standing = standings.get(shown.addressee_number)
            yield combined(shown, self._registration(standing, at), listed=standing is not None)

    def _registration(self, standing: Standing | None, at: datetime | None) -> Registration | None:
        if standing is None or at is None:
            return registration_now(standing)
        return registration_at(self.history(standing.number), dates.compact(at))
