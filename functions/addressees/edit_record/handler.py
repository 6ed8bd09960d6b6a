"""POST jutogaishaatenakihonjohokoshin: change a record of a 住登外者 (住登外者宛名基本情報更新)."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.wiring.http import served
from kyotsu.wiring.numbering import edit_call

endpoint = served("jutogaishaatenakihonjohokoshin", v10=edit_call)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return endpoint.answer(event, context)
