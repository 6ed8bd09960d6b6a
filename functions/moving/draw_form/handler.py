"""The step `draw` of `move_in`: 転入届, filled in as far as certificate and reservation tell."""

from __future__ import annotations

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.runtime.logs import failures_named
from kyotsu.wiring.moving_form import drawing

logger = Logger()


def handler(event: dict[str, str], _context: LambdaContext) -> dict[str, str]:
    """Draw the form of a case; drawing it again changes nothing."""
    case_id = event["case"]
    with failures_named(logger, "form.not_drawn", case_id=case_id):
        result = drawing().draw(case_id)
    logger.info("form.drawn", case_id=case_id)
    return {"result": result}
