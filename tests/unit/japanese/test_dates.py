"""Dates and times of the standard's data items."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kyotsu.japanese import dates


@pytest.mark.parametrize("text", ["2024-02-29", "0001-01-01", "0000-01-01", "9999-12-31"])
def test_calendar_dates_and_the_ends_of_open_ranges_are_dates(text: str) -> None:
    assert dates.is_date(text)


@pytest.mark.parametrize("text", ["", "2023-02-29", "2023-00-01", "0000-01-02", "20230101", "2023-1-1", "2023-W01-1"])
def test_nothing_else_is_a_date(text: str) -> None:
    assert not dates.is_date(text)


@pytest.mark.parametrize(
    ("text", "may"),
    [("1950-02-31", True), ("1950-00-00", True), ("1950-13-00", False), ("1950-01-32", False), ("", False)],
)
def test_indefinite_dates(text: str, may: bool) -> None:
    assert dates.is_indefinite_date(text) is may


@pytest.mark.parametrize(
    ("text", "is_time"),
    [("00:00", True), ("23:59:59", True), ("24:00", False), ("9:30", False), ("09:60", False), ("09:30:60", False)],
)
def test_times(text: str, is_time: bool) -> None:
    assert dates.is_time(text) is is_time


def test_a_time_without_seconds_means_second_0() -> None:
    assert dates.operated_at("2026-04-01", "09:30") == dates.operated_at("2026-04-01", "09:30:00") == "20260401093000"


def test_moments_are_japanese() -> None:
    assert dates.compact(datetime(2026, 3, 31, 15, 0, 0, 999999, tzinfo=UTC)) == "20260401000000"
    assert dates.iso("20260401000000") == "2026-04-01T00:00:00+09:00"
    assert dates.iso("99991231235959") == "9999-12-31T23:59:59+09:00"
