"""引越しOSS: the intake of applications, the machines of cases and their steps, and the watch over them."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import Stack
from constructs import Construct

from infra.bundling import Layers
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
