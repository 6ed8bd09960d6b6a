"""The numbering APIs: the same functions behind two doors, one for tokens and one for signatures (AWS IAM)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.access.api_policies import API_POLICY_LIMIT, INVOKE, api_statements
from infra.access.policies import Statement, size
from infra.constructs.alarms import each_minute
from infra.constructs.api import STAGE, Api, inside
from infra.constructs.function import Platform, PythonFunction
from infra.constructs.gateway_answers import answer_in_json
from infra.parameters.types import Network, ParameterError, Parameters
from kyotsu.access.callers import AUTHENTICATION, BEARER, IAM, role_variables
from kyotsu.catalogue.model import Api as ApiOfCatalogue

REFUSALS = 30
"""Refused requests in a minute that no mistake of a single client explains."""
_LONGEST_VALUE = 512
"""Characters of a stage's variable."""
Serving = Mapping[PythonFunction, Sequence[ApiOfCatalogue]]
"""The versions of the calls that each function answers."""


class NumberingApi(Construct):
    """One door to the functions. `signed`: for roles of linked systems in other accounts; else for tokens."""

    def __init__(
        self, scope: Construct, construct_id: str, *, platform: Platform, serving: Serving, signed: bool
    ) -> None:
        super().__init__(scope, construct_id)
        parameters = platform.parameters
        calls = [call for answered in serving.values() for call in answered]
        self.api = Api(
            self,
            "Api",
            platform=platform,
            name="numbering-iam" if signed else "numbering",
            traffic=parameters.numbering,
            variables=_variables(parameters) if signed else {AUTHENTICATION: BEARER},
            signed=signed,
            policy=_policy(parameters, calls) if signed else None,
            bytes_as_sent=True,
        )
        answer_in_json(self.api.api, signed=signed)
        for function, answered in serving.items():
            for call in answered:
                self.api.post(f"/{call.call}", function)

    @property
    def url(self) -> str:
        """Where the API is reached, without a slash at its end."""
        return self.api.url


def watch_refusals(scope: Construct, platform: Platform, source: str) -> None:
    """Tell operators when the callers of a function are refused in numbers."""
    refused = each_minute("Kyotsu", "RequestsRefused", "Sum", service=source)
    platform.alarms.raise_when(
        scope,
        "CallersRefused",
        refused,
        at_least=REFUSALS,
        says=f"{source}：APIの呼び出し元の拒否が続いています。",
    )


def _roles(parameters: Parameters) -> dict[str, Sequence[str]]:
    return {name.lower(): linked.role_arns for name, linked in parameters.linked.items() if linked.role_arns}


def _variables(parameters: Parameters) -> dict[str, str]:
    variables = role_variables(_roles(parameters))
    for value in variables.values():
        if "+" in value or "@" in value or len(value) > _LONGEST_VALUE:
            raise ParameterError(f"API Gateway can't be told of the roles {value}: no + and @, {_LONGEST_VALUE} in all")
    return {AUTHENTICATION: IAM, **variables}


def _policy(parameters: Parameters, calls: Sequence[ApiOfCatalogue]) -> iam.PolicyDocument | None:
    statements: list[Statement] = list(api_statements(STAGE, calls, _roles(parameters)))
    if parameters.network:
        statements.append(_denied_outside(parameters.network))
    if size(statements) > API_POLICY_LIMIT:
        raise ParameterError(f"the roles of linked systems don't fit into an API's policy ({API_POLICY_LIMIT})")
    return iam.PolicyDocument.from_json({"Version": "2012-10-17", "Statement": statements}) if statements else None


def _denied_outside(network: Network) -> Statement:
    """Return a denial. Allowing all who are inside would let in any role there that its own account lets call."""
    return {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": INVOKE,
        "Resource": "execute-api:/*",
        "Condition": {"StringNotEquals": inside(network)},
    }
