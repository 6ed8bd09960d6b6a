"""Systems in other clouds and on premises: one role for each, for whoever shows its token to STS."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from aws_cdk import Duration, Fn
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.access.grants import grants
from infra.access.policies import role_statements
from infra.constructs.linked_access import check_known, deployed_names
from infra.constructs.nag import acknowledge_wildcard
from infra.parameters.linking import LinkedSystem
from infra.parameters.types import ParameterError, Parameters
from kyotsu.catalogue.model import Catalogue

LONGEST_SESSION = Duration.hours(1)
_OURS = "TokenServer"


class Federation(Construct):
    """The OpenID providers that STS believes, and the roles it gives for their tokens, by system in lower case.

    `issuer` is the URL in `iss` of our own tokens, and may be known only when the stack is deployed.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        parameters: Parameters,
        issuer: str,
        key: kms.IKey,
        catalogue: Catalogue,
    ) -> None:
        super().__init__(scope, construct_id)
        check_known(parameters, catalogue)
        self._audience = parameters.tokens.web_identity_audience
        self._federated = {name.lower(): linked for name, linked in parameters.linked.items() if linked.needs_role}
        self._issuers = {_OURS: issuer, **dict(self._foreign_issuers(issuer))}
        self._providers = {
            name: iam.CfnOIDCProvider(self, name, url=url, client_id_list=sorted(self._audiences(url)))
            for name, url in self._issuers.items()
            if self._audiences(url)
        }
        names = deployed_names(self, parameters, key)
        self.roles = {system: self._role(system) for system in self._federated}
        for system, role in self.roles.items():
            for statement in role_statements(names, grants(catalogue, system)):
                role.add_to_policy(iam.PolicyStatement.from_json(statement))
                self._acknowledge(role, statement["Resource"])

    def outputs(self) -> dict[str, str]:
        """Return the ARN of each system's role, for the stack's outputs."""
        return {f"FederatedRole{system.upper()}": role.role_arn for system, role in self.roles.items()}

    def _foreign_issuers(self, ours: str) -> Iterator[tuple[str, str]]:
        providers = [linked.identity_provider for linked in self._federated.values()]
        for number, url in enumerate(sorted({provider.issuer for provider in providers if provider}), start=1):
            if url == ours:
                raise ParameterError(f"{url} is our own issuer: say `federated=True`")
            yield f"IdentityProvider{number}", url

    def _audiences(self, issuer: str) -> set[str]:
        """Return the audiences of all tokens of an issuer that stand for a linked system."""
        return {audience for system in self._federated for url, audience, _ in self._tokens(system) if url == issuer}

    def _tokens(self, system: str) -> Iterator[tuple[str, str, str]]:
        """Yield issuer, `aud` and `sub` of each token that stands for a system."""
        linked: LinkedSystem = self._federated[system]
        if linked.federated:
            yield self._issuers[_OURS], self._audience, f"system:{system}"
        if own := linked.identity_provider:
            yield own.issuer, own.audience, own.subject

    def _role(self, system: str) -> iam.Role:
        role = iam.Role(
            self,
            f"Role{system}",
            assumed_by=iam.WebIdentityPrincipal("replaced below"),
            description=f"Kyotsu linked system {system}",
            max_session_duration=LONGEST_SESSION,
        )
        cast("iam.CfnRole", role.node.default_child).assume_role_policy_document = self._trust(system)
        return role

    def _trust(self, system: str) -> str:
        """Return who may take a system's role, as text.

        The names of its conditions hold the issuer's host, which only deployment knows, and CloudFormation fills in
        values alone, never names: so the whole document is a text that it fills in.
        """
        statements, variables = [], dict[str, str]()
        for issuer, audience, subject in self._tokens(system):
            (name,) = [name for name, url in self._issuers.items() if url == issuer]
            variables |= {f"{name}Host": issuer.removeprefix("https://"), f"{name}Arn": self._providers[name].ref}
            statements.append(_trust_statement(name, audience, subject))
        document = {"Version": "2012-10-17", "Statement": statements}
        return Fn.sub(json.dumps(document), variables)

    @staticmethod
    def _acknowledge(role: iam.Role, resources: list[str]) -> None:
        for resource in resources:
            if "*" in resource:
                acknowledge_wildcard(role, resource, "Keys are chosen by who writes the object, below a fixed prefix.")


def _trust_statement(name: str, audience: str, subject: str) -> Mapping[str, Any]:
    host = f"${{{name}Host}}"
    return {
        "Effect": "Allow",
        "Principal": {"Federated": f"${{{name}Arn}}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{host}:aud": audience, f"{host}:sub": subject}},
    }
