"""A document of マイナポータル was put into the inbox: make a case of it, or tell why not."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.moving.receiving_documents import is_document
from kyotsu.runtime.logs import log_failure
from kyotsu.runtime.retries import Delivery
from kyotsu.wiring.moving_intake import receiving_documents
from kyotsu.wiring.retries import retries

logger = Logger()
metrics = Metrics(namespace="Kyotsu")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
PATIENT_ATTEMPTS = 2
"""So often a document waits for a 個人番号 it refers to; then it goes on without."""


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Receive the documents of a batch of notifications; what fails is delivered again."""
    return process_partial_response(event=event, record_handler=receive, processor=processor, context=context)


def receive(record: SQSRecord) -> None:
    """Receive the document one notification tells of."""
    attempt = int(record.attributes.approximate_receive_count)
    delivery = Delivery(record.message_id, record.receipt_handle, attempt)
    ids = {"message_id": delivery.message_id}
    try:
        item = json.loads(record.body)["detail"]["object"]
        if not is_document(item["key"]):
            return
        patient = attempt <= PATIENT_ATTEMPTS
        taken = receiving_documents().receive(item["key"], item["version-id"], patient=patient)
    except Exception as error:
        log_failure(logger, "application.failed", error, **ids)
        retries().failed(logger, delivery, error)
        raise
    if taken is None:
        logger.info("application.gone", extra=ids)
        return
    ids |= {"application_number": taken.application_number, "case_id": taken.case_id, "status": taken.status}
    if not taken.application_number:
        metrics.add_metric(name="ApplicationsUnreadable", unit=MetricUnit.Count, value=1)
        metrics.flush_metrics()
    if taken.problems:
        logger.warning("application.refused", extra={**ids, "codes": [each.outcome.code for each in taken.problems]})
    else:
        logger.info("application.taken", extra=ids)
