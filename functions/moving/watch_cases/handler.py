"""By the clock: start what is not started, tell what was not told, start anew what failed, and tell of deadlines."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.runtime.logs import log_failure
from kyotsu.wiring.moving_intake import case_watch

logger = Logger()
metrics = Metrics(namespace="Kyotsu")


@metrics.log_metrics
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, int]:
    """Look once; return of how many cases each was done.

    An operator's `{"resume": [case id, …]}` starts these anew, however often they failed.
    """
    try:
        watched = case_watch(_not_watched).look(event.get("resume", ()))
    except Exception as error:
        log_failure(logger, "cases.not_watched", error)
        raise
    found = {
        "started": watched.started,
        "told": watched.told,
        "resumed": watched.resumed,
        "overdue": watched.overdue,
        "stuck": watched.stuck,
        "failed": watched.failed,
    }
    for name, value in (("CasesResumed", watched.resumed), ("CasesStuck", watched.stuck + watched.failed)):
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
    logger.info("cases.watched", extra={**found, "stuck_cases": watched.stuck_cases})
    return found


def _not_watched(case_id: str, error: Exception) -> None:
    log_failure(logger, "case.not_watched", error, case_id=case_id)
