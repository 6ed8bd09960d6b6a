"""CloudWatch's evaluation of an alarm, as far as ours use it: a metric's samples in, the minutes it is in ALARM out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Samples = Mapping[int, Sequence[float]]
"""What a metric got in each minute; a minute without samples is missing."""

_STATISTICS: dict[str, Callable[[Sequence[float]], float]] = {
    "Sum": sum,
    "Maximum": max,
    "Minimum": min,
    "Average": lambda values: sum(values) / len(values),
    "SampleCount": len,
}
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}
_MISSING = {"breaching": True, "notBreaching": False}


def alarmed(alarm: Mapping[str, Any], samples: Samples, minutes: int) -> list[int]:
    """Return the ends of the periods (in minutes) at which an alarm is in ALARM, over a course of so many minutes.

    The course begins when the alarm has as many periods as it looks at. An alarm is in ALARM when at least
    `DatapointsToAlarm` of its last `EvaluationPeriods` periods breach; a missing one counts as the alarm says.
    """
    length, window = alarm["Period"] // 60, alarm["EvaluationPeriods"]
    breaching = [_breaches(alarm, samples, start, length) for start in range(0, minutes - length + 1, length)]
    needed = alarm.get("DatapointsToAlarm", window)
    return [(end * length) for end in range(window, len(breaching) + 1) if sum(breaching[end - window : end]) >= needed]


def _breaches(alarm: Mapping[str, Any], samples: Samples, start: int, length: int) -> bool:
    values = [value for minute in range(start, start + length) for value in samples.get(minute, ())]
    if not values:
        return _MISSING[alarm["TreatMissingData"]]
    return _COMPARISONS[alarm["ComparisonOperator"]](_STATISTICS[alarm["Statistic"]](values), alarm["Threshold"])
