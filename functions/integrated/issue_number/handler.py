"""POST dantainaitogoatenabangofuban: one number for each 個人番号 (団体内統合宛名番号付番)."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.wiring.http import served
from kyotsu.wiring.integrated import integrated_issue_call

endpoint = served("dantainaitogoatenabangofuban", v10=integrated_issue_call)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return endpoint.answer(event, context)
