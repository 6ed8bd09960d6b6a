"""A resident was recorded: bring it to the integrated person behind the number, if there is one."""

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
from kyotsu.wiring.following import following
from kyotsu.wiring.retries import retries

logger = Logger()
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Follow the residents of a batch of events; what fails is delivered again."""
    return process_partial_response(event=event, record_handler=follow, processor=processor, context=context)


def follow(record: SQSRecord) -> None:
    """Follow one resident."""
    delivery = Delivery(record.message_id, record.receipt_handle, int(record.attributes.approximate_receive_count))
    number = ""
    try:
        recorded = msgspec.convert(json.loads(record.body)["detail"], ResidentRecorded)
        number = recorded.addressee_number
        refused = following().follow(recorded, dates.iso(dates.compact(dates.utc_now())))
    except Exception as error:
        log_failure(logger, "integrated.not_followed", error, addressee_number=number, message_id=delivery.message_id)
        retries().failed(logger, delivery, error)
        raise
    if refused:
        logger.warning("integrated.conflict", addressee_number=number, code=refused.outcome.code)
