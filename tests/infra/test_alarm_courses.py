"""Every alarm of every stage fires when the bad thing happens, and stays quiet when it doesn't."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.infra.alarm_evaluation import Samples, alarmed
from tests.infra.conftest import Synthesis
from tests.infra.templates import Template

HOUR, DAY = 60, 24 * 60
RETENTION = 14 * DAY
Alarm = dict[str, Any]


@dataclass(frozen=True)
class Course:
    """What a metric gets while something bad happens, and while all is well, over so many minutes.

    Both are told what the alarm watches: the time limit of its function in milliseconds, where it has one.
    """

    bad: Callable[[float], Samples]
    well: Callable[[float], Samples]
    minutes: int
    within: int
    """Minutes after which the bad course must have raised the alarm."""


def _aging(until: int, unit: float) -> Samples:
    """The age of what nobody works on, in minutes times a unit; several machines report it."""
    return {minute: (0.0, minute * unit) for minute in range(until)}


def _worked_on(until: int, unit: float, done_after: int) -> Samples:
    return {minute: (0.0, minute % done_after * unit) for minute in range(until)}


def _always(value: float, until: int) -> Samples:
    return dict.fromkeys(range(until), (0.0, value, 0.0))


def _measured(minutes: int, within: int, most: int) -> Course:
    """An age in seconds that is measured every five minutes: it grows, or never exceeds so many minutes."""
    return Course(
        lambda _: {minute: (60.0 * minute,) for minute in range(0, minutes, 5)},
        lambda _: {minute: (60.0 * (minute % most),) for minute in range(0, minutes, 5)},
        minutes,
        within,
    )


def _counted(good: Samples) -> Course:
    """A metric that counts what must never happen: one is enough, among many that went well."""
    return Course(lambda _: {10: (0.0, 0.0, 1.0, 0.0)}, lambda _: good, 60, 15)


NEVER_SENT, ALL_WELL = dict[int, tuple[float, ...]](), _always(0.0, 60)
COURSES = {
    "dead-letters-waiting": Course(lambda _: {30: (0.0, 1.0), 31: (1.0, 1.0)}, lambda _: ALL_WELL, HOUR, 35),
    "dead-letters-forgotten": Course(
        lambda _: _aging(RETENTION, 60), lambda _: _worked_on(RETENTION, 60, DAY), RETENTION, RETENTION // 2
    ),
    "queue-old": Course(lambda _: _aging(2 * HOUR, 60), lambda _: _worked_on(2 * HOUR, 60, 10), 2 * HOUR, 30),
    "function-failed": _counted(ALL_WELL),
    "function-throttled": Course(lambda _: _always(3, 20), lambda _: {5: (9.0,), 6: (9.0,), 30: (1.0,)}, HOUR, 10),
    "function-slow": Course(
        lambda limit: {10: (100.0, 0.95 * limit, 100.0)}, lambda limit: _always(0.5 * limit, HOUR), HOUR, 15
    ),
    "source-failing": _counted(ALL_WELL),
    "stream-late": Course(lambda _: _aging(2 * HOUR, 60_000), lambda _: _worked_on(2 * HOUR, 60_000, 10), 2 * HOUR, 30),
    "rule-failed": _counted(NEVER_SENT),
    "rule-lost": _counted(NEVER_SENT),
    "executions-failed": _counted(ALL_WELL),
    "executions-timed-out": _counted(ALL_WELL),
    "executions-aborted": _counted(ALL_WELL),
    # Nothing at all is what nobody counts; all is well as long as a file comes every 23 hours, at any hour.
    "provider-silent": Course(
        lambda _: {60: (1.0,)}, lambda _: dict.fromkeys(range(90, 8 * DAY, 23 * HOUR), (1.0,)), 8 * DAY, 2 * DAY
    ),
    "api-failed": _counted(ALL_WELL),
    "tokens-refused": Course(lambda _: {10: (1.0,) * 40}, lambda _: _always(1.0, HOUR), HOUR, 15),
    "callers-refused": Course(lambda _: {10: (1.0,) * 40}, lambda _: _always(1.0, HOUR), HOUR, 15),
    "secret-ending": _counted(ALL_WELL),
    "sequence-gap": _counted(ALL_WELL),
    "lost-files": _counted(ALL_WELL),
    "stuck-files": _counted(ALL_WELL),
    "people-missing": _counted(ALL_WELL),
    "candidates-repaired": _counted(ALL_WELL),
    "doubles-failed": _counted(ALL_WELL),
    "audit-trail-broken": _counted(ALL_WELL),
    "statement-open": _counted(ALL_WELL),
    "digest-missing": Course(
        lambda _: {60: (1.0,)}, lambda _: dict.fromkeys(range(90, 8 * DAY, DAY), (1.0,)), 8 * DAY, 2 * DAY
    ),
    # One that waits for an answer comes a day later.
    "statement-missing": Course(
        lambda _: {60: (1.0,)}, lambda _: dict.fromkeys(range(90, 8 * DAY, 2 * DAY), (1.0,)), 8 * DAY, 3 * DAY
    ),
    "deliveries-refused": _counted(ALL_WELL),
    "protection-not-applied": _counted(ALL_WELL),
    "files-undelivered": _counted(ALL_WELL),
    "applications-unreadable": _counted(ALL_WELL),
    "cs-messages-parked": _counted(ALL_WELL),
    # Measured by the sweep, in seconds or messages.
    "cs-messages-unsent": _measured(6 * HOUR, 2 * HOUR, most=20),
    "cs-messages-unacknowledged": _measured(6 * HOUR, 3 * HOUR, most=30),
    "cs-messages-rejected": Course(
        lambda _: {minute: (0.0 if minute < 60 else 1.0,) for minute in range(0, 6 * HOUR, 5)},
        lambda _: dict.fromkeys(range(0, 6 * HOUR, 5), (0.0,)),
        6 * HOUR,
        2 * HOUR,
    ),
    # Counted by each look of the watch, every five minutes.
    "cases-resumed": replace(_counted(ALL_WELL), within=30),
    "cases-stuck": replace(_counted(ALL_WELL), within=30),
    # Measured every five minutes, in seconds.
    "deliveries-unoffered": Course(
        lambda _: {minute: (60.0 * minute,) for minute in range(0, 6 * HOUR, 5)},
        lambda _: {minute: (60.0 * (minute % 30),) for minute in range(0, 6 * HOUR, 5)},
        6 * HOUR,
        2 * HOUR,
    ),
    "deliveries-unacknowledged": Course(
        lambda _: {minute: (60.0 * minute,) for minute in range(0, 3 * DAY, 5)},
        lambda _: {minute: (60.0 * (minute % (12 * HOUR)),) for minute in range(0, 3 * DAY, 5)},
        3 * DAY,
        2 * DAY,
    ),
}


def page(alarm: Alarm) -> str:
    """Return the name of the page that an alarm's description links to."""
    before, _, after = alarm["AlarmDescription"].partition("（手順：docs/runbooks/")
    assert before, "an alarm says what is wrong"
    name, end = after.split(".md", 1)
    assert end == "）"
    return str(name)


def alarms(templates: list[Template]) -> Iterator[tuple[str, Alarm, float]]:
    """Yield each alarm with its name and, for functions, their time limit in milliseconds."""
    for template in templates:
        functions = template.properties("Lambda::Function")
        limits = {f"<{name}>": 1000.0 * function["Timeout"] for name, function in functions.items()}
        for name, alarm in template.properties("CloudWatch::Alarm").items():
            watched = {dimension["Value"] for dimension in alarm["Dimensions"]}
            yield name, alarm, next((limit for function, limit in limits.items() if function in watched), 0.0)


@pytest.fixture
def working(synthesis: Synthesis, deployment: str) -> list[Template]:
    """The stacks with functions, of each deployment."""
    return [template for template in synthesis.templates(deployment) if not template.stack.endswith("-Stateful")]


def test_every_alarm_fires_in_time_when_the_bad_thing_happens(working: list[Template]) -> None:
    for name, alarm, limit in alarms(working):
        course = COURSES[page(alarm)]
        found = alarmed(alarm, course.bad(limit), course.minutes)
        assert found, f"{name} never fires"
        assert found[0] <= course.within, f"{name} fires too late"


def test_every_alarm_stays_quiet_when_all_is_well(working: list[Template]) -> None:
    for name, alarm, limit in alarms(working):
        course = COURSES[page(alarm)]
        assert not alarmed(alarm, course.well(limit), course.minutes), f"{name} cries wolf"


def test_an_alarm_is_over_when_the_bad_thing_is(working: list[Template]) -> None:
    for name, alarm, _ in alarms(working):
        if alarm["TreatMissingData"] == "notBreaching":
            assert not alarmed(alarm, {}, 2 * HOUR), name


BROKEN = {
    "Statistic": ("function-slow", "Average"),
    "Threshold": ("function-failed", 2),
    "ComparisonOperator": ("dead-letters-waiting", "LessThanThreshold"),
    "TreatMissingData": ("provider-silent", "notBreaching"),
    "EvaluationPeriods": ("rule-lost", 3),
    "Period": ("function-throttled", 3600),
}


@pytest.mark.parametrize("field", BROKEN)
def test_the_courses_tell_an_alarm_that_can_not_fire(synthesis: Synthesis, field: str) -> None:
    """The evaluation itself can fail: an alarm with one wrong field is found out."""
    about, value = BROKEN[field]
    course = COURSES[about]
    name, alarm, limit = next(
        found for found in alarms([synthesis.template("production", "Linkage")]) if page(found[1]) == about
    )
    broken = alarm | {field: value}
    fires = alarmed(broken, course.bad(limit), course.minutes)
    assert not fires or fires[0] > course.within or alarmed(broken, course.well(limit), course.minutes), name
