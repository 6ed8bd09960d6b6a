"""Log lines: a name to search for, ids, and nothing a row could have brought in."""

from __future__ import annotations

import traceback

from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError


def log_failure(logger: Logger, message: str, error: BaseException, **ids: str) -> None:
    """Log what failed and where, but not the error's text: a library may have put a received value into it."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].name}:{frames[-1].lineno}" if frames else ""
    extra = {**ids, "error": type(error).__name__, "place": place}
    if isinstance(error, ClientError):
        # What AWS calls it (AccessDeniedException …), of which call: a word of AWS's own, and no received value.
        extra |= {"aws_code": str(error.response.get("Error", {}).get("Code", "")), "aws_call": error.operation_name}
    logger.error(message, extra=extra, stacklevel=2)
