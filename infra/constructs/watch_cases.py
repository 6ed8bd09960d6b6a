"""The watch over cases of 引越しOSS: `functions/moving/watch_cases`, by the clock."""

from __future__ import annotations

from aws_cdk import Duration
from constructs import Construct

from infra.constructs.alarms import each
from infra.constructs.function import PythonFunction
from infra.constructs.moving_access import DUE, UNSTARTED, UNTOLD, MovingAccess
from infra.constructs.schedule import Schedule

SOURCE = "moving/watch_cases"


class WatchCases(Construct):
    """The function, its clock, and the alarms about what it finds."""

    def __init__(self, scope: Construct, construct_id: str, *, access: MovingAccess) -> None:
        super().__init__(scope, construct_id)
        platform, parameters = access.platform, access.platform.parameters
        self.function = PythonFunction(
            self,
            "Function",
            platform=platform,
            source=SOURCE,
            timeout=Duration.minutes(10),
            memory_mib=512,
            environment={
                **access.environment(),
                **access.machines_environment(),
                "MOST_GENERATIONS": str(parameters.moving.most_generations),
            },
        )
        access.let_move(self.function)
        access.let_list(self.function, "by_day", DUE, UNSTARTED, UNTOLD)
        access.let_start(self.function)
        access.let_tell(self.function)
        access.let_find_failed(self.function)
        self.clock = Schedule(
            self,
            "Clock",
            platform=platform,
            stateful=access.stateful,
            function=self.function,
            minutes=parameters.moving.watch_every,
        )
        # Twice the clock's interval: no period without a measurement, or the alarm would come and go.
        interval = 2 * parameters.moving.watch_every
        for name, says in (
            ("CasesResumed", "引越しOSSの手続の処理が異常終了し、続きから再開しました。"),
            ("CasesStuck", "引越しOSSに、自動では進められない手続があります。"),
        ):
            counted = each(interval, "Kyotsu", name, "Maximum", service=SOURCE)
            platform.alarms.raise_when(self, name, counted, at_least=1, says=says)
