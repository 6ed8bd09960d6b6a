"""POST jutogaishaatenakihonjohosyokai: whom a described person may be (住登外者宛名基本情報照会, 候補者抽出)."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.wiring.http import served
from kyotsu.wiring.searching import search_call

endpoint = served("jutogaishaatenakihonjohosyokai", v10=search_call)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return endpoint.answer(event, context)
