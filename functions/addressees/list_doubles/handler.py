"""By the clock: list numbers that are probably one person's for clerks, of people who changed since."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.addressees.doubles import Work
from kyotsu.runtime.logs import log_failure
from kyotsu.wiring.doubles import doubles

STOP_MILLISECONDS = 60_000
"""Time left at which the rest is left to another run: a few people take less than a second."""

logger = Logger()
metrics = Metrics(namespace="Kyotsu")


@metrics.log_metrics
def handler(_event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Compare who is noted, as far as time allows; return how many were compared, and what came of it."""

    def in_time() -> bool:
        return context.get_remaining_time_in_millis() > STOP_MILLISECONDS

    def failed(work: Work, error: Exception) -> None:
        log_failure(logger, "doubles.not_compared", error, addressee_number=work.number)

    try:
        swept = doubles(failed).run(in_time)
    except Exception as error:
        log_failure(logger, "doubles.failed", error)
        raise
    metrics.add_metric(name="DoublesFailed", unit=MetricUnit.Count, value=swept.failed)
    logger.info("doubles.listed", extra=swept._asdict())
    return {name: int(value) for name, value in swept._asdict().items()}
