"""Planning: files that were answered or taken back reach `functions/linkage/plan_deliveries`."""

from __future__ import annotations

from aws_cdk import Duration
from constructs import Construct

from infra.constructs.alarms import each_minute
from infra.constructs.announcing import announce, feed, work_queue
from infra.constructs.delivery_access import SHORT, DeliveryAccess
from infra.constructs.function import PythonFunction
from infra.constructs.queues import DeadLetters
from infra.constructs.table import FAILURES, FILES, only_partitions
from infra.systems import catalogue
from kyotsu.linkage.holding import protecting

CAME_IN = {
    "source": ["kyotsu"],
    "detail-type": ["FileAnswered"],
    "detail": {"status": ["ACCEPTED", "PARTIALLY_ACCEPTED"]},
}
UNDONE = {"source": ["kyotsu"], "detail-type": ["FileUndone"]}
SOURCE = "linkage/plan_deliveries"


def _not_applied() -> dict[str, object]:
    """Return the pattern of files that were to protect people and brought nothing: what waited for them goes on."""
    keys = [{"wildcard": f"*{interface}*"} for interface in protecting(catalogue())]
    detail = {"status": ["REJECTED", "DUPLICATE"], "object_key": keys}
    return {"source": ["kyotsu"], "detail-type": ["FileAnswered"], "detail": detail}


class PlanDeliveries(Construct):
    """The rules, their queue and the function that plans what recipients get."""

    def __init__(self, scope: Construct, construct_id: str, *, access: DeliveryAccess) -> None:
        super().__init__(scope, construct_id)
        platform, stateful = access.platform, access.stateful
        self.queue = work_queue(
            self,
            "Files",
            platform=platform,
            stateful=stateful,
            function_timeout=SHORT,
            delay=Duration.seconds(platform.parameters.settling_seconds),
        )
        self.undelivered = DeadLetters(self, "Undelivered", key=stateful.keys.messages, alarms=platform.alarms)
        for name, description, pattern in (
            ("FileCameIn", "A file came in", CAME_IN),
            ("FileUndone", "A file was taken back", UNDONE),
            ("ProtectingFileEnded", "A file that was to protect people was not applied", _not_applied()),
        ):
            announce(
                self,
                name,
                description=description,
                pattern=pattern,
                queue=self.queue,
                undelivered=self.undelivered,
                bus=stateful.bus.event_bus_name,
            )
        self.function = PythonFunction(
            self,
            "Function",
            platform=platform,
            source=SOURCE,
            timeout=SHORT,
            memory_mib=512,
            environment={**access.environment(), **self.queue.retry_environment()},
        )
        access.let_note(self.function, reads=[FILES], writes=[FILES, FAILURES])
        # Lanes that may have stood still for a file that protects people.
        index = f"{stateful.linkage.table.table_arn}/index/by_provider"
        self.function.allow(["dynamodb:Query"], [index], **only_partitions(platform.parameters, "UNOFFERED"))
        access.let_wake(self.function)
        access.let_tell(self.function)
        access.let_write(self.function, "deliveries/*.undone.json")
        says = "受け付けたファイルの提供を計画できませんでした。再試行します。"
        feed(self, self.function, self.queue, stateful=stateful, concurrency=5, says=says)
        missed = each_minute("Kyotsu", "ProtectionNotApplied", "Sum", service=SOURCE)
        says = "支援措置対象者情報に取り込めなかった行があり、秘匿されるべき人が秘匿されないおそれがあります。"
        platform.alarms.raise_when(self, "ProtectionNotApplied", missed, at_least=1, says=says)
