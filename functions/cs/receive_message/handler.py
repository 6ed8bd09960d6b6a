"""The adapter beside the CS put a message into the bucket: take it, then delete it there."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.moving.cs.receiving import Handled, Outcome
from kyotsu.runtime.logs import log_failure
from kyotsu.runtime.retries import Delivery
from kyotsu.wiring.moving_cs import receiving
from kyotsu.wiring.retries import retries

logger = Logger()
metrics = Metrics(namespace="Kyotsu")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Take the messages of a batch of notifications; a notification that fails is delivered again."""
    return process_partial_response(event=event, record_handler=receive, processor=processor, context=context)


def receive(record: SQSRecord) -> None:
    """Take the message one notification tells of. An object's name may hold anything, and is not logged."""
    delivery = Delivery(record.message_id, record.receipt_handle, int(record.attributes.approximate_receive_count))
    try:
        outcome = receiving().receive(json.loads(record.body)["detail"]["object"]["key"])
    except Exception as error:
        log_failure(logger, "cs.message_failed", error, message_id=delivery.message_id)
        retries().failed(logger, delivery, error)
        raise
    _tell(outcome)


def _tell(outcome: Outcome) -> None:
    told = {"cs_message_id": outcome.message_id, "kind": outcome.kind, "handled": str(outcome.handled)}
    parked = outcome.handled is Handled.PARKED
    metrics.add_metric(name="CsMessagesParked", unit=MetricUnit.Count, value=int(parked))
    if parked:
        logger.error("cs.message_parked", extra={**told, "code": outcome.code})
    else:
        logger.info("cs.message_received", extra=told)
