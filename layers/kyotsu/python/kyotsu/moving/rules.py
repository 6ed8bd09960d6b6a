"""Periods and ways of proceeding that a municipality sets; every number is a parameter (infra/parameters/moving.py).

Dates are days of JST. Windows are known from municipal pages only, the period of 転出証明書情報 is not public at all.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import msgspec

LEAST_ERASE_DAYS = 30
"""転出証明書情報 must outlive the last day of 特例転入: planned move-out + 30 days."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of one municipality."""

    window_before: int = 30
    """Days before the move from which on an application is accepted online."""
    window_after: int = 10
    """Days after the move until which it is."""
    approval: Literal["clerk", "automatic"] = "clerk"
    """決裁: always by a clerk, or none needed where all that was filed agrees with the records."""
    special_planned_days: int = 30
    special_moved_days: int = 14
    special_earlier: bool = True
    """特例転入 ends on the earlier of its two limits; some municipalities read the law as the later."""
    arrival_days: int = 3
    """So many days after its last day 特例転入 counts as missed: files of 住民記録 tell of a day when it is over."""
    acknowledgement_days: int = 1
    """After so many days an unacknowledged message of the CS is a clerk's matter."""
    notice_days: int = 44
    """After so many days from the planned move-out a missing 転入通知 is listed (30 + 14)."""
    erase_days: int = 60
    """Papers are destroyed so many days after the planned move."""

    def __post_init__(self) -> None:
        if self.erase_days < LEAST_ERASE_DAYS:
            raise ValueError(f"papers must outlive the special period: at least {LEAST_ERASE_DAYS} days")
        if (
            min(self.window_before, self.window_after, self.arrival_days, self.acknowledgement_days, self.notice_days)
            < 0
        ):
            raise ValueError("a period can't be negative")

    def accepts(self, moves_on: date, submitted_on: date) -> bool:
        """Tell whether an application is within the online window, both ends included."""
        first, last = moves_on - timedelta(self.window_before), moves_on + timedelta(self.window_after)
        return first <= submitted_on <= last

    def special_until(self, planned_on: date | None, moved_on: date | None) -> date | None:
        """Return the last day on which 特例転入 may be filed, inclusive; None: neither date is known.

        Days are counted from the day after: planned 4/1, moved in 4/3 gives 4/17 by the earlier limit, 5/1 by the
        later one.
        """
        limits = [
            day + timedelta(days)
            for day, days in ((planned_on, self.special_planned_days), (moved_on, self.special_moved_days))
            if day is not None
        ]
        return (min if self.special_earlier else max)(limits, default=None)

    def erase_on(self, planned_on: date | None, opened_on: date) -> date:
        """Return the first day on which a case's papers are destroyed; without a planned day from its opening."""
        return (planned_on or opened_on) + timedelta(self.erase_days)

    def notice_due_on(self, planned_on: date) -> date:
        """Return the last day on which a missing 転入通知 is nothing to worry about."""
        return planned_on + timedelta(self.notice_days)
