"""By the clock: wake lanes, tell cases that nobody told, and measure how old the oldest messages are."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.runtime.logs import log_failure
from kyotsu.wiring.moving_cs import sweep

logger = Logger()
metrics = Metrics(namespace="Kyotsu")


@metrics.log_metrics
def handler(_event: dict[str, Any], _context: LambdaContext) -> dict[str, float]:
    """Look once; return the ages in seconds, and how many messages are unclear or rejected, lanes woken, cases told."""
    try:
        swept = sweep().look()
    except Exception as error:
        log_failure(logger, "cs.outbox_not_swept", error)
        raise
    metrics.add_metric(name="OldestUnsentCsMessage", unit=MetricUnit.Seconds, value=swept.oldest_unsent)
    metrics.add_metric(name="OldestUnacknowledgedCsMessage", unit=MetricUnit.Seconds, value=swept.oldest_unacknowledged)
    metrics.add_metric(name="CsMessagesRejected", unit=MetricUnit.Count, value=swept.rejected)
    found: dict[str, float] = asdict(swept)
    logger.info("cs.outbox_swept", extra=found)
    return found
