"""連番 as runs and spans."""

from __future__ import annotations

import pytest

from kyotsu.linkage.sequences import Run, Span, arrived, joined, missing, without

NEVER = float("-inf")


def _runs(*numbers: int) -> tuple[Run, ...]:
    runs: tuple[Run, ...] = ()
    for at, number in enumerate(numbers):
        runs = arrived(runs, number, at)
    return runs


def test_neighbours_become_one_run_that_keeps_the_earliest_moment() -> None:
    assert _runs(3, 5, 4) == (Run(3, 5, 0),)
    assert _runs(3, 5) == (Run(3, 3, 0), Run(5, 5, 1))


def test_a_number_is_missing_once_a_higher_one_is_old_enough() -> None:
    runs = _runs(3, 7)
    assert missing(runs, from_one=False, until=0) == ()
    assert missing(runs, from_one=False, until=1) == (Span(4, 6),)


def test_any_higher_number_counts_not_only_the_next() -> None:
    runs = (Run(1, 1, 0), Run(3, 3, 90), Run(5, 5, 10))
    assert missing(runs, from_one=False, until=10) == (Span(2, 2), Span(4, 4))


def test_counting_starts_at_the_lowest_arrival_or_at_one() -> None:
    assert missing(_runs(5), from_one=False, until=9) == ()
    assert missing(_runs(5), from_one=True, until=9) == (Span(1, 4),)
    assert missing(_runs(5), from_one=True, until=NEVER) == ()
    assert missing((), from_one=True, until=9) == ()


@pytest.mark.parametrize(
    ("hole", "rest"),
    [
        (Span(1, 2), (Span(3, 9),)),
        (Span(3, 3), (Span(4, 9),)),
        (Span(5, 6), (Span(3, 4), Span(7, 9))),
        (Span(8, 12), (Span(3, 7),)),
        (Span(1, 12), ()),
    ],
)
def test_numbers_are_taken_out_of_spans(hole: Span, rest: tuple[Span, ...]) -> None:
    assert without([Span(3, 9)], [hole]) == rest


def test_spans_that_touch_are_joined() -> None:
    assert joined([Span(4, 5), Span(1, 2), Span(3, 3), Span(7, 7)]) == (Span(1, 5), Span(7, 7))


def test_spans_are_spelled_as_file_names_spell_numbers() -> None:
    assert (str(Span(3, 3)), str(Span(3, 12))) == ("000003", "000003-000012")
