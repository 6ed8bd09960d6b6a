"""Dates and times of the standard's data items. All times are Japanese (JST)."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")
OPEN_RANGES = frozenset({"0000-01-01", "9999-12-31"})
"""Ends of open ranges, lawful in every DATE item."""
FUTURE_TOLERANCE = timedelta(hours=24)
"""How far a 操作日時 may lie ahead of the reception: clocks differ, and a day's batch may be stamped with its date."""

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?")

_WRITTEN = re.compile(r"([^0-9]*)([0-9]{1,4}|元)[^0-9]+([0-9]{1,2})[^0-9]+([0-9]{1,2})[^0-9]*")
_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
_ERA_LETTERS = dict(zip("MTSHR", _ERAS.values(), strict=True))
_MOST_MONTHS, _MOST_DAYS = 12, 31


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


def written_date(text: str) -> str:
    """Return a date in any usual notation (1974/3/12, 1974年3月12日, 昭和49年3月12日, S49.3.12) as YYYYMMDD: zeros for
    what is not known; empty, if it is none."""
    match = _WRITTEN.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None or int(match[3]) > _MOST_MONTHS or int(match[4]) > _MOST_DAYS:
        return ""
    era, year = match[1].strip(), 1 if match[2] == "元" else int(match[2])
    since = _ERAS.get(era, _ERA_LETTERS.get(era.upper(), None if era else 0))
    if since is None or (not era and len(match[2]) != len("YYYY")):
        return ""
    return f"{since + year:04}{int(match[3]):02}{int(match[4]):02}"


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
