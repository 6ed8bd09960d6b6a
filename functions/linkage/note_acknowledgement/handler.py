"""A recipient put an acknowledgement beside a part that it was offered: note it, or answer what is wrong with it."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.linkage.deliveries import State
from kyotsu.linkage.keys import ObjectRef
from kyotsu.runtime.logs import log_failure
from kyotsu.runtime.retries import Delivery
from kyotsu.wiring.deliveries import acknowledging
from kyotsu.wiring.retries import retries

logger = Logger()
metrics = Metrics(namespace="Kyotsu")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Note the acknowledgements of a batch of notifications; what fails is delivered again."""
    return process_partial_response(event=event, record_handler=note, processor=processor, context=context)


def note(record: SQSRecord) -> None:
    """Note one put."""
    attempt = Delivery(record.message_id, record.receipt_handle, int(record.attributes.approximate_receive_count))
    try:
        detail = json.loads(record.body)["detail"]
        item = detail["object"]
        ref = ObjectRef(detail["bucket"]["name"], item["key"], item["version-id"])
        delivery = acknowledging().note(ref, item["sequencer"])
    except Exception as error:
        log_failure(logger, "acknowledgement.failed", error, message_id=attempt.message_id)
        retries().failed(logger, attempt, error)
        raise
    if delivery is None:
        logger.warning("acknowledgement.refused", message_id=attempt.message_id)
        return
    if delivery.state is State.REFUSED:
        metrics.add_metric(name="DeliveriesRefused", unit=MetricUnit.Count, value=1)
        metrics.flush_metrics()
    logger.info("acknowledgement.noted", delivery_id=delivery.delivery_id, state=str(delivery.state))
