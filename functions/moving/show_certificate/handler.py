"""POST tenshutsushomeishojohoshokai: 転出証明書情報 of a case, for 住民記録 (転出証明書情報照会)."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.wiring.http import served
from kyotsu.wiring.moving_certificates import certificate_call

endpoint = served("tenshutsushomeishojohoshokai", v10=certificate_call)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return endpoint.answer(event, context)
