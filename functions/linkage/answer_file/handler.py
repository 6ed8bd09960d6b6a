"""All groups of a large file were applied: answer it."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.runtime.logs import log_failure
from kyotsu.wiring.functions import reception

logger = Logger()


def handler(event: dict[str, Any], _context: LambdaContext) -> None:
    """Answer a file, unless it is answered."""
    try:
        receipt = reception().answer(event["receipt_id"])
    except Exception as error:
        log_failure(logger, "file.failed", error, receipt_id=event["receipt_id"])
        raise
    logger.info("file.answered", receipt_id=receipt.receipt_id, status=str(receipt.status))
