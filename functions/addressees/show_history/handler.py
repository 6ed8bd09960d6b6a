"""POST jutogaishaatenarirekishokai: a record of a 住登外者 and its history (住登外者宛名履歴照会)."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.wiring.http import served
from kyotsu.wiring.numbering import history_call

endpoint = served("jutogaishaatenarirekishokai", v10=history_call)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return endpoint.answer(event, context)
