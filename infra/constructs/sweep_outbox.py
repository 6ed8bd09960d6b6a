"""The sweep: `functions/linkage/sweep_outbox` compares outboxes with receipts, by the clock."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from constructs import Construct

from infra.constructs.alarms import each_minute
from infra.constructs.function import Platform, PythonFunction
from infra.constructs.queues import WorkQueue
from infra.constructs.schedule import Schedule
from infra.stacks.stateful import StatefulStack

SOURCE = "linkage/sweep_outbox"


class SweepOutbox(Construct):
    """The function, its clock, and the alarms about what it finds."""

    def __init__(
        self, scope: Construct, construct_id: str, *, platform: Platform, stateful: StatefulStack, receive: WorkQueue
    ) -> None:
        super().__init__(scope, construct_id)
        self._platform, self._stateful, self._receive = platform, stateful, receive
        self.function = self._function()
        self._let_it_work()
        minutes = platform.parameters.watching.sweep_every
        self.clock = Schedule(
            self, "Clock", platform=platform, stateful=stateful, function=self.function, minutes=minutes
        )
        self._watch("LostFiles", "受信の通知が届いていなかったファイルがありました。受信に回しました。")
        self._watch("StuckFiles", "受信したまま回答していないファイルがあります。もう一度受信に回しました。")

    def _function(self) -> PythonFunction:
        parameters = self._platform.parameters
        watching = parameters.watching
        return PythonFunction(
            self,
            "Function",
            platform=self._platform,
            source=SOURCE,
            timeout=Duration.minutes(10),
            memory_mib=512,
            environment={
                "MUNICIPALITY": parameters.municipality,
                "BUCKET_PREFIX": parameters.bucket_prefix,
                "LINKAGE_TABLE": self._stateful.linkage.table.table_name,
                "RECEIVE_QUEUE": self._receive.queue.queue_url,
                "GRACE_MINUTES": str(watching.grace),
                "STUCK_MINUTES": str(watching.stuck),
                "PAGES_PER_BUCKET": str(watching.pages),
            },
        )

    def _let_it_work(self) -> None:
        stateful, function = self._stateful, self.function
        partition = Stack.of(self).partition
        buckets = [f"arn:{partition}:s3:::{name}" for name in stateful.provider_bucket_names]
        function.allow(["s3:ListBucketVersions"], buckets, StringEquals={"s3:prefix": "outbox/"})
        noting = ["dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:GetItem", "dynamodb:PutItem"]
        function.allow(noting, [stateful.linkage.table.table_arn])
        function.allow(["sqs:SendMessage"], [self._receive.queue.queue_arn])
        function.allow_key(
            stateful.keys.records, ["dynamodb"], ["Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey"]
        )
        function.allow_key(stateful.keys.messages, ["sqs"], ["Decrypt", "GenerateDataKey"])

    def _watch(self, metric: str, says: str) -> None:
        counted = each_minute("Kyotsu", metric, "Sum", service=SOURCE)
        self._platform.alarms.raise_when(self, metric, counted, at_least=1, says=says)
