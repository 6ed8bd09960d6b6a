"""Publication: the stream of integrated people reaches `functions/integrated/publish_changes`."""

from __future__ import annotations

from aws_cdk import Duration
from constructs import Construct

from infra.constructs.function import Platform, PythonFunction
from infra.constructs.table_stream import feed_from_stream
from infra.stacks.stateful import StatefulStack


class PublishIntegrated(Construct):
    """The function that tells the event bus whose number was issued, and whose was deleted."""

    def __init__(self, scope: Construct, construct_id: str, *, platform: Platform, stateful: StatefulStack) -> None:
        super().__init__(scope, construct_id)
        self.function = PythonFunction(
            self,
            "Function",
            platform=platform,
            source="integrated/publish_changes",
            timeout=Duration.minutes(1),
            memory_mib=512,
            environment={
                "MUNICIPALITY": platform.parameters.municipality,
                "EVENT_BUS": stateful.bus.event_bus_name,
            },
        )
        self.function.allow(["events:PutEvents"], [stateful.bus.event_bus_arn])
        # The stream is encrypted like its table.
        self.function.allow_key(stateful.keys.records, ["dynamodb"], ["Decrypt"])
        self.dead_letters = feed_from_stream(
            self,
            function=self.function,
            table=stateful.integrated,
            platform=platform,
            stateful=stateful,
            failing="団体内統合宛名の付番・削除を公表できませんでした。再試行します。",
            late="まだ公表していない団体内統合宛名の変更のうち、最も古いものが{seconds}秒たちました。",
        )
