"""POST /oauth2/revoke: take a client's token back."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.access.server import unavailable
from kyotsu.runtime.logs import log_failure
from kyotsu.wiring.access import token_server

logger = Logger()
metrics = Metrics(namespace="Kyotsu")


@metrics.log_metrics
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer one request; why one is refused, the log alone tells."""
    try:
        answer = token_server().revoke(event)
    except Exception as error:  # noqa: BLE001 - Lambda would log its text, which may hold what was received
        log_failure(logger, "request.failed", error)
        return unavailable()
    logger.info("request.refused" if answer.refused else "token.revoked", extra=dict(answer.log))
    metrics.add_metric(name="RequestsRefused", unit=MetricUnit.Count, value=answer.refused)
    return answer.proxied()
