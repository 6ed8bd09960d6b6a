"""Days of Japan as options of commands."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from kyotsu.japanese.dates import JST, utc_now
from kyotsu_cli.failure import CommandError, Exit


def today() -> str:
    """Return the present day in Japan, YYYY-MM-DD."""
    return utc_now().astimezone(JST).date().isoformat()


def back(day: str, days: int) -> str:
    """Return the day so many days earlier."""
    return (date.fromisoformat(day) - timedelta(days=days)).isoformat()


def day(text: str | None, default: str, option: str) -> str:
    """Return an option's day, or its default; raises CommandError for what is no day."""
    if text is None:
        return default
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=JST).date().isoformat()
    except ValueError:
        raise CommandError(f"{option} は YYYY-MM-DD（日本時間）で指定してください。", Exit.USAGE) from None
