"""The registry of 住登外者 changed: tell the domain event bus, the businesses concerned, and clerks."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.addressees.stream import number_of
from kyotsu.runtime.logs import log_failure
from kyotsu.wiring.changes import registry_changes

logger = Logger()
processor = BatchProcessor(event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Tell the changes of a batch of stream records, in order; what fails is delivered again."""
    return process_partial_response(event=event, record_handler=tell, processor=processor, context=context)


def tell(record: DynamoDBRecord) -> None:
    """Tell what one stream record means."""
    try:
        registry_changes().tell(record.raw_event["dynamodb"])
    except Exception as error:
        log_failure(logger, "addressees.not_told", error, addressee_number=number_of(record.raw_event["dynamodb"]))
        raise
