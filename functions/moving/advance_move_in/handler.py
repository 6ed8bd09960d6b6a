"""転入 and 転居: what a case needs next, and its end."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.wiring.moving_functions import stepped
from kyotsu.wiring.moving_steps import advance_move_in

logger = Logger()


def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, str]:
    """Do one step of a case; doing it again changes nothing more."""
    return stepped(logger, advance_move_in, event)
