"""When a message of a queue that failed is tried again: after a growing delay, not after the visibility timeout.

The timeout of a queue must cover the longest work on a message (90 minutes for files), which is far too long to wait
after a failure of seconds.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from kyotsu.contracts.errors import KyotsuError
from kyotsu.contracts.ports import Clock
from kyotsu.runtime.failures import Failure, FailureTable
from kyotsu.runtime.logs import log_failure

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

Jitter = Callable[[float, float], float]


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait after each failed attempt, in whole seconds."""

    attempts: int
    first_seconds: float
    factor: float

    def delay(self, attempt: int, jitter: Jitter = random.uniform) -> int:
        """Return the wait after an attempt (1 = the first): between half and all of `first_seconds` × `factor` ^ n.

        0 after the last one, so that the message goes to its dead letters, and an operator is told, at once.
        """
        if attempt >= self.attempts:
            return 0
        full = self.first_seconds * self.factor ** (attempt - 1)
        return math.ceil(jitter(full / 2, full))


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery of a message to a function."""

    message_id: str
    receipt_handle: str
    attempt: int
    """1 for the first one (SQS: ApproximateReceiveCount)."""


@dataclass(frozen=True, slots=True)
class Retries:
    """Decides what happens to a failed message of one queue, and keeps why it failed."""

    client: SQSClient
    queue_url: str
    backoff: Backoff
    failures: FailureTable
    clock: Clock

    def failed(self, logger: Logger, delivery: Delivery, error: Exception, receipt_id: str = "") -> None:
        """Have a message delivered again after its delay, and note why. Never raises.

        If either call fails, a line says so: the message then comes back after the queue's visibility timeout.
        """
        code = error.code if isinstance(error, KyotsuError) else type(error).__name__
        failure = Failure(delivery.message_id, delivery.attempt, code, receipt_id, self.clock.now())
        ids = {"message_id": delivery.message_id, "receipt_id": receipt_id}
        try:
            self.client.change_message_visibility(
                QueueUrl=self.queue_url,
                ReceiptHandle=delivery.receipt_handle,
                VisibilityTimeout=self.backoff.delay(delivery.attempt),
            )
        except Exception as refused:  # noqa: BLE001 - whatever it is, the queue's own timeout takes its place
            log_failure(logger, "retry.not_hastened", refused, **ids)
        try:
            self.failures.note(failure)
        except Exception as refused:  # noqa: BLE001 - the log has the failure itself; the message must come back
            log_failure(logger, "failure.not_noted", refused, **ids)
