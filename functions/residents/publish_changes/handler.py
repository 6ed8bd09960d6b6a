"""Heads of residents changed: tell the domain event bus."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.residents.stream import heads_of
from kyotsu.runtime.logs import log_failure
from kyotsu.wiring.changes import resident_changes

logger = Logger()
processor = BatchProcessor(event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Publish the changes of a batch of stream records, in order; what fails is delivered again."""
    return process_partial_response(event=event, record_handler=publish, processor=processor, context=context)


def publish(record: DynamoDBRecord) -> None:
    """Publish the events of one stream record; versions have none of their own."""
    before, after = heads_of(record.raw_event["dynamodb"])
    if after is None:
        return
    try:
        resident_changes().publish(before, after)
    except Exception as error:
        log_failure(logger, "changes.failed", error, addressee_number=after.addressee_number)
        raise
