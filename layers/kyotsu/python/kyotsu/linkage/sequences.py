"""連番 that arrived, as runs of numbers. Pure: any order and any repetition of arrivals gives the same runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Run(NamedTuple):
    """Numbers `first` to `last`, all of which arrived, and the moment of the earliest arrival among them."""

    first: int
    last: int
    since: float
    """Seconds since 1970, UTC."""


class Span(NamedTuple):
    """Numbers `first` to `last`."""

    first: int
    last: int

    def __str__(self) -> str:
        """Return the numbers as file names spell them: `000003`, or `000003-000005`."""
        return f"{self.first:06d}" if self.first == self.last else f"{self.first:06d}-{self.last:06d}"


def arrived(runs: Iterable[Run], number: int, at: float) -> tuple[Run, ...]:
    """Return the runs with a number that arrived at a moment."""
    merged: list[Run] = []
    for run in sorted((*runs, Run(number, number, at))):
        if merged and run.first <= merged[-1].last + 1:
            before = merged[-1]
            merged[-1] = Run(before.first, max(before.last, run.last), min(before.since, run.since))
        else:
            merged.append(run)
    return tuple(merged)


def missing(runs: Iterable[Run], *, from_one: bool, until: float) -> tuple[Span, ...]:
    """Return the numbers that had not arrived although a higher one had by `until`, lowest first.

    Counting starts at the lowest number that ever arrived or, `from_one`, at 1.
    """
    found: list[Span] = []
    above: Run | None = None
    earliest = float("inf")
    for run in sorted(runs, reverse=True):
        if above is not None and earliest <= until:
            found.append(Span(run.last + 1, above.first - 1))
        above, earliest = run, min(earliest, run.since)
    if from_one and above is not None and above.first > 1 and earliest <= until:
        found.append(Span(1, above.first - 1))
    return tuple(reversed(found))


def without(spans: Iterable[Span], taken: Iterable[Span]) -> tuple[Span, ...]:
    """Return the numbers of the first that are in none of the second, lowest first."""
    rest = list(spans)
    for hole in taken:
        rest = [part for span in rest for part in _cut(span, hole)]
    return tuple(sorted(rest))


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the same numbers in as few spans as there can be, lowest first."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.first <= merged[-1].last + 1:
            merged[-1] = Span(merged[-1].first, max(merged[-1].last, span.last))
        else:
            merged.append(span)
    return tuple(merged)


def _cut(span: Span, hole: Span) -> Iterator[Span]:
    if hole.last < span.first or hole.first > span.last:
        yield span
        return
    if span.first < hole.first:
        yield Span(span.first, hole.first - 1)
    if span.last > hole.last:
        yield Span(hole.last + 1, span.last)
