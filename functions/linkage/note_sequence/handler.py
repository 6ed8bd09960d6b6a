"""A file got its answer: note its 連番."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.contracts.events import FileAnswered
from kyotsu.runtime.logs import log_failure
from kyotsu.runtime.retries import Delivery
from kyotsu.wiring.retries import retries
from kyotsu.wiring.watching import continuity

logger = Logger()
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Note the numbers of a batch of answers; what fails is delivered again."""
    return process_partial_response(event=event, record_handler=note, processor=processor, context=context)


def note(record: SQSRecord) -> None:
    """Note the number of one answered file."""
    delivery = Delivery(record.message_id, record.receipt_handle, int(record.attributes.approximate_receive_count))
    receipt_id = ""
    try:
        answered = msgspec.convert(json.loads(record.body)["detail"], FileAnswered)
        receipt_id = answered.receipt_id
        continuity().note(answered)
    except Exception as error:
        log_failure(logger, "sequence.failed", error, receipt_id=receipt_id, message_id=delivery.message_id)
        retries().failed(logger, delivery, error, receipt_id)
        raise
