"""One group of a large file's chunks: apply them."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.linkage.applying import OutOfTimeError
from kyotsu.runtime.logs import log_failure
from kyotsu.wiring.functions import reception

CHUNK_MILLISECONDS = 120_000
"""Many times what a chunk takes: stopping in time leaves nothing half done, but the ledger would settle that, too."""

logger = Logger()


def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Apply chunks `first` to `last` of a scanned file; raises OutOfTimeError when another invocation must go on."""

    def in_time() -> bool:
        return context.get_remaining_time_in_millis() > CHUNK_MILLISECONDS

    group = {"receipt_id": event["receipt_id"], "first": event["first"], "last": event["last"]}
    try:
        reception().apply_group(event["receipt_id"], event["first"], event["last"], in_time)
    except OutOfTimeError:
        logger.info("group.continued", extra=group)
        raise
    except Exception as error:
        log_failure(logger, "group.failed", error, **{name: str(value) for name, value in group.items()})
        raise
    logger.info("group.applied", extra=group)
