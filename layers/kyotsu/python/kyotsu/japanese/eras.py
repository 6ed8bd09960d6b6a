"""Dates as Japanese people read them: 和暦, 西暦, and 不詳 where a part is not known."""

from __future__ import annotations

import contextlib
from datetime import date

from kyotsu.japanese.dates import is_indefinite_date

_ERAS = (
    ("令和", date(2019, 5, 1)),
    ("平成", date(1989, 1, 8)),
    ("昭和", date(1926, 12, 25)),
    ("大正", date(1912, 7, 30)),
    ("明治", date(1868, 1, 25)),
)
UNKNOWN = "不詳"


def japanese_date(text: str) -> str:
    """Return YYYY-MM-DD in the Japanese calendar: 令和6年4月1日, 昭和元年12月25日, 昭和64年／平成元年1月（日不詳）.

    Month or day 00 are 不詳, a year 0000 makes the whole date so; a year before 1868 is that of the Western calendar.
    A text that is no date comes back as it is.
    """
    if not is_indefinite_date(text):
        return text
    year, month, day = _parts(text)
    if not year:
        return UNKNOWN
    first, last = _bounds(year, month, day)
    # In a year of change that lacks its month, both eras are right.
    years = dict.fromkeys((_era_year(first), _era_year(last)))
    return "／".join(years) + _rest(month, day)


def western_date(text: str) -> str:
    """Return YYYY-MM-DD in the Western calendar: 1985年3月2日, 1985年（月日不詳）."""
    if not is_indefinite_date(text):
        return text
    year, month, day = _parts(text)
    return f"{year}年{_rest(month, day)}" if year else UNKNOWN


def _parts(text: str) -> tuple[int, int, int]:
    year, month, day = (int(part) for part in text.split("-"))
    # A day without its month tells nothing.
    return year, month, day if month else 0


def _bounds(year: int, month: int, day: int) -> tuple[date, date]:
    """Return the earliest and latest day that a date may be; a day its month does not have counts as not known."""
    if day:
        with contextlib.suppress(ValueError):
            return date(year, month, day), date(year, month, day)
    return date(year, month or 1, 1), date(year, month or 12, 28 if month == 2 else 30)


def _era_year(day: date) -> str:
    for era, begins in _ERAS:
        if day >= begins:
            years = day.year - begins.year + 1
            return f"{era}{'元' if years == 1 else years}年"
    return f"{day.year}年"


def _rest(month: int, day: int) -> str:
    if not month:
        return "（月日不詳）"
    return f"{month}月{day}日" if day else f"{month}月（日不詳）"
