"""Stack outputs under names that the `kyotsu` command and the sandbox rely on."""

from collections.abc import Mapping

from aws_cdk import CfnOutput, Stack
from constructs import Construct


def publish(stack: Stack, values: Mapping[str, str]) -> None:
    """Make each value an output whose key in the deployed stack is exactly its name here."""
    outputs = Construct(stack, "Outputs")
    for name, value in values.items():
        CfnOutput(outputs, name, value=value).override_logical_id(name)
