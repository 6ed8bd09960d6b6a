"""The sweep of the CS outbox: `functions/cs/sweep_outbox`, by the clock."""

from __future__ import annotations

from aws_cdk import Duration
from constructs import Construct

from infra.constructs.alarms import each
from infra.constructs.cs_access import CsAccess
from infra.constructs.function import PythonFunction
from infra.constructs.schedule import Schedule

SOURCE = "cs/sweep_outbox"


class SweepMessages(Construct):
    """The function, its clock, and the alarms about what it finds."""

    def __init__(self, scope: Construct, construct_id: str, *, access: CsAccess) -> None:
        super().__init__(scope, construct_id)
        self._moving = access.moving
        platform, stateful = access.moving.platform, access.moving.stateful
        cs = platform.parameters.cs
        self.function = PythonFunction(
            self,
            "Function",
            platform=platform,
            source=SOURCE,
            timeout=Duration.minutes(4),
            memory_mib=512,
            environment=access.environment(),
        )
        access.let_move(self.function)
        access.let_list(self.function)
        self.clock = Schedule(
            self, "Clock", platform=platform, stateful=stateful, function=self.function, minutes=cs.sweep_every
        )
        unsent, unacknowledged = "最も古い未送信のCS電文", "最も古い受領通知のないCS電文"
        self._watch("CsMessagesUnsent", "OldestUnsentCsMessage", 60 * cs.unsent, f"{unsent}が{cs.unsent}分たちました。")
        says = f"{unacknowledged}が、送信から{cs.unacknowledged}分たちました。"
        self._watch("CsMessagesUnacknowledged", "OldestUnacknowledgedCsMessage", 60 * cs.unacknowledged, says)
        says = "CSに受け付けられなかった電文があります。同じ人の後の電文も止まっています。"
        self._watch("CsMessagesRejected", "CsMessagesRejected", 1, says)

    def _watch(self, construct_id: str, metric: str, at_least: int, says: str) -> None:
        # Twice the clock's interval: no period without a measurement, or the alarm would come and go.
        platform = self._moving.platform
        measured = each(2 * platform.parameters.cs.sweep_every, "Kyotsu", metric, "Maximum", service=SOURCE)
        platform.alarms.raise_when(self, construct_id, measured, at_least=at_least, says=says)
