"""By the clock: state what came of the files that each provider sent of each interface on the days that are over."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.linkage.completeness import Statement
from kyotsu.linkage.stating import NotStatedError
from kyotsu.runtime.logs import log_failure
from kyotsu.wiring.stating import stating

STEP_MILLISECONDS = 60_000
"""Many times what one provider takes."""

logger = Logger()
metrics = Metrics(namespace="Kyotsu")


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Return how many statements were made, and how many of them tell of files without answer.

    An operator's `{"now": true}` gives receipts of files from before midnight no time of grace.
    """

    def in_time() -> bool:
        return context.get_remaining_time_in_millis() > STEP_MILLISECONDS

    try:
        made = stating(at_once=bool(event.get("now"))).look(in_time)
    except NotStatedError as error:
        for provider, failure in error.failures.items():
            log_failure(logger, "completeness.not_stated", failure, provider=provider)
        tell(error.made)
        raise
    except Exception as error:
        log_failure(logger, "completeness.not_stated", error)
        raise
    return tell(made)


def tell(made: list[Statement]) -> dict[str, int]:
    """Measure and log statements that were made; return how many there are."""
    unfinished = [statement for statement in made if statement.open]
    metrics.add_metric(name="StatementsMade", unit=MetricUnit.Count, value=len(made))
    metrics.add_metric(name="StatementsOpen", unit=MetricUnit.Count, value=len(unfinished))
    for statement in made:
        place = {"provider": statement.provider, "interface": statement.interface, "day": statement.day}
        found = {"revision": statement.revision, "unanswered": len(statement.open)}
        logger.info("completeness.stated", extra={**place, **found})
    return {"made": len(made), "open": len(unfinished)}
