"""The stream of a table as the source of a function: in order for each key, retried, and what can't be told kept."""

from __future__ import annotations

from typing import cast

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.alarms import each_minute
from infra.constructs.function import EVENT_COUNTS, Platform, PythonFunction
from infra.constructs.nag import acknowledge_wildcard
from infra.constructs.queues import DeadLetters
from infra.constructs.table import RecordTable
from infra.stacks.stateful import StatefulStack

RETRIES = 10


def feed_from_stream(
    scope: Construct,
    *,
    function: PythonFunction,
    table: RecordTable,
    platform: Platform,
    stateful: StatefulStack,
    failing: str,
    late: str,
) -> DeadLetters:
    """Feed a function from a table's stream; return where records end that it could not tell.

    `failing` says that a record failed; `late` what the oldest untold record is, with `{seconds}` in it.
    """
    dead_letters = DeadLetters(scope, "DeadLetters", key=stateful.keys.messages, alarms=platform.alarms)
    _let_lambda_read(function, table, stateful, dead_letters)
    mapping = lambda_.EventSourceMapping(
        scope,
        "Source",
        target=function.function,
        event_source_arn=table.table.table_stream_arn,
        starting_position=lambda_.StartingPosition.TRIM_HORIZON,
        batch_size=100,
        bisect_batch_on_error=True,
        report_batch_item_failures=True,
        retry_attempts=RETRIES,
        metrics_config=EVENT_COUNTS,
    )
    function.watch_source(mapping, failing)
    # The construct's own way would also let the function use the key for everything.
    cast(
        "lambda_.CfnEventSourceMapping", mapping.node.default_child
    ).destination_config = lambda_.CfnEventSourceMapping.DestinationConfigProperty(
        on_failure=lambda_.CfnEventSourceMapping.OnFailureProperty(destination=dead_letters.queue.queue_arn)
    )
    seconds = platform.parameters.oldest_message_seconds
    platform.alarms.raise_when(
        scope,
        "StreamLate",
        each_minute("AWS/Lambda", "IteratorAge", "Maximum", FunctionName=function.function.function_name),
        at_least=1000 * seconds,
        says=late.format(seconds=seconds),
    )
    return dead_letters


def _let_lambda_read(
    function: PythonFunction, table: RecordTable, stateful: StatefulStack, dead_letters: DeadLetters
) -> None:
    reading = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
    function.allow_lambda(reading, [str(table.table.table_stream_arn)])
    function.allow_lambda(["dynamodb:ListStreams"], ["*"])
    acknowledge_wildcard(function.role, "*", "AWS knows no resource for ListStreams; it tells names alone.")
    function.allow_lambda(["sqs:SendMessage"], [dead_letters.queue.queue_arn])
    function.allow_key(stateful.keys.messages, ["sqs"], ["Decrypt", "GenerateDataKey"])
