"""A lane was woken: offer its recipient what is due, in order, for as long as there is time."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.linkage.deliveries import Lane
from kyotsu.linkage.delivery_sources import DecisionsMissingError
from kyotsu.runtime.logs import log_failure
from kyotsu.runtime.retries import Delivery
from kyotsu.runtime.settings import setting
from kyotsu.wiring.deliveries import delivering
from kyotsu.wiring.retries import retries

STOP_MILLISECONDS = 120_000
"""Time left at which the rest is left to another run: a part takes a few seconds."""

logger = Logger()
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Work on the lane that a message tells of; what fails is delivered again, before later ones of its lane."""
    return process_partial_response(event=event, record_handler=deliver, processor=processor, context=context)


def deliver(record: SQSRecord, lambda_context: LambdaContext) -> None:
    """Work on one lane."""

    def in_time() -> bool:
        return lambda_context.get_remaining_time_in_millis() > STOP_MILLISECONDS

    delivery = Delivery(record.message_id, record.receipt_handle, int(record.attributes.approximate_receive_count))
    lane = ""
    try:
        body = json.loads(record.body)
        woken = Lane(body["interface"], body["recipient"])
        lane = str(woken)
        attempts = int(setting("RETRY_ATTEMPTS"))
        offered = delivering().work(woken, in_time, attempt=delivery.attempt, attempts=attempts)
    except DecisionsMissingError:
        # Nobody can be decided on now. The watch wakes the lane again; failing would only set deliveries aside.
        logger.warning("lane.undecided", lane=lane)
        return
    except Exception as error:
        log_failure(logger, "lane.failed", error, lane=lane, message_id=delivery.message_id)
        retries().failed(logger, delivery, error, lane)
        raise
    logger.info("lane.worked", lane=lane, offered=offered)
