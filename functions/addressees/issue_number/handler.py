"""POST jutogaishaatenabangofuban: a number for a non-resident addressee (住登外者宛名番号付番)."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.wiring.http import served
from kyotsu.wiring.numbering import issue_call

endpoint = served("jutogaishaatenabangofuban", v10=issue_call)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return endpoint.answer(event, context)
