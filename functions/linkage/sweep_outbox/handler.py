"""By the clock, or asked by an operator: notify reception again of files that it never saw or never finished."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.runtime.logs import log_failure
from kyotsu.wiring.watching import provider_buckets, sweep

STEP_MILLISECONDS = 30_000
"""Many times what a page takes: an interrupted one would be done again by the next run."""

logger = Logger()
metrics = Metrics(namespace="Kyotsu")


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Walk on in every bucket; return how many versions were listed, notified of first and again, and how many
    buckets were walked to their end. An operator's `{"now": true}` gives new files no time of grace."""

    def in_time() -> bool:
        return context.get_remaining_time_in_millis() > STEP_MILLISECONDS

    try:
        swept = sweep(at_once=bool(event.get("now"))).run(provider_buckets(), in_time)
    except Exception as error:
        log_failure(logger, "sweep.failed", error)
        raise
    found = {"listed": swept.listed, "lost": swept.lost, "again": swept.again, "finished": swept.finished}
    metrics.add_metric(name="LostFiles", unit=MetricUnit.Count, value=swept.lost)
    metrics.add_metric(name="StuckFiles", unit=MetricUnit.Count, value=swept.again)
    logger.info("outbox.swept", extra=found)
    return found
