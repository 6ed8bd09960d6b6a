"""By the clock: make the digests of days that are over, so that nothing can be taken out of the audit trail unseen."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.runtime.logs import log_failure
from kyotsu.wiring.audit import digesting

STEP_MILLISECONDS = 600_000
"""What a day may take. A day that takes longer fails, and is told by its function's alarm."""

logger = Logger()
metrics = Metrics(namespace="Kyotsu")


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return the days whose digests were made, their hashes, and how many problems they tell of.

    An operator's `{"now": true}` gives what was begun before midnight no time of grace.
    """

    def in_time() -> bool:
        return context.get_remaining_time_in_millis() > STEP_MILLISECONDS

    try:
        made = digesting(at_once=bool(event.get("now"))).look(in_time)
    except Exception as error:
        log_failure(logger, "audit.not_digested", error)
        raise
    problems = [problem for done in made for problem in done.digest.problems]
    metrics.add_metric(name="AuditDigestsMade", unit=MetricUnit.Count, value=len(made))
    metrics.add_metric(name="AuditProblems", unit=MetricUnit.Count, value=len(problems))
    for problem in problems:
        logger.error("audit.problem", wrong=str(problem.wrong), key=problem.key)
    for done in made:
        # The hash stands in another place than the digest: who changes both leaves more traces.
        found = {"records": done.digest.records, "mended": done.mended}
        logger.info("audit.digested", extra={"day": done.digest.day, "sha256": done.sha256, **found})
    return {"digests": {done.digest.day: done.sha256 for done in made}, "problems": len(problems)}
