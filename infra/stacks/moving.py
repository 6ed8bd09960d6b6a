"""引越しOSS: the intake of applications, the machines of cases and their steps, and the watch over them."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import Stack
from constructs import Construct

from infra.bundling import Layers
from infra.constructs.cs_gateway import CsGateway
from infra.constructs.draw_form import DrawForm
from infra.constructs.follow_moves import ErasePapers, FollowMoves
from infra.constructs.move_machines import MoveMachine
from infra.constructs.move_steps import MoveSteps
from infra.constructs.moving_access import MOVE_IN, MOVE_OUT, MovingAccess
from infra.constructs.outputs import publish
from infra.constructs.receive_application import ReceiveApplication
from infra.constructs.watch_cases import WatchCases
from infra.parameters.types import Parameters
from infra.stacks.platform import platform_of
from infra.stacks.stateful import StatefulStack


class MovingStack(Stack):
    """Cases from their application to their end."""

    def __init__(
        self, scope: Construct, *, parameters: Parameters, stateful: StatefulStack, functions: Path, layers: Layers
    ) -> None:
        super().__init__(
            scope,
            f"{parameters.name}-Moving",
            env=parameters.environment,
            termination_protection=parameters.protected,
            description=f"Kyotsu {parameters.stage} of {parameters.municipality}: moving one-stop",
        )
        self.platform = platform_of(self, parameters=parameters, stateful=stateful, functions=functions, layers=layers)
        access = MovingAccess(self.platform, stateful)
        self.cs = CsGateway(self, "Cs", moving=access)
        self.receive = ReceiveApplication(self, "Receive", access=access)
        self.watch = WatchCases(self, "Watch", access=access)
        self.draw_form = DrawForm(self, "DrawForm", platform=self.platform, stateful=stateful, layers=layers)
        stepping = {**self._steps(access).functions, "DrawForm": self.draw_form.function}
        self.machines = {
            name: MoveMachine(self, construct_id, name=name, access=access, functions=stepping)
            for name, construct_id in ((MOVE_OUT, "MoveOut"), (MOVE_IN, "MoveIn"))
        }
        self.follow = FollowMoves(self, "Follow", access=access)
        self.erase = ErasePapers(self, "Erase", access=access)
        self._publish_outputs()

    def _steps(self, access: MovingAccess) -> MoveSteps:
        return MoveSteps(self, "Steps", access=access, cs=self.cs.access)

    def _publish_outputs(self) -> None:
        receive = self.receive
        publish(
            self,
            {
                **self.cs.outputs(),
                "ErasePapersFunction": self.erase.function.function.function_name,
                "ErasePapersUnstarted": self.erase.clock.unstarted.queue.queue_url,
                "FollowMovesDeadLetters": self.follow.queue.dead_letters.queue.queue_url,
                "FollowMovesFunction": self.follow.function.function.function_name,
                "FollowMovesQueue": self.follow.queue.queue.queue_url,
                "MoveInMachine": self.machines[MOVE_IN].machine.state_machine_arn,
                "MoveOutMachine": self.machines[MOVE_OUT].machine.state_machine_arn,
                "ReceiveApplicationDeadLetters": receive.queue.dead_letters.queue.queue_url,
                "ReceiveApplicationFunction": receive.function.function.function_name,
                "ReceiveApplicationQueue": receive.queue.queue.queue_url,
                "UndeliveredArrivals": self.follow.undelivered.queue.queue_url,
                "UndeliveredApplications": receive.undelivered.queue.queue_url,
                "WatchCasesFunction": self.watch.function.function.function_name,
                "WatchCasesUnstarted": self.watch.clock.unstarted.queue.queue_url,
            },
        )
