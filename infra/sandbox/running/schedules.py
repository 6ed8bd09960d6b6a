"""Rules that fire by the clock."""

import re
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_RATE = re.compile(r"rate\((?P<count>[0-9]+) (?P<unit>minute|hour|day)s?\)")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


class UnknownScheduleError(ValueError):
    """A schedule that the sandbox can't follow; only rates are known to it."""


@dataclass(frozen=True)
class Schedule:
    """A rule of the default bus, by its ARN, that fires every so many seconds."""

    rule: str
    seconds: float


def seconds_of(expression: str) -> float:
    """Return the seconds of `rate(5 minutes)`. Raises UnknownScheduleError."""
    match = _RATE.fullmatch(expression)
    if match is None:
        raise UnknownScheduleError(expression)
    return float(int(match["count"]) * _SECONDS[match["unit"]])


class Clock:
    """Fires schedules, the first time after one period, each on a thread of its own."""

    def __init__(self, schedules: Sequence[Schedule], fire: Callable[[str, dict[str, Any]], None]) -> None:
        """`fire` is given a rule's ARN and the event that EventBridge would send."""
        self._fire = fire
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=[schedule], daemon=True) for schedule in schedules]

    def start(self) -> None:
        """Start the clock."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Fire nothing any more."""
        self._stopped.set()

    def join(self) -> None:
        """Wait until every thread has ended."""
        for thread in self._threads:
            thread.join()

    def _run(self, schedule: Schedule) -> None:
        while not self._stopped.wait(schedule.seconds):
            self._fire(schedule.rule, scheduled_event(schedule.rule))


def scheduled_event(rule: str) -> dict[str, Any]:
    """Return the event that EventBridge sends when a rule (its ARN) fires by the clock."""
    _, _, _, region, account, _ = rule.split(":", 5)
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": account,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": [rule],
        "detail": {},
    }
