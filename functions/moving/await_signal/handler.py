"""A machine waits: its token is registered, and told at once what came early."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.runtime.logs import failures_named
from kyotsu.wiring.moving import awaiting

logger = Logger()


def handler(event: dict[str, Any], _context: LambdaContext) -> None:
    """Register one try of a visit."""
    with failures_named(logger, "case.not_waiting", case_id=event["case"], wait=event["wait"]):
        awaiting().wait(event)
    logger.info("case.waits", extra={"case_id": event["case"], "wait": event["wait"]})
