"""Periods of 引越しOSS: both ends of each window."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from kyotsu.moving.rules import Rules

PLANNED, MOVED = date(2026, 4, 1), date(2026, 4, 3)


def test_the_last_day_of_the_special_period_is_the_earlier_limit_inclusive() -> None:
    """Requirement: planned 4/1, moved in 4/3: 4/17 yes, 4/18 no."""
    assert Rules().special_until(PLANNED, MOVED) == date(2026, 4, 17)
    assert Rules(special_earlier=False).special_until(PLANNED, MOVED) == date(2026, 5, 1)


@pytest.mark.parametrize(
    ("planned", "moved", "last"),
    [
        (PLANNED, None, date(2026, 5, 1)),
        (None, MOVED, date(2026, 4, 17)),
        (None, None, None),
        (PLANNED, date(2026, 4, 30), date(2026, 5, 1)),
        (date(2028, 1, 30), None, date(2028, 2, 29)),
    ],
)
def test_one_limit_counts_alone(planned: date | None, moved: date | None, last: date | None) -> None:
    assert Rules().special_until(planned, moved) == last


@pytest.mark.parametrize(
    ("submitted", "accepted"),
    [
        (date(2026, 3, 1), False),
        (date(2026, 3, 2), True),
        (date(2026, 4, 11), True),
        (date(2026, 4, 12), False),
    ],
)
def test_the_online_window_has_both_its_ends(submitted: date, *, accepted: bool) -> None:
    assert Rules().accepts(PLANNED, submitted) is accepted


def test_papers_outlive_the_special_period() -> None:
    assert Rules().erase_on(PLANNED, date(2026, 3, 20)) == date(2026, 5, 31)
    assert Rules().erase_on(None, PLANNED) == date(2026, 5, 31)
    Rules(erase_days=30)
    with pytest.raises(ValueError, match="outlive"):
        Rules(erase_days=29)


PERIODS = ["window_before", "window_after", "arrival_days", "acknowledgement_days", "notice_days"]


@pytest.mark.parametrize("name", PERIODS)
def test_no_period_is_negative(name: str) -> None:
    with pytest.raises(ValueError, match="negative"):
        msgspec.convert({name: -1}, Rules)
