"""Training: the same seed invents the same town, and the fit is what it says."""

from __future__ import annotations

import math
from random import Random

import pytest

from tools.candidates import corruption, queries, training
from tools.candidates.fitting import Row, counted, fit
from tools.candidates.register import Register
from tools.candidates.vocabulary import Vocabulary


def town() -> tuple[list[dict[str, object]], list[queries.Asked]]:
    random = Random(7)
    register = Register(Vocabulary(), random)
    rows = register.people(150)
    asked = [*queries.somebody(rows, register, random, 80), *queries.nobody(rows, register, random, 27)]
    return rows, asked


def test_the_same_seed_invents_the_same_town() -> None:
    assert town() == town()


def test_every_kind_of_corruption_changes_a_query() -> None:
    rows, asked = town()
    original = {str(row["id"]): row for row in rows}
    changed = {
        one.category
        for one in asked
        if one.truth
        and any(
            one.query[item] != original[next(iter(one.truth))][item]
            for item in ("name", "kana", "birth", "sex", "address")
        )
    }
    assert len(changed) >= len(corruption.KINDS) - 5
    assert not any(one.truth for one in asked if one.category.startswith("none_"))


def test_the_fit_finds_the_log_odds() -> None:
    often: Row = (("x=1", 1.0),)
    seldom: Row = (("x=0", 1.0),)
    pairs = {(often, True): 9000.0, (often, False): 1000.0, (seldom, True): 1000.0, (seldom, False): 9000.0}
    intercept, weights = fit(pairs, smoothing=0.01)
    assert intercept + weights["x=1"] == pytest.approx(math.log(9), abs=0.01)
    assert intercept + weights["x=0"] == pytest.approx(-math.log(9), abs=0.01)


def test_equal_pairs_are_counted() -> None:
    pairs = [((("a", 1.1),), True), ((("a", 0.9),), True), ((("a", 0.9),), False)]
    assert counted(pairs) == {((("a", 1.0),), True): 2, ((("a", 1.0),), False): 1}


def test_shifting_to_nothing_keeps_every_sum() -> None:
    weights = {"sex=same": 1.0, "sex=far": -2.0, "sex=none": 0.5, "name.swapped": 0.2}
    intercept, shifted = training.from_nothing(-3.0, weights)
    assert shifted == {"sex=same": 0.5, "sex=far": -2.5, "sex=none": 0.0, "name.swapped": 0.2}
    assert intercept + shifted["sex=same"] == -3.0 + weights["sex=same"]
