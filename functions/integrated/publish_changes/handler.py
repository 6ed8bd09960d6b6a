"""Integrated people changed: tell the domain event bus whose number was issued, and whose was deleted."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.integrated.stream import events_of
from kyotsu.runtime.logs import log_failure
from kyotsu.runtime.settings import setting
from kyotsu.wiring.functions import event_bus

logger = Logger()
processor = BatchProcessor(event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Publish the changes of a batch of stream records, in order; what fails is delivered again."""
    return process_partial_response(event=event, record_handler=publish, processor=processor, context=context)


def publish(record: DynamoDBRecord) -> None:
    """Publish the events of one stream record; most have none."""
    number = ""
    try:
        for event in events_of(setting("MUNICIPALITY"), record.raw_event["dynamodb"]):
            number = event.integrated_number
            event_bus().publish([event])
    except Exception as error:
        log_failure(logger, "integrated.not_published", error, integrated_number=number)
        raise
