"""Log lines: a name to search for, ids, and nothing a row could have brought in."""

from __future__ import annotations

import traceback

from aws_lambda_powertools import Logger


def log_failure(logger: Logger, message: str, error: BaseException, **ids: str) -> None:
    """Log what failed and where, but not the error's text: a library may have put a received value into it."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].name}:{frames[-1].lineno}" if frames else ""
    logger.error(message, extra={**ids, "error": type(error).__name__, "place": place}, stacklevel=2)
