"""What linked systems in other accounts may do, in the policies of buckets and of the key of files."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.access.grants import all_grants
from infra.access.matrix import LINKED_SYSTEMS
from infra.access.policies import Names, fitting_bucket_statements, fitting_key_statements
from infra.parameters.types import ParameterError, Parameters
from kyotsu.catalogue.model import Catalogue


def deployed_names(scope: Construct, parameters: Parameters, key: kms.IKey) -> Names:
    """Return how buckets and the key of files are called in policies. No bucket is referred to, only its name."""
    stack = Stack.of(scope)
    return Names(
        partition=stack.partition,
        account=parameters.account or Aws.ACCOUNT_ID,
        region=parameters.region,
        bucket_prefix=parameters.bucket_prefix,
        key_arn=key.key_arn,
    )


def check_known(parameters: Parameters, catalogue: Catalogue) -> None:
    """Raise ParameterError if the parameters link a system that the catalogue does not know."""
    for system in parameters.linked:
        if system.lower() not in catalogue.systems:
            raise ParameterError(f"linked system {system} is not in the catalogue")


def check_portal(parameters: Parameters, catalogue: Catalogue) -> None:
    """Raise ParameterError unless the catalogue lets the portal's system bring documents of マイナポータル."""
    system = catalogue.systems.get(parameters.moving.portal_system.lower())
    if system is None or not system.applications:
        named = parameters.moving.portal_system
        raise ParameterError(f"moving.portal_system {named} has no `applications: true` in the catalogue")


def let_linked_systems(
    scope: Construct, *, buckets: Mapping[str, s3.Bucket], key: kms.Key, parameters: Parameters, catalogue: Catalogue
) -> None:
    """Add what the catalogue grants linked systems to the policies of buckets, by system, and of their key."""
    check_known(parameters, catalogue)
    check_portal(parameters, catalogue)
    names, every = deployed_names(scope, parameters, key), all_grants(catalogue)
    measured = names.measured(f"{parameters.stage}-{parameters.municipality}")
    roles = {system.lower(): linked.role_arns for system, linked in parameters.linked.items()}
    # Templates hold ARNs alone; `kyotsu access matrix` says whose they are.
    Stack.of(scope).template_options.metadata = {
        LINKED_SYSTEMS: {arn: system for system, arns in sorted(roles.items()) for arn in arns}
    }
    for system, bucket in buckets.items():
        for statement in fitting_bucket_statements(names, measured, system.lower(), every, roles):
            bucket.add_to_resource_policy(iam.PolicyStatement.from_json(statement))
    for statement in fitting_key_statements(names, measured, every, roles):
        key.add_to_resource_policy(iam.PolicyStatement.from_json(statement))
