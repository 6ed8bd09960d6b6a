"""The sandbox's clock."""

from __future__ import annotations

import threading

import pytest

from infra.sandbox.running.schedules import Clock, Schedule, UnknownScheduleError, seconds_of

RULE = "arn:aws:events:ap-northeast-1:123456789012:rule/every"


@pytest.mark.parametrize(
    ("expression", "seconds"), [("rate(1 minute)", 60), ("rate(15 minutes)", 900), ("rate(2 hours)", 7200)]
)
def test_rates_are_read(expression: str, seconds: float) -> None:
    assert seconds_of(expression) == seconds


def test_what_the_clock_can_not_follow_is_refused_by_name() -> None:
    with pytest.raises(UnknownScheduleError, match="cron"):
        seconds_of("cron(0 3 * * ? *)")


def test_a_schedule_fires_again_and_again_until_the_clock_is_stopped() -> None:
    fired: list[str] = []
    twice = threading.Event()

    def fire(rule: str, event: dict[str, object]) -> None:
        assert event["detail-type"] == "Scheduled Event"
        assert event["resources"] == [RULE]
        fired.append(rule)
        if len(fired) == 2:
            twice.set()

    clock = Clock([Schedule(RULE, 0.001)], fire)
    clock.start()
    assert twice.wait(10)
    clock.stop()
    clock.join()
    assert set(fired) == {RULE}
