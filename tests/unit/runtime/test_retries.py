"""When a failed message is tried again."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from kyotsu.contracts import outcomes
from kyotsu.contracts.errors import KyotsuError
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.failures import Failure
from kyotsu.runtime.retries import Backoff, Delivery, Retries

BACKOFF = Backoff(attempts=5, first_seconds=10, factor=3)


def test_waits_grow_between_half_and_all_of_what_is_meant() -> None:
    assert [BACKOFF.delay(attempt, lambda low, _: low) for attempt in range(1, 5)] == [5, 15, 45, 135]
    assert [BACKOFF.delay(attempt, lambda _, high: high) for attempt in range(1, 5)] == [10, 30, 90, 270]


def test_waits_are_spread_so_that_failures_of_one_moment_do_not_return_together() -> None:
    seed = 20260401
    print(f"seed {seed}")  # noqa: T201 - tells how to repeat it
    waits = {BACKOFF.delay(4, Random(seed + turn).uniform) for turn in range(50)}
    assert len(waits) > 20
    assert all(135 <= wait <= 270 for wait in waits)


def test_a_wait_is_a_whole_second_at_least_and_none_after_the_last_attempt() -> None:
    short = Backoff(attempts=2, first_seconds=0.2, factor=1)
    assert [short.delay(attempt) for attempt in (1, 2, 3)] == [1, 0, 0]


class Queue:
    """Notes what it is asked, or fails."""

    def __init__(self, *, broken: bool = False) -> None:
        self.asked: list[dict[str, Any]] = []
        self.noted: list[Failure] = []
        self.broken = broken

    def change_message_visibility(self, **arguments: Any) -> None:
        if self.broken:
            raise ConnectionError("架空　太郎")
        self.asked.append(arguments)

    def note(self, failure: Failure) -> None:
        if self.broken:
            raise ConnectionError("架空　太郎")
        self.noted.append(failure)


def _fail(queue: Queue, error: Exception, attempt: int = 2) -> None:
    both: Any = queue
    retries = Retries(both, "https://queue", BACKOFF, both, SystemClock())
    retries.failed(Logger(service="test-retries"), Delivery("m1", "handle", attempt), error, "r1")


def test_a_failed_message_is_delayed_and_its_reason_kept() -> None:
    queue = Queue()
    _fail(queue, ValueError("架空　太郎"))
    (asked,) = queue.asked
    assert 15 <= asked.pop("VisibilityTimeout") <= 30
    assert asked == {"QueueUrl": "https://queue", "ReceiptHandle": "handle"}
    (failure,) = queue.noted
    assert (failure.message_id, failure.attempt, failure.error, failure.receipt_id) == ("m1", 2, "ValueError", "r1")


def test_an_outcome_is_kept_by_its_code() -> None:
    queue = Queue()
    _fail(queue, KyotsuError(outcomes.UNKNOWN_BRANCH, interface="001o006", branch="99"), attempt=5)
    assert queue.noted[0].error == "E1104"
    assert queue.asked[0]["VisibilityTimeout"] == 0


def test_neither_call_can_keep_a_message_from_coming_back(caplog: pytest.LogCaptureFixture) -> None:
    _fail(Queue(broken=True), ValueError())
    lines = [vars(record) for record in caplog.records]
    assert [line["msg"] for line in lines] == ["retry.not_hastened", "failure.not_noted"]
    assert all((line["receipt_id"], line["message_id"]) == ("r1", "m1") for line in lines)
    assert "太郎" not in str(lines)
