"""A file was put into a provider's outbox: receive it and answer, or hand it over if it is large."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.linkage.keys import ObjectRef
from kyotsu.runtime.logs import log_failure
from kyotsu.wiring.functions import reception

logger = Logger()
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Receive the files of a batch of notifications; a notification that fails is delivered again."""
    return process_partial_response(event=event, record_handler=receive, processor=processor, context=context)


def receive(record: SQSRecord) -> None:
    """Receive the file one notification tells of."""
    detail = json.loads(record.body)["detail"]
    ref = ObjectRef(detail["bucket"]["name"], detail["object"]["key"], detail["object"]["version-id"])
    try:
        receipt = reception().receive(ref)
    except Exception as error:
        log_failure(logger, "file.failed", error, receipt_id=ref.receipt_id)
        raise
    if receipt and receipt.status is None:
        logger.info("file.handed_over", receipt_id=receipt.receipt_id)
    elif receipt:
        logger.info("file.answered", receipt_id=receipt.receipt_id, status=str(receipt.status))
