"""Publication: the stream of the residents' table reaches `functions/residents/publish_changes`."""

from __future__ import annotations

from aws_cdk import Duration
from constructs import Construct

from infra.constructs.function import Platform, PythonFunction
from infra.constructs.registry_access import let_read_standings
from infra.constructs.table_stream import feed_from_stream
from infra.stacks.stateful import StatefulStack


class PublishChanges(Construct):
    """The function that tells the event bus what changed; records it can't publish end in the dead letters."""

    def __init__(self, scope: Construct, construct_id: str, *, platform: Platform, stateful: StatefulStack) -> None:
        super().__init__(scope, construct_id)
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
                "ADDRESSEES_TABLE": stateful.addressees.table.table_name,
            },
        )
        self.function.allow(["events:PutEvents"], [stateful.bus.event_bus_arn])
        let_read_standings(self.function, stateful, platform.parameters)
        self.function.allow_key(stateful.keys.records, ["dynamodb"], ["Decrypt"])
        self.dead_letters = feed_from_stream(
            self,
            function=self.function,
            table=stateful.residents,
            platform=platform,
            stateful=stateful,
            failing="住民の変更を公表できませんでした。再試行します。",
            late="まだ公表していない住民の変更のうち、最も古いものが{seconds}秒たちました。",
        )
