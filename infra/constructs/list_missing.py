"""Complete full sets: answers to full files reach `functions/residents/list_missing`."""

from __future__ import annotations

from aws_cdk import Stack
from constructs import Construct

from infra.constructs.alarms import each_minute
from infra.constructs.announcing import announce, feed, work_queue
from infra.constructs.file_access import MEMORY_MIB, TIMEOUT, FileAccess
from infra.constructs.function import Platform, PythonFunction
from infra.constructs.queues import DeadLetters
from infra.stacks.stateful import StatefulStack

SOURCE = "residents/list_missing"
PATTERN = {
    "source": ["kyotsu"],
    "detail-type": ["FileAnswered"],
    "detail": {"mode": ["F"], "status": ["ACCEPTED", "PARTIALLY_ACCEPTED"]},
}


class ListMissing(Construct):
    """The rule for answers to full files, its queue and the function that lists who is missing."""

    def __init__(self, scope: Construct, construct_id: str, *, platform: Platform, stateful: StatefulStack) -> None:
        super().__init__(scope, construct_id)
        self._platform, self._stateful = platform, stateful
        self.queue = work_queue(self, "FullSets", platform=platform, stateful=stateful, function_timeout=TIMEOUT)
        self.undelivered = DeadLetters(self, "Undelivered", key=stateful.keys.messages, alarms=platform.alarms)
        announce(
            self,
            "FullFileAnswered",
            description="A full file came in",
            pattern=PATTERN,
            queue=self.queue,
            undelivered=self.undelivered,
            bus=stateful.bus.event_bus_name,
        )
        self.function = self._function()
        self._let_compare()
        self._let_tell()
        says = "全件ファイルと住登者を比べられませんでした。再試行します。"
        feed(self, self.function, self.queue, stateful=stateful, concurrency=2, says=says)
        counted = each_minute("Kyotsu", "PeopleMissing", "Sum", service=SOURCE)
        says = "全件ファイルに、記録では住登者である人がいませんでした。"
        platform.alarms.raise_when(self, "PeopleMissing", counted, at_least=1, says=says)

    def _function(self) -> PythonFunction:
        stateful = self._stateful
        return PythonFunction(
            self,
            "Function",
            platform=self._platform,
            source=SOURCE,
            timeout=TIMEOUT,
            memory_mib=MEMORY_MIB,
            environment={
                "MUNICIPALITY": self._platform.parameters.municipality,
                "LINKAGE_TABLE": stateful.linkage.table.table_name,
                "RESIDENTS_TABLE": stateful.residents.table.table_name,
                "WORK_BUCKET": stateful.work.bucket.bucket_name,
                "EVENT_BUS": stateful.bus.event_bus_name,
                **self.queue.retry_environment(),
            },
        )

    def _let_compare(self) -> None:
        stateful, function = self._stateful, self.function
        FileAccess(self._platform, stateful).let_read_files(function)
        function.allow(["dynamodb:Scan"], [stateful.residents.table.table_arn])
        # PutItem: why a message failed.
        function.allow(["dynamodb:GetItem", "dynamodb:PutItem"], [stateful.linkage.table.table_arn])
        function.allow_objects(["s3:GetObject", "s3:PutObject"], [stateful.work_arn], "missing/")
        # Without it S3 answers "access denied" where a fragment is not there yet.
        function.allow(["s3:ListBucket"], [stateful.work_arn], StringLike={"s3:prefix": "missing/*"})
        actions = ["Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey"]
        function.allow_key(stateful.keys.records, ["dynamodb", "s3"], actions)

    def _let_tell(self) -> None:
        stateful, function = self._stateful, self.function
        partition = Stack.of(self).partition
        buckets = [f"arn:{partition}:s3:::{name}" for name in stateful.provider_bucket_names]
        function.allow_objects(["s3:GetObject"], buckets, "answers/")
        function.allow_objects(["s3:PutObject"], buckets, "answers/*.missing.csv")
        function.allow_key(stateful.keys.exchange, ["s3"], ["GenerateDataKey"])
        function.allow(["events:PutEvents"], [stateful.bus.event_bus_arn])
        function.allow(["sqs:SendMessage"], [self.queue.queue.queue_arn])
        function.allow_key(stateful.keys.messages, ["sqs"], ["GenerateDataKey"])
