"""A resident or a record of the registry was written: have the index of candidates say what is stored now."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.runtime.logs import log_failure
from kyotsu.runtime.retries import Delivery
from kyotsu.wiring.indexing import indexing
from kyotsu.wiring.retries import retries

logger = Logger()
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Follow the people of a batch of events; what fails is delivered again."""
    return process_partial_response(event=event, record_handler=follow, processor=processor, context=context)


def follow(record: SQSRecord) -> None:
    """Follow one person. Of the event only the number counts: whatever order events come in, the index is right."""
    delivery = Delivery(record.message_id, record.receipt_handle, int(record.attributes.approximate_receive_count))
    number = ""
    try:
        number = str(json.loads(record.body)["detail"]["addressee_number"])
        indexing().follow(number)
    except Exception as error:
        log_failure(logger, "candidates.not_indexed", error, addressee_number=number, message_id=delivery.message_id)
        retries().failed(logger, delivery, error)
        raise
