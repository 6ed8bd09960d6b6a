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
from kyotsu.linkage.receipts import Receipt, Status
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.logs import log_failure
from kyotsu.runtime.metrics import FILES_RECEIVED, counted
from kyotsu.runtime.retries import Delivery
from kyotsu.wiring.functions import reception
from kyotsu.wiring.retries import retries

logger = Logger()
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Receive the files of a batch of notifications; a notification that fails is delivered again."""
    return process_partial_response(event=event, record_handler=receive, processor=processor, context=context)


def receive(record: SQSRecord) -> None:
    """Receive the file one notification tells of."""
    attempt = int(record.attributes.approximate_receive_count)
    delivery = Delivery(record.message_id, record.receipt_handle, attempt)
    receipt_id = ""
    try:
        ref = _announced(record.body)
        receipt_id = ref.receipt_id
        receipt = reception().receive(ref)
    except Exception as error:
        ids = {"receipt_id": receipt_id, "message_id": delivery.message_id}
        log_failure(logger, "file.failed" if receipt_id else "message.unreadable", error, **ids)
        retries().failed(logger, delivery, error, receipt_id)
        raise
    if receipt:
        _tell(receipt)


def _announced(body: str) -> ObjectRef:
    detail = json.loads(body)["detail"]
    return ObjectRef(detail["bucket"]["name"], detail["object"]["key"], detail["object"]["version-id"])


def _tell(receipt: Receipt) -> None:
    extra: dict[str, Any] = {"receipt_id": receipt.receipt_id}
    if receipt.status is not Status.REJECTED:
        sender = {"provider": receipt.provider, "interface": receipt.interface}
        extra |= counted(SystemClock(), FILES_RECEIVED, municipality=receipt.municipality, **sender)
    if receipt.status is None:
        logger.info("file.handed_over", extra=extra)
    else:
        logger.info("file.answered", extra={**extra, "status": str(receipt.status)})
