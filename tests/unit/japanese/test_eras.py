"""Dates as they are printed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyotsu.japanese.eras import japanese_date, western_date


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("2026-04-01", "令和8年4月1日"),
        ("2019-05-01", "令和元年5月1日"),
        ("2019-04-30", "平成31年4月30日"),
        ("1989-01-08", "平成元年1月8日"),
        ("1989-01-07", "昭和64年1月7日"),
        ("1926-12-24", "大正15年12月24日"),
        ("1912-07-29", "明治45年7月29日"),
        ("1867-12-31", "1867年12月31日"),
        ("1945-00-00", "昭和20年（月日不詳）"),
        ("1945-00-12", "昭和20年（月日不詳）"),
        ("1945-08-00", "昭和20年8月（日不詳）"),
        ("1989-00-00", "昭和64年／平成元年（月日不詳）"),
        ("1989-01-00", "昭和64年／平成元年1月（日不詳）"),
        ("1926-12-00", "大正15年／昭和元年12月（日不詳）"),
        ("2019-05-00", "令和元年5月（日不詳）"),
        ("1950-02-31", "昭和25年2月31日"),
        ("0000-00-00", "不詳"),
        ("0000-01-01", "不詳"),
        ("", ""),
        ("昭和初年頃", "昭和初年頃"),
    ],
)
def test_dates_in_the_japanese_calendar(text: str, printed: str) -> None:
    assert japanese_date(text) == printed


def test_dates_in_the_western_calendar() -> None:
    texts = ("1985-03-02", "1985-03-00", "1985-00-00", "0000-00-00", "")
    assert [western_date(text) for text in texts] == [
        "1985年3月2日",
        "1985年3月（日不詳）",
        "1985年（月日不詳）",
        "不詳",
        "",
    ]


@given(st.dates(date(1868, 1, 25)))
def test_every_day_of_the_eras_has_one_name_with_its_month_and_day(day: date) -> None:
    printed = japanese_date(day.isoformat())
    assert printed.endswith(f"年{day.month}月{day.day}日")
    assert "／" not in printed
