"""An operator wants a file taken back: do it, or go on with it, for as long as there is time."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.linkage.applying import OutOfTimeError
from kyotsu.linkage.undos import UndoRefusedError
from kyotsu.runtime.logs import log_failure
from kyotsu.wiring.undoing import undoing

STOP_MILLISECONDS = 840_000
"""Time left at which another invocation is asked for: the command shows progress meanwhile, and a chunk has ages."""

logger = Logger()


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Take the file of `receipt_id` back for `by` and `reason`.

    Returns `{"undo": answer}`, `{"refused": {code, message}}`, or `{"continue": true}`: then invoke it again.
    """

    def in_time() -> bool:
        return context.get_remaining_time_in_millis() > STOP_MILLISECONDS

    receipt_id = event["receipt_id"]
    use_case = undoing()
    try:
        undo = use_case.undo(receipt_id, event["by"], event["reason"], in_time)
    except OutOfTimeError:
        logger.info("undo.continued", receipt_id=receipt_id)
        return {"continue": True}
    except UndoRefusedError as error:
        logger.info("undo.refused", receipt_id=receipt_id, code=error.code)
        return {"refused": {"code": error.code, "message": str(error)}}
    except Exception as error:
        log_failure(logger, "undo.failed", error, receipt_id=receipt_id)
        raise
    logger.info("undo.finished", receipt_id=receipt_id)
    return {"undo": use_case.answer(undo)}
