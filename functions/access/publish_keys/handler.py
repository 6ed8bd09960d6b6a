"""By the clock: keep the public documents (discovery and keys) up to date."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.runtime.logs import log_failure
from kyotsu.wiring.access import publish_documents

logger = Logger()


def handler(_event: dict[str, Any], _context: LambdaContext) -> dict[str, list[str]]:
    """Write what changed; return the keys that were written."""
    try:
        written = publish_documents()
    except Exception as error:
        log_failure(logger, "documents.failed", error)
        raise
    logger.info("documents.published", extra={"written": written})
    return {"written": written}
