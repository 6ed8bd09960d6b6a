"""What all step functions of the machines do around a step: one line of log each, without personal data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger

from kyotsu.moving.steps import Steps
from kyotsu.runtime.logs import failures_named


def stepped(logger: Logger, table: Callable[[], Steps], event: Mapping[str, Any]) -> dict[str, str]:
    """Do the step that an event names (`{"case", "step"}`) and return its word (`{"result"}`).

    Raises StepFailedError, or an error with an outcome code: neither holds personal data.
    """
    case_id, step = event["case"], event["step"]
    with failures_named(logger, "case.step_failed", case_id=case_id, step=step):
        result = table()[step](case_id)
    logger.info("case.stepped", extra={"case_id": case_id, "step": step, "result": result})
    return {"result": result}
