"""A resident was recorded: note the arrival with the open cases of this person, if somebody is one."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.contracts.events import ResidentRecorded
from kyotsu.japanese import dates
from kyotsu.runtime.logs import log_failure
from kyotsu.runtime.retries import Delivery
from kyotsu.wiring.moving_following import arriving
from kyotsu.wiring.retries import retries

logger = Logger()
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Hear of the residents of a batch of events; what fails is delivered again."""
    return process_partial_response(event=event, record_handler=hear, processor=processor, context=context)


def hear(record: SQSRecord) -> None:
    """Hear of one resident."""
    delivery = Delivery(record.message_id, record.receipt_handle, int(record.attributes.approximate_receive_count))
    number = ""
    try:
        number = msgspec.convert(json.loads(record.body)["detail"], ResidentRecorded).addressee_number
        arriving().hear(number, dates.utc_now())
    except Exception as error:
        log_failure(logger, "case.not_heard", error, addressee_number=number, message_id=delivery.message_id)
        retries().failed(logger, delivery, error)
        raise
