"""Dates and times of the standard's data items. All times are Japanese (JST)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")
OPEN_RANGES = frozenset({"0000-01-01", "9999-12-31"})
"""Ends of open ranges, lawful in every DATE item."""
FUTURE_TOLERANCE = timedelta(hours=24)
"""How far a 操作日時 may lie ahead of the reception: clocks differ, and a day's batch may be stamped with its date."""

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?")


def is_date(text: str) -> bool:
    """Tell whether a text is a calendar date as YYYY-MM-DD, or one end of an open range."""
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return text in OPEN_RANGES
    return True


def is_indefinite_date(text: str) -> bool:
    """Tell whether a text may stand for an 不詳日: YYYY-MM-DD with any month 00–12 and day 00–31."""
    match = _DATE.fullmatch(text)
    return match is not None and int(match[2]) <= 12 and int(match[3]) <= 31


def is_time(text: str) -> bool:
    """Tell whether a text is HH:MM:SS, or HH:MM (which means :00)."""
    return _TIME.fullmatch(text) is not None


def operated_at(day: str, time: str) -> str:
    """Return 操作年月日 and 操作時刻 as YYYYMMDDhhmmss (JST), which sorts as time does."""
    return day.replace("-", "") + time.replace(":", "").ljust(6, "0")


def with_seconds(time: str) -> str:
    """Return a time as HH:MM:SS; without its seconds it means :00."""
    return time if len(time) == len("HH:MM:SS") else f"{time}:00"


def compact(moment: datetime) -> str:
    """Return a moment as YYYYMMDDhhmmss in JST; fractions of a second are dropped."""
    return moment.astimezone(JST).strftime("%Y%m%d%H%M%S")


def iso(compact_text: str) -> str:
    """Return YYYYMMDDhhmmss (JST) as ISO 8601 with its offset. Lawful 9999-12-31 stays readable, too."""
    t = compact_text
    return f"{t[:4]}-{t[4:6]}-{t[6:8]}T{t[8:10]}:{t[10:12]}:{t[12:14]}+09:00"


def utc_now() -> datetime:
    """Return the present moment with its time zone."""
    return datetime.now(UTC)
