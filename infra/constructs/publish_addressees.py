"""Publication: the stream of the registry of 住登外者 reaches `functions/addressees/publish_changes`."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from constructs import Construct

from infra.constructs.function import Platform, PythonFunction
from infra.constructs.registry_access import let_read_standings
from infra.constructs.table import TABLE_KEY, only_partitions
from infra.constructs.table_stream import feed_from_stream
from infra.stacks.stateful import StatefulStack
from kyotsu.addressees.clerks_list_table import PARTITION
from kyotsu.addressees.notices import FOLDER
from kyotsu.addressees.writing import POSTING


class PublishAddressees(Construct):
    """The function that tells the event bus, the businesses concerned and clerks what changed."""

    def __init__(self, scope: Construct, construct_id: str, *, platform: Platform, stateful: StatefulStack) -> None:
        super().__init__(scope, construct_id)
        self._platform, self._stateful = platform, stateful
        self.function = PythonFunction(
            self,
            "Function",
            platform=platform,
            source="addressees/publish_changes",
            timeout=Duration.minutes(1),
            memory_mib=512,
            environment={
                "MUNICIPALITY": platform.parameters.municipality,
                "EVENT_BUS": stateful.bus.event_bus_name,
                "ADDRESSEES_TABLE": stateful.addressees.table.table_name,
                "RESIDENTS_TABLE": stateful.residents.table.table_name,
                "BUCKET_PREFIX": platform.parameters.bucket_prefix,
            },
        )
        self._let_it_tell()
        self._let_it_list()
        self.dead_letters = feed_from_stream(
            self,
            function=self.function,
            table=stateful.addressees,
            platform=platform,
            stateful=stateful,
            failing="住登外者の変更を知らせられませんでした。再試行します。",
            late="まだ知らせていない住登外者の変更のうち、最も古いものが{seconds}秒たちました。",
        )

    def _let_it_tell(self) -> None:
        stateful, function = self._stateful, self.function
        function.allow(["events:PutEvents"], [stateful.bus.event_bus_arn])
        let_read_standings(function, stateful, self._platform.parameters)
        # 住民区分 is told of both sources.
        own = only_partitions(self._platform.parameters, "*")
        function.allow(["dynamodb:BatchGetItem"], [stateful.residents.table.table_arn], **own)
        function.allow_key(stateful.keys.records, ["dynamodb"], TABLE_KEY)
        partition = Stack.of(stateful).partition
        buckets = [f"arn:{partition}:s3:::{name}" for name in stateful.provider_bucket_names]
        function.allow_objects(["s3:PutObject"], buckets, f"{FOLDER}/")
        function.allow_key(stateful.keys.exchange, ["s3"], ["GenerateDataKey"])

    def _let_it_list(self) -> None:
        table, parameters = self._stateful.addressees.table.table_arn, self._platform.parameters
        self.function.allow(["dynamodb:Query"], [table], **only_partitions(parameters, f"{POSTING}#*"))
        writing = ["dynamodb:ConditionCheckItem", "dynamodb:PutItem"]
        self.function.allow(writing, [table], **only_partitions(parameters, PARTITION))
