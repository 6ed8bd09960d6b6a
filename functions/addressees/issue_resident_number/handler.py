"""POST juminatenabangofuban: a number for a resident, whom the 住民記録 system knows (住民宛名番号付番)."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.wiring.http import served
from kyotsu.wiring.numbering import resident_number_call

endpoint = served("juminatenabangofuban", v10=resident_number_call)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return endpoint.answer(event, context)
