"""What the functions of a stack share, made the same way for every stack."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import Stack

from infra.bundling import Layers
from infra.constructs.alarms import Alarms
from infra.constructs.function import Platform
from infra.constructs.layers import FunctionLayers
from infra.constructs.network import PrivateNetwork
from infra.parameters.types import Parameters
from infra.stacks.stateful import StatefulStack


def platform_of(
    stack: Stack, *, parameters: Parameters, stateful: StatefulStack, functions: Path, layers: Layers
) -> Platform:
    """Add the layers and, if the parameters name one, the private network to a stack; return what functions share."""
    return Platform(
        parameters=parameters,
        functions=functions,
        layers=FunctionLayers(stack, "Layers", built=layers).all,
        network=PrivateNetwork(stack, "Network", network=parameters.network) if parameters.network else None,
        log_key=stateful.keys.logs,
        alarms=Alarms(stateful.alarm_topic),
    )
