"""The watch over deliveries: `functions/linkage/watch_deliveries`, by the clock."""

from __future__ import annotations

from aws_cdk import Duration
from constructs import Construct

from infra.constructs.alarms import each, each_minute
from infra.constructs.delivery_access import DeliveryAccess
from infra.constructs.function import PythonFunction
from infra.constructs.schedule import Schedule
from infra.constructs.table import FILES, only_partitions

SOURCE = "linkage/watch_deliveries"


class WatchDeliveries(Construct):
    """The function, its clock, and the alarms about what it finds."""

    def __init__(self, scope: Construct, construct_id: str, *, access: DeliveryAccess) -> None:
        super().__init__(scope, construct_id)
        self._access = access
        platform, stateful = access.platform, access.stateful
        watching = platform.parameters.watching
        self.function = PythonFunction(
            self,
            "Function",
            platform=platform,
            source=SOURCE,
            timeout=Duration.minutes(4),
            memory_mib=512,
            environment=access.environment(),
        )
        access.let_note(self.function, reads=[FILES])
        index = f"{stateful.linkage.table.table_arn}/index/by_provider"
        open_ones = only_partitions(platform.parameters, "UNOFFERED", "REFUSED", "UNACKNOWLEDGED")
        self.function.allow(["dynamodb:Query"], [index], **open_ones)
        access.let_tell(self.function)
        access.let_wake(self.function)
        access.let_write(self.function, "answers/*.undelivered.json")
        self.clock = Schedule(
            self,
            "Clock",
            platform=platform,
            stateful=stateful,
            function=self.function,
            minutes=watching.deliveries_every,
        )
        self._watch_age(
            "DeliveriesUnoffered", "OldestUnofferedDelivery", watching.unoffered, "提供し終わっていない最も古いファイル"
        )
        self._watch_age(
            "DeliveriesUnacknowledged",
            "OldestUnacknowledgedDelivery",
            watching.unacknowledged,
            "利用側が受領を回答していない最も古い提供",
        )
        undelivered = each_minute("Kyotsu", "FilesUndelivered", "Sum", service=SOURCE)
        says = "期限までに利用側へ届かなかったファイルがあります。提供側に通知しました。"
        platform.alarms.raise_when(self, "FilesUndelivered", undelivered, at_least=1, says=says)

    def _watch_age(self, construct_id: str, metric: str, minutes: int, what: str) -> None:
        platform = self._access.platform
        # Twice the clock's interval: no period without a measurement, or the alarm would come and go.
        interval = 2 * platform.parameters.watching.deliveries_every
        age = each(interval, "Kyotsu", metric, "Maximum", service=SOURCE)
        says = f"{what}が{minutes}分たちました。"
        platform.alarms.raise_when(self, construct_id, age, at_least=60 * minutes, says=says)
