"""A full file came in: if it is a complete set, list the 住登者 who are missing from it."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.contracts.events import FileAnswered
from kyotsu.runtime.logs import log_failure
from kyotsu.runtime.retries import Delivery
from kyotsu.wiring.full_sets import full_sets
from kyotsu.wiring.retries import retries

STOP_MILLISECONDS = 180_000
"""Time left at which the rest is left to another run: a page takes less than a second, writing millions a minute."""

logger = Logger()
metrics = Metrics(namespace="Kyotsu")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Compare the full file that a message tells of; what fails is delivered again."""
    return process_partial_response(event=event, record_handler=compare, processor=processor, context=context)


def compare(record: SQSRecord, lambda_context: LambdaContext) -> None:
    """Compare one full file with the records, or go on with it."""

    def in_time() -> bool:
        return lambda_context.get_remaining_time_in_millis() > STOP_MILLISECONDS

    delivery = Delivery(record.message_id, record.receipt_handle, int(record.attributes.approximate_receive_count))
    receipt_id = ""
    try:
        answered = msgspec.convert(json.loads(record.body)["detail"], FileAnswered)
        receipt_id = answered.receipt_id
        if not full_sets().is_complete_set(answered):
            return
        missing = full_sets().compare(answered, in_time)
    except Exception as error:
        log_failure(logger, "fullset.failed", error, receipt_id=receipt_id, message_id=delivery.message_id)
        retries().failed(logger, delivery, error, receipt_id)
        raise
    if missing is None:
        logger.info("fullset.continued", receipt_id=receipt_id)
        return
    metrics.add_metric(name="PeopleMissing", unit=MetricUnit.Count, value=missing)
    metrics.flush_metrics()
    logger.info("fullset.compared", receipt_id=receipt_id, missing=missing)
