"""Arrivals and erasure: residents that were recorded reach their cases; papers end with their period."""

from __future__ import annotations

from aws_cdk import Duration
from constructs import Construct

from infra.constructs.announcing import announce, feed, work_queue
from infra.constructs.follow_residents import RECORDED
from infra.constructs.function import PythonFunction
from infra.constructs.move_steps import let_open_residents
from infra.constructs.moving_access import ERASE, MovingAccess
from infra.constructs.queues import DeadLetters
from infra.constructs.schedule import Schedule

TIMEOUT = Duration.minutes(1)


class FollowMoves(Construct):
    """The rule, its queue and the function that notes who of a case lives here now."""

    def __init__(self, scope: Construct, construct_id: str, *, access: MovingAccess) -> None:
        super().__init__(scope, construct_id)
        platform, stateful = access.platform, access.stateful
        self.queue = work_queue(self, "Residents", platform=platform, stateful=stateful, function_timeout=TIMEOUT)
        self.undelivered = DeadLetters(self, "Undelivered", key=stateful.keys.messages, alarms=platform.alarms)
        announce(
            self,
            "ResidentRecorded",
            description="A resident was recorded: perhaps somebody of a case",
            pattern=RECORDED,
            queue=self.queue,
            undelivered=self.undelivered,
            bus=stateful.bus.event_bus_name,
        )
        self.function = PythonFunction(
            self,
            "Function",
            platform=platform,
            source="moving/follow_residents",
            timeout=TIMEOUT,
            memory_mib=512,
            environment={
                **access.environment(),
                **access.papers_environment(),
                **access.machines_environment(),
                "RESIDENTS_TABLE": stateful.residents.table.table_name,
                **stateful.personal.environment(),
                **self.queue.retry_environment(),
            },
        )
        access.let_move(self.function, notes=True)
        access.let_read_papers(self.function)
        access.let_tell(self.function)
        access.let_note_failures(self.function)
        let_open_residents(self.function, access)
        says = "住民の変更を引越しOSSの手続に反映できませんでした。再試行します。"
        feed(self, self.function, self.queue, stateful=stateful, concurrency=10, says=says, batch_size=10)


class ErasePapers(Construct):
    """The function that destroys papers, which it can't read, and its clock."""

    def __init__(self, scope: Construct, construct_id: str, *, access: MovingAccess) -> None:
        super().__init__(scope, construct_id)
        self.function = PythonFunction(
            self,
            "Function",
            platform=access.platform,
            source="moving/erase_papers",
            timeout=Duration.minutes(10),
            memory_mib=512,
            environment={**access.environment(), **access.papers_environment(), **access.machines_environment()},
        )
        access.let_tell(self.function)
        access.let_move(self.function, notes=True)
        access.let_forget(self.function)
        access.let_list(self.function, "by_erase", ERASE)
        access.let_destroy_papers(self.function)
        self.clock = Schedule(
            self,
            "Clock",
            platform=access.platform,
            stateful=access.stateful,
            function=self.function,
            minutes=access.platform.parameters.moving.erase_every,
        )
