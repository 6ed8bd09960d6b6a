"""POST dantainaitogoatenakihonjohosyokai: integrated people as their reader may see them."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.wiring.http import served
from kyotsu.wiring.integrated import integrated_show_call

endpoint = served("dantainaitogoatenakihonjohosyokai", v10=integrated_show_call)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return endpoint.answer(event, context)
