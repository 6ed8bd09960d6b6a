"""Publication: the stream of the residents' table reaches `functions/residents/publish_changes`."""

from __future__ import annotations

from typing import cast

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.alarms import each_minute
from infra.constructs.function import EVENT_COUNTS, Platform, PythonFunction
from infra.constructs.nag import acknowledge_wildcard
from infra.constructs.queues import DeadLetters
from infra.stacks.stateful import StatefulStack

RETRIES = 10


class PublishChanges(Construct):
    """The function that tells the event bus what changed; records it can't publish end in the dead letters."""

    def __init__(self, scope: Construct, construct_id: str, *, platform: Platform, stateful: StatefulStack) -> None:
        super().__init__(scope, construct_id)
        self._platform, self._stateful = platform, stateful
        self.dead_letters = DeadLetters(self, "DeadLetters", key=stateful.keys.messages, alarms=platform.alarms)
        self.function = PythonFunction(
            self,
            "Function",
            platform=platform,
            source="residents/publish_changes",
            timeout=Duration.minutes(1),
            memory_mib=512,
            environment={
                "MUNICIPALITY": platform.parameters.municipality,
                "EVENT_BUS": stateful.bus.event_bus_name,
            },
        )
        self.function.allow(["events:PutEvents"], [stateful.bus.event_bus_arn])
        self._let_lambda_read()
        self._feed_function()
        self._watch_backlog()

    def _let_lambda_read(self) -> None:
        table, keys = self._stateful.residents.table, self._stateful.keys
        reading = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
        self.function.allow_lambda(reading, [str(table.table_stream_arn)])
        self.function.allow_lambda(["dynamodb:ListStreams"], ["*"])
        acknowledge_wildcard(self.function.role, "*", "AWS knows no resource for ListStreams; it tells names alone.")
        self.function.allow_lambda(["sqs:SendMessage"], [self.dead_letters.queue.queue_arn])
        self.function.allow_key(keys.records, ["dynamodb"], ["Decrypt"])
        self.function.allow_key(keys.messages, ["sqs"], ["Decrypt", "GenerateDataKey"])

    def _feed_function(self) -> None:
        mapping = lambda_.EventSourceMapping(
            self,
            "Source",
            target=self.function.function,
            event_source_arn=self._stateful.residents.table.table_stream_arn,
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=100,
            bisect_batch_on_error=True,
            report_batch_item_failures=True,
            retry_attempts=RETRIES,
            metrics_config=EVENT_COUNTS,
        )
        self.function.watch_source(mapping, "住民の変更を公表できませんでした。再試行します。")
        # The construct's own way would also let the function use the key for everything.
        cast(
            "lambda_.CfnEventSourceMapping", mapping.node.default_child
        ).destination_config = lambda_.CfnEventSourceMapping.DestinationConfigProperty(
            on_failure=lambda_.CfnEventSourceMapping.OnFailureProperty(destination=self.dead_letters.queue.queue_arn)
        )

    def _watch_backlog(self) -> None:
        name, seconds = self.function.function.function_name, self._platform.parameters.oldest_message_seconds
        self._platform.alarms.raise_when(
            self,
            "StreamLate",
            each_minute("AWS/Lambda", "IteratorAge", "Maximum", FunctionName=name),
            at_least=1000 * seconds,
            says=f"まだ公表していない住民の変更のうち、最も古いものが{seconds}秒たちました。",
        )
