"""Log lines: a name to search for, ids, and nothing a row could have brought in."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError

from kyotsu.contracts.errors import KyotsuError


class StepFailedError(Exception):
    """A step of a state machine failed; the text names the kind of error."""


@contextmanager
def failures_named(logger: Logger, message: str, **ids: str) -> Iterator[None]:
    """Log what fails, and raise StepFailedError in its place, unless it is an error with an outcome code.

    Lambda hands an error's text to Step Functions, which keeps it in the execution's history and in its logs: it must
    not hold what a library may have put into it.
    """
    try:
        yield
    except KyotsuError as error:
        log_failure(logger, message, error, **ids)
        raise
    except Exception as error:  # noqa: BLE001 - all of them fail the step
        log_failure(logger, message, error, **ids)
        raise StepFailedError(type(error).__name__) from None


def log_failure(logger: Logger, message: str, error: BaseException, **ids: str) -> None:
    """Log what failed and where, but not the error's text: a library may have put a received value into it."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].name}:{frames[-1].lineno}" if frames else ""
    extra = {**ids, "error": type(error).__name__, "place": place}
    if isinstance(error, ClientError):
        # What AWS calls it (AccessDeniedException …), of which call: a word of AWS's own, and no received value.
        extra |= {"aws_code": str(error.response.get("Error", {}).get("Code", "")), "aws_call": error.operation_name}
    logger.error(message, extra=extra, stacklevel=2)
