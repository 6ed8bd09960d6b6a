"""A lane was woken: send the message whose turn it is to the CS, or ask the CS what became of it."""

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
from kyotsu.wiring.moving_cs import gateway
from kyotsu.wiring.retries import retries

STOP_MILLISECONDS = 60_000
"""Time left at which the rest is left to the sweep: a try takes half of it at most."""

logger = Logger()
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Work on the lane that a message tells of; what fails is delivered again, before later ones of its lane."""
    return process_partial_response(event=event, record_handler=send, processor=processor, context=context)


def send(record: SQSRecord, lambda_context: LambdaContext) -> None:
    """Work on one lane. A CS that can't be reached is no failure: the sweep wakes the lane again."""

    def in_time() -> bool:
        return lambda_context.get_remaining_time_in_millis() > STOP_MILLISECONDS

    delivery = Delivery(record.message_id, record.receipt_handle, int(record.attributes.approximate_receive_count))
    lane = ""
    try:
        lane = json.loads(record.body)["lane"]
        done = gateway().work(lane, in_time)
    except Exception as error:
        log_failure(logger, "cs.lane_failed", error, lane=lane, message_id=delivery.message_id)
        retries().failed(logger, delivery, error, lane)
        raise
    for message_id, state in done:
        logger.info("cs.message_moved", lane=lane, cs_message_id=message_id, state=str(state))
