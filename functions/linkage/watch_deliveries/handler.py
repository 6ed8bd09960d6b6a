"""By the clock: wake lanes, tell providers of deliveries that did not arrive, and measure how old the oldest are."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.runtime.logs import log_failure
from kyotsu.wiring.deliveries import delivery_watch

logger = Logger()
metrics = Metrics(namespace="Kyotsu")


@metrics.log_metrics
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, float]:
    """Look once; return the ages in seconds, how many lanes were woken, and of how many deliveries was told.

    An operator's `{"give_up": [delivery id, …]}` treats these as overdue.
    """
    try:
        watched = delivery_watch().look(event.get("give_up", ()))
    except Exception as error:
        log_failure(logger, "deliveries.not_watched", error)
        raise
    metrics.add_metric(name="OldestUnofferedDelivery", unit=MetricUnit.Seconds, value=watched.oldest_unoffered)
    metrics.add_metric(
        name="OldestUnacknowledgedDelivery", unit=MetricUnit.Seconds, value=watched.oldest_unacknowledged
    )
    metrics.add_metric(name="FilesUndelivered", unit=MetricUnit.Count, value=watched.undelivered)
    found = {
        "oldest_unoffered": watched.oldest_unoffered,
        "oldest_unacknowledged": watched.oldest_unacknowledged,
        "woken": watched.woken,
        "undelivered": watched.undelivered,
    }
    logger.info("deliveries.watched", extra=found)
    return found
