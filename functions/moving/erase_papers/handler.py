"""By the clock: papers whose period is over are destroyed, and each case's history says so."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.runtime.logs import log_failure
from kyotsu.wiring.moving_following import erasing

logger = Logger()
metrics = Metrics(namespace="Kyotsu")


@metrics.log_metrics
def handler(_event: dict[str, Any], _context: LambdaContext) -> dict[str, int]:
    """Destroy what is due; return of how many cases. A run that fails goes on where it was with the next one."""
    erased = 0
    try:
        for case_id in erasing().erase_due():
            erased += 1
            logger.info("case.erased", case_id=case_id)
    except Exception as error:
        log_failure(logger, "cases.not_erased", error)
        raise
    metrics.add_metric(name="CasesErased", unit=MetricUnit.Count, value=erased)
    return {"erased": erased}
