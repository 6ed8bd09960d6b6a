"""Planning: files that were answered or taken back reach `functions/linkage/plan_deliveries`."""

from __future__ import annotations

from constructs import Construct

from infra.constructs.announcing import announce, feed
from infra.constructs.delivery_access import SHORT, DeliveryAccess
from infra.constructs.function import PythonFunction
from infra.constructs.queues import DeadLetters, WorkQueue
from infra.constructs.table import FAILURES, FILES

CAME_IN = {
    "source": ["kyotsu"],
    "detail-type": ["FileAnswered"],
    "detail": {"status": ["ACCEPTED", "PARTIALLY_ACCEPTED"]},
}
UNDONE = {"source": ["kyotsu"], "detail-type": ["FileUndone"]}


class PlanDeliveries(Construct):
    """The rules, their queue and the function that plans what recipients get."""

    def __init__(self, scope: Construct, construct_id: str, *, access: DeliveryAccess) -> None:
        super().__init__(scope, construct_id)
        platform, stateful = access.platform, access.stateful
        self.queue = WorkQueue(
            self,
            "Files",
            key=stateful.keys.messages,
            alarms=platform.alarms,
            function_timeout=SHORT,
            oldest_seconds=platform.parameters.oldest_message_seconds,
            retries=platform.parameters.retries,
        )
        self.undelivered = DeadLetters(self, "Undelivered", key=stateful.keys.messages, alarms=platform.alarms)
        for name, description, pattern in (
            ("FileCameIn", "A file came in", CAME_IN),
            ("FileUndone", "A file was taken back", UNDONE),
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
            source="linkage/plan_deliveries",
            timeout=SHORT,
            memory_mib=512,
            environment={**access.environment(), **self.queue.retry_environment()},
        )
        access.let_note(self.function, reads=[FILES], writes=[FILES, FAILURES])
        access.let_wake(self.function)
        access.let_tell(self.function)
        access.let_write(self.function, "deliveries/*.undone.json")
        says = "受け付けたファイルの提供を計画できませんでした。再試行します。"
        feed(self, self.function, self.queue, stateful=stateful, concurrency=5, says=says)
