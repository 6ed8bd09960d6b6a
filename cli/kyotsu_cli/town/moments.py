"""The town's fixed time line: history, a cut-off for the full file, then four periods of differences. All JST."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

from kyotsu_cli.town.dice import Dice

JST = timezone(timedelta(hours=9))
CUT_OFF = datetime(2026, 4, 1, tzinfo=JST)
"""The full file holds what was operated before this moment, the difference files what came after."""
PERIODS = 4
PERIOD_DAYS = 53
END = CUT_OFF + timedelta(days=PERIODS * PERIOD_DAYS)
LAST_ENTRY = date(2025, 12, 31)
"""Who is in the full file was recorded by then, which leaves room for a history before the cut-off."""

_OPENING = 8 * 3600 + 1800
_OFFICE_SECONDS = 31_500


def office_time(day: date, dice: Dice) -> datetime:
    """Return a moment of the day between 08:30 and 17:15."""
    return datetime.combine(day, time(), JST) + timedelta(seconds=_OPENING + dice.below(_OFFICE_SECONDS))


def period_of(operated_at: datetime) -> int:
    """Return the period (from 0) in which a moment after the cut-off lies."""
    return (operated_at - CUT_OFF).days // PERIOD_DAYS


def file_stamp(branch: str, period: int | None) -> str:
    """Return the YYYYMMDDhhmmss of a file: the night after the cut-off (None) or of the period's last day."""
    if period is None:
        moment = CUT_OFF + timedelta(hours=3)
    else:
        moment = CUT_OFF + timedelta(days=(period + 1) * PERIOD_DAYS, minutes=-60 + int(branch))
    return moment.strftime("%Y%m%d%H%M%S")


class Clock:
    """The order of one household's events: every moment it gives lies after all those before."""

    def __init__(self, dice: Dice, now: datetime) -> None:
        self._dice = dice
        self.now = now

    def past(self) -> datetime:
        """Move to a later moment that is still before the cut-off."""
        room = (CUT_OFF.date() - self.now.date()).days
        day = self.now.date() + timedelta(days=1 + self._dice.below(max(1, int(room * 0.6))))
        return self._set(day, CUT_OFF)

    def start(self, period: int) -> datetime:
        """Move to the first days of a period after the cut-off."""
        day = CUT_OFF.date() + timedelta(days=period * PERIOD_DAYS + self._dice.below(21))
        return self._set(day, END)

    def tick(self) -> datetime:
        """Move on by one to six days."""
        return self._set(self.now.date() + timedelta(days=self._dice.between(1, 6)), END)

    def _set(self, day: date, limit: datetime) -> datetime:
        moment = office_time(day, self._dice)
        if not self.now < moment < limit:
            raise RuntimeError(f"a story has no room for {moment.isoformat()} after {self.now.isoformat()}")
        self.now = moment
        return moment
