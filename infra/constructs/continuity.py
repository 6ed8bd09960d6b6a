"""Continuity: answers reach `functions/linkage/note_sequence`; the clock runs `functions/linkage/watch_sequences`."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.alarms import each_minute
from infra.constructs.function import EVENT_COUNTS, Platform, PythonFunction
from infra.constructs.queues import DeadLetters, WorkQueue, let_rule_send
from infra.constructs.schedule import Schedule
from infra.stacks.stateful import StatefulStack

WATCH = "linkage/watch_sequences"
TIMEOUT = Duration.minutes(1)


class Continuity(Construct):
    """The rule for answers, its queue and the function that notes numbers; the function that tells of gaps."""

    def __init__(self, scope: Construct, construct_id: str, *, platform: Platform, stateful: StatefulStack) -> None:
        super().__init__(scope, construct_id)
        self._platform, self._stateful = platform, stateful
        self.queue = self._queue()
        self.undelivered = DeadLetters(self, "Undelivered", key=stateful.keys.messages, alarms=platform.alarms)
        self._announce_answers()
        self.note = self._function("Note", "linkage/note_sequence", ["dynamodb:GetItem", "dynamodb:PutItem"])
        self._feed()
        self.watch = self._function("Watch", WATCH, ["dynamodb:PutItem", "dynamodb:Query"])
        self.watch.allow(["events:PutEvents"], [stateful.bus.event_bus_arn])
        minutes = platform.parameters.watching.numbers_every
        self.clock = Schedule(self, "Clock", platform=platform, stateful=stateful, function=self.watch, minutes=minutes)
        self._alarm()

    def _queue(self) -> WorkQueue:
        return WorkQueue(
            self,
            "Answers",
            key=self._stateful.keys.messages,
            alarms=self._platform.alarms,
            function_timeout=TIMEOUT,
            oldest_seconds=self._platform.parameters.oldest_message_seconds,
            retries=self._platform.parameters.retries,
        )

    def _announce_answers(self) -> None:
        dead_letters = events.CfnRule.DeadLetterConfigProperty(arn=self.undelivered.queue.queue_arn)
        rule = events.CfnRule(
            self,
            "FileAnswered",
            description="A file got its answer",
            event_bus_name=self._stateful.bus.event_bus_name,
            event_pattern={"source": ["kyotsu"], "detail-type": ["FileAnswered"]},
            targets=[
                events.CfnRule.TargetProperty(
                    id="Answers", arn=self.queue.queue.queue_arn, dead_letter_config=dead_letters
                )
            ],
        )
        for queue in (self.queue.queue, self.undelivered.queue):
            let_rule_send(queue, rule.attr_arn)

    def _function(self, name: str, source: str, noting: list[str]) -> PythonFunction:
        parameters, stateful = self._platform.parameters, self._stateful
        watching = parameters.watching
        function = PythonFunction(
            self,
            name,
            platform=self._platform,
            source=source,
            timeout=TIMEOUT,
            memory_mib=512,
            environment={
                "MUNICIPALITY": parameters.municipality,
                "LINKAGE_TABLE": stateful.linkage.table.table_name,
                "EVENT_BUS": stateful.bus.event_bus_name,
                "PATIENCE_MINUTES": str(watching.patience),
                "NUMBERS_START_AT_ONE": str(watching.numbers_start_at_one).lower(),
            },
        )
        function.allow(noting, [stateful.linkage.table.table_arn])
        function.allow_key(
            stateful.keys.records, ["dynamodb"], ["Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey"]
        )
        return function

    def _feed(self) -> None:
        for name, value in self.queue.retry_environment().items():
            self.note.function.add_environment(name, value)
        self.note.allow_lambda(
            ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
            [self.queue.queue.queue_arn],
        )
        self.note.allow_key(self._stateful.keys.messages, ["sqs"], ["Decrypt"])
        mapping = lambda_.EventSourceMapping(
            self,
            "Source",
            target=self.note.function,
            event_source_arn=self.queue.queue.queue_arn,
            batch_size=10,
            report_batch_item_failures=True,
            max_concurrency=2,
            metrics_config=EVENT_COUNTS,
        )
        self.note.watch_source(mapping, "回答したファイルの連番を記録できませんでした。再試行します。")

    def _alarm(self) -> None:
        self._platform.alarms.raise_when(
            self,
            "SequenceGap",
            each_minute("Kyotsu", "SequenceNumbersMissing", "Sum", service=WATCH),
            at_least=1,
            says="連番が欠けたまま、決めた時間が過ぎました。",
        )
