"""Continuity: answers reach `functions/linkage/note_sequence`; the clock runs `functions/linkage/watch_sequences`."""

from __future__ import annotations

from aws_cdk import Duration
from constructs import Construct

from infra.constructs.alarms import each_minute
from infra.constructs.announcing import announce, feed, work_queue
from infra.constructs.function import Platform, PythonFunction
from infra.constructs.queues import DeadLetters
from infra.constructs.schedule import Schedule
from infra.stacks.stateful import StatefulStack

WATCH = "linkage/watch_sequences"
TIMEOUT = Duration.minutes(1)


class Continuity(Construct):
    """The rule for answers, its queue and the function that notes numbers; the function that tells of gaps."""

    def __init__(self, scope: Construct, construct_id: str, *, platform: Platform, stateful: StatefulStack) -> None:
        super().__init__(scope, construct_id)
        self._platform, self._stateful = platform, stateful
        self.queue = work_queue(self, "Answers", platform=platform, stateful=stateful, function_timeout=TIMEOUT)
        self.undelivered = DeadLetters(self, "Undelivered", key=stateful.keys.messages, alarms=platform.alarms)
        announce(
            self,
            "FileAnswered",
            description="A file got its answer",
            pattern={"source": ["kyotsu"], "detail-type": ["FileAnswered"]},
            queue=self.queue,
            undelivered=self.undelivered,
            bus=stateful.bus.event_bus_name,
        )
        self.note = self._function("Note", "linkage/note_sequence", ["dynamodb:GetItem", "dynamodb:PutItem"])
        self._feed()
        self.watch = self._function("Watch", WATCH, ["dynamodb:PutItem", "dynamodb:Query"])
        self.watch.allow(["events:PutEvents"], [stateful.bus.event_bus_arn])
        minutes = platform.parameters.watching.numbers_every
        self.clock = Schedule(self, "Clock", platform=platform, stateful=stateful, function=self.watch, minutes=minutes)
        self._alarm()

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
        says = "回答したファイルの連番を記録できませんでした。再試行します。"
        feed(self, self.note, self.queue, stateful=self._stateful, concurrency=2, says=says, batch_size=10)

    def _alarm(self) -> None:
        self._platform.alarms.raise_when(
            self,
            "SequenceGap",
            each_minute("Kyotsu", "SequenceNumbersMissing", "Sum", service=WATCH),
            at_least=1,
            says="連番が欠けたまま、決めた時間が過ぎました。",
        )
