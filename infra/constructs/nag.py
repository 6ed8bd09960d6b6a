"""Acknowledging a cdk-nag finding beside the resource it is about."""

from __future__ import annotations

from typing import Any

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import IConstruct


def acknowledge(resource: IConstruct, rule: str, reason: str) -> None:
    """Accept a finding of AwsSolutions (`SQS3` …) for one resource, for a reason that is true of it."""
    Validations.of(resource).acknowledge(Acknowledgment(id=f"AwsSolutions-{rule}", reason=reason))


def acknowledge_wildcard(role: IConstruct, arn: str, reason: str) -> None:
    """Accept that a role's permission names resources by exactly this pattern, for a reason that is true of it."""
    acknowledge(role, f"IAM5[Resource::{_as_reported(Stack.of(role).resolve(arn))}]", reason)


def _as_reported(value: Any) -> str:
    """Return a template's value as cdk-nag spells it in a finding."""
    match value:
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(_as_reported(part) for part in parts)
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Fn::ImportValue": name}:
            return str(name)
        case _:
            return str(value)
