"""Reservations and 転入通知 to the systems of the catalogue."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.wiring.moving_functions import stepped
from kyotsu.wiring.moving_steps import distribute

logger = Logger()


def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, str]:
    """Do one step of a case; doing it again changes nothing more."""
    return stepped(logger, distribute, event)
