"""Who touched the data of one person."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from kyotsu.runtime.audit.reading import Problem, ReadObjects, Wrong
from kyotsu.runtime.audit.records import Header, Record, RecordBrokenError, day_of, decode
from kyotsu.runtime.batches import batches, in_parallel

_AT_ONCE = 64


class Findings(Protocol):
    """What finds records by person."""

    def keys_of(self, number: str, months: Sequence[str]) -> Iterator[str]:
        """Yield the object keys of records that may concern a person, of accesses in some months (YYYY-MM)."""
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """The accesses to a person's data, by time, and the records that could not be read."""

    accesses: list[Header]
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class Seeing:
    """Reads the trail by person. What counts is what the records say, not what the index says of them."""

    objects: ReadObjects
    index: Findings

    def of(self, number: str, first: str, last: str) -> Seen:
        """Return the accesses to a person's data from one JST day to another (YYYY-MM-DD), each once."""
        keys = dict.fromkeys(self.index.keys_of(number, list(months(first, last))))
        found: dict[str, Header] = {}
        problems: list[Problem] = []
        for batch in batches(keys, _AT_ONCE):
            for read in in_parallel(self._read, batch):
                if isinstance(read, Problem):
                    problems.append(read)
                elif _has(read.numbers, number) and first <= day_of(_at(read.header)) <= last:
                    found.setdefault(read.header.access.access_id, read.header)
        return Seen(sorted(found.values(), key=lambda header: (_at(header), header.access.access_id)), problems)

    def _read(self, key: str) -> Record | Problem:
        body = self.objects.find(key)
        if body is None:
            return Problem(Wrong.MISSING, key)
        try:
            return decode(key, body)
        except RecordBrokenError:
            return Problem(Wrong.BROKEN, key)


def months(first: str, last: str) -> Iterator[str]:
    """Yield the months (YYYY-MM) that have days from one to another."""
    day, end = date.fromisoformat(first).replace(day=1), date.fromisoformat(last)
    while day <= end:
        yield day.isoformat()[:7]
        day = day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1)


def _at(header: Header) -> datetime:
    return datetime.fromisoformat(header.access.at)


def _has(numbers: Sequence[str], number: str) -> bool:
    place = bisect_left(numbers, number)
    return place < len(numbers) and numbers[place] == number
