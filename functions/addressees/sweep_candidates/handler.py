"""By the clock: compare the index of candidates with the registry and the residents, and repair it."""

from __future__ import annotations

from typing import Any

import msgspec
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.runtime.logs import log_failure
from kyotsu.wiring.indexing import sweep

STOP_MILLISECONDS = 180_000
"""Time left at which the rest is left to another run: a page takes seconds."""

logger = Logger()
metrics = Metrics(namespace="Kyotsu")


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Go on with the walk; return what was found.

    An operator's `{"now": true}` repairs at once what differs, and `{"anew": true}` begins at the beginning.
    """
    found = sweep(at_once=bool(event.get("now")))
    try:
        if event.get("anew"):
            found.begin()
        swept = found.run(lambda: context.get_remaining_time_in_millis() > STOP_MILLISECONDS)
    except Exception as error:
        log_failure(logger, "candidates.not_swept", error)
        raise
    finally:
        # Also of a run that broke off: what it repaired, it repaired.
        metrics.add_metric(name="CandidatesRepaired", unit=MetricUnit.Count, value=found.repaired)
    answer: dict[str, Any] = msgspec.to_builtins(swept)
    logger.info("candidates.swept", extra=answer)
    return answer
