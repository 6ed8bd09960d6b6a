"""The measures are what the development set's README says."""

from __future__ import annotations

from tools.candidates import measuring
from tools.candidates.measuring import Answer

NOBODY = [Answer("none", (), [("x", float(score))]) for score in range(100)]


def test_the_threshold_lets_one_in_a_hundred_pass() -> None:
    threshold = measuring.threshold_of(NOBODY)
    assert sum(answer.ranked[0][1] > threshold for answer in NOBODY) == 1


def test_figures() -> None:
    answers = [
        Answer("a", ("1",), [("1", 5.0)]),
        Answer("a", ("1",), [("2", 5.0), ("1", 4.0)]),
        Answer("b", ("1",), [("1", 0.5)]),
        Answer("b", ("1",), []),
    ]
    figures = measuring.figures(answers, 1.0)
    assert (figures.recall, figures.first, figures.accepted) == (0.75, 0.5, 0.25)
    assert measuring.by_category(answers, 1.0)["a"].first == 0.5
    assert measuring.false_accepts(NOBODY, 89.5) == {"none": (10, 100)}
