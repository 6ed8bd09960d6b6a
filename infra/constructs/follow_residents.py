"""Following: residents that were recorded reach `functions/integrated/follow_residents`."""

from __future__ import annotations

from aws_cdk import Duration
from constructs import Construct

from infra.constructs.announcing import announce, feed, work_queue
from infra.constructs.function import Platform, PythonFunction
from infra.constructs.integrated_access import IntegratedAccess
from infra.constructs.queues import DeadLetters
from infra.constructs.table import FAILURES, only_partitions
from infra.stacks.stateful import StatefulStack

TIMEOUT = Duration.minutes(1)
RECORDED = {"source": ["kyotsu"], "detail-type": ["ResidentRecorded"]}


class FollowResidents(Construct):
    """The rule, its queue and the function that brings residents to the integrated people behind their numbers."""

    def __init__(self, scope: Construct, construct_id: str, *, platform: Platform, stateful: StatefulStack) -> None:
        super().__init__(scope, construct_id)
        self._platform, self._stateful = platform, stateful
        self.queue = work_queue(self, "Residents", platform=platform, stateful=stateful, function_timeout=TIMEOUT)
        self.undelivered = DeadLetters(self, "Undelivered", key=stateful.keys.messages, alarms=platform.alarms)
        announce(
            self,
            "ResidentRecorded",
            description="A resident was recorded",
            pattern=RECORDED,
            queue=self.queue,
            undelivered=self.undelivered,
            bus=stateful.bus.event_bus_name,
        )
        self.function = self._function()
        says = "住民の変更を団体内統合宛名に反映できませんでした。再試行します。"
        feed(self, self.function, self.queue, stateful=stateful, concurrency=10, says=says, batch_size=10)

    def _function(self) -> PythonFunction:
        platform, stateful = self._platform, self._stateful
        function = PythonFunction(
            self,
            "Function",
            platform=platform,
            source="integrated/follow_residents",
            timeout=TIMEOUT,
            memory_mib=512,
            environment={
                "MUNICIPALITY": platform.parameters.municipality,
                "INTEGRATED_TABLE": stateful.integrated.table.table_name,
                "RESIDENTS_TABLE": stateful.residents.table.table_name,
                "LINKAGE_TABLE": stateful.linkage.table.table_name,
                **stateful.personal.environment(),
                **self.queue.retry_environment(),
            },
        )
        IntegratedAccess(platform.parameters, stateful).let_follow(function)
        failures = only_partitions(platform.parameters, FAILURES)
        function.allow(["dynamodb:PutItem"], [stateful.linkage.table.table_arn], **failures)
        return function
