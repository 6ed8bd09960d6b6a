"""By the clock: tell of 連番 that are missing for too long, and of those that arrived after all."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.runtime.logs import log_failure
from kyotsu.wiring.watching import continuity

logger = Logger()
metrics = Metrics(namespace="Kyotsu")


@metrics.log_metrics
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, int]:
    """Look at every numbering; return how many numbers were found missing, closed, and are still open.

    An operator's `{"now": true}` has no patience with numbers that may still arrive.
    """
    try:
        gaps = continuity(at_once=bool(event.get("now"))).look()
    except Exception as error:
        log_failure(logger, "sequences.failed", error)
        raise
    metrics.add_metric(name="SequenceNumbersMissing", unit=MetricUnit.Count, value=gaps.found)
    found = {"found": gaps.found, "closed": gaps.closed, "still_open": gaps.still_open}
    logger.info("sequences.watched", extra=found)
    return found
