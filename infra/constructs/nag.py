"""Acknowledging a cdk-nag finding beside the resource it is about."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(resource: IConstruct, rule: str, reason: str) -> None:
    """Accept a finding of AwsSolutions (`S1`, `IAM5` …) for one resource, for a reason that is true of it."""
    Validations.of(resource).acknowledge(Acknowledgment(id=f"AwsSolutions-{rule}", reason=reason))
