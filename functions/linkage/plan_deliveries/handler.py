"""A file was answered, or taken back: plan its deliveries, or end them."""

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

from kyotsu.contracts.events import FileAnswered, FileUndone
from kyotsu.runtime.logs import log_failure
from kyotsu.runtime.retries import Delivery
from kyotsu.wiring.deliveries import planning
from kyotsu.wiring.retries import retries

logger = Logger()
metrics = Metrics(namespace="Kyotsu")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Plan for the files of a batch of events; what fails is delivered again."""
    return process_partial_response(event=event, record_handler=plan, processor=processor, context=context)


def plan(record: SQSRecord) -> None:
    """Plan the deliveries of one file, or end them."""
    delivery = Delivery(record.message_id, record.receipt_handle, int(record.attributes.approximate_receive_count))
    receipt_id = ""
    try:
        event = json.loads(record.body)
        receipt_id = str(event["detail"]["receipt_id"])
        if event["detail-type"] == "FileUndone":
            told = planning().taken_back(msgspec.convert(event["detail"], FileUndone))
            logger.info("deliveries.ended", receipt_id=receipt_id, told=told)
            return
        answered = msgspec.convert(event["detail"], FileAnswered)
        if planning().leaves_unprotected(answered):
            logger.warning("protection.not_applied", receipt_id=receipt_id, status=answered.status)
            metrics.add_metric(name="ProtectionNotApplied", unit=MetricUnit.Count, value=1)
            metrics.flush_metrics()
        planned = planning().answered(answered)
    except Exception as error:
        log_failure(logger, "deliveries.not_planned", error, receipt_id=receipt_id, message_id=delivery.message_id)
        retries().failed(logger, delivery, error, receipt_id)
        raise
    logger.info("deliveries.planned", receipt_id=receipt_id, planned=planned)
