"""Who becomes which linked system by a token: one issuer, one audience, one subject for each role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Aws, Stack
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Template as Synthesized

from infra.access.naming import Named
from infra.app import new_app
from infra.constructs.federation import Federation
from infra.parameters import IdentityProvider, LinkedSystem, ParameterError, Parameters, development, production
from infra.sandbox.access.deciding import Check, decide
from infra.sandbox.access.documents import parsed
from infra.sandbox.access.matching_principals import Principal
from infra.sandbox.assembly import Stack as Assembled
from infra.sandbox.intrinsics import Created, Scope
from infra.systems import catalogue
from tests.infra.conftest import CITY
from tests.infra.linked_world import KEY
from tests.infra.templates import ACCOUNT

HOST = "d111111abcdef8.cloudfront.net"
OWN = IdentityProvider(issuer="https://idp.city.example/tenant", audience="kyotsu", subject="zei")
PROVIDERS = f"arn:aws:iam::{ACCOUNT}:oidc-provider"


def _made(folder: Path, parameters: Parameters, issuer: str = f"https://{Aws.STACK_NAME}") -> dict[str, Any]:
    """Return the resources of a federation; our issuer's host is the stack's name, which deployment alone knows."""
    stack = Stack(new_app(str(folder)), "Alone", env=parameters.environment)
    key = kms.Key.from_key_arn(stack, "Key", KEY)
    Federation(stack, "Federation", parameters=parameters, issuer=issuer, key=key, catalogue=catalogue())
    return dict(Synthesized.from_stack(stack).to_json().get("Resources", {}))


class Trusts:
    """What each role trusts, deployed with our issuer at HOST."""

    def __init__(self, resources: Mapping[str, Any]) -> None:
        names = {"AWS::AccountId": ACCOUNT, "AWS::StackName": HOST, "AWS::Partition": "aws"}
        scope = Scope(names=names)
        for logical_id, resource in resources.items():
            if resource["Type"] == "AWS::IAM::OIDCProvider":
                url = scope.resolve(resource["Properties"]["Url"])
                scope.created[logical_id] = Created(f"{PROVIDERS}/{url.removeprefix('https://')}")
        self.of = {
            resource["Properties"]["Description"][-3:]: parsed(
                scope.resolve(resource["Properties"]["AssumeRolePolicyDocument"])
            )
            for resource in resources.values()
            if resource["Type"] == "AWS::IAM::Role"
        }

    def lets(self, system: str, provider: str = HOST, **claims: str) -> bool:
        """Tell whether a token of a provider with these claims becomes a system."""
        who = Principal("web_identity", "token", provider=f"{PROVIDERS}/{provider}")
        context = {f"{provider}:{claim}": (value,) for claim, value in claims.items()}
        check = Check("sts:AssumeRoleWithWebIdentity", "role", ACCOUNT, context, only_by_resource=True)
        return decide(who, check, None, self.of[system]).allowed


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All systems by our issuer, and 010 by the municipality's own provider as well."""
    parameters = development(CITY)
    linked = {**parameters.linked, "010": LinkedSystem(federated=True, identity_provider=OWN)}
    return _made(tmp_path_factory.mktemp("federation"), replace(parameters, linked=linked))


@pytest.fixture(scope="module")
def trusts(resources: dict[str, Any]) -> Trusts:
    return Trusts(resources)


def test_a_token_of_ours_becomes_the_system_that_it_names_and_no_other(trusts: Trusts) -> None:
    systems = sorted(catalogue().systems)
    assert sorted(trusts.of) == systems
    for role in systems:
        for named in systems:
            assert trusts.lets(role, aud="kyotsu-file-linkage", sub=f"system:{named}") is (role == named)


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "kyotsu-file-linkage"},
        {"sub": "system:010"},
        {"aud": "kyotsu-api", "sub": "system:010"},
        {"aud": "kyotsu-file-linkage", "sub": "010"},
        {"aud": "kyotsu-file-linkage", "sub": "system:010x"},
        {"aud": "kyotsu-file-linkage", "sub": "System:010"},
        {"aud": "kyotsu-file-linkage", "sub": "system:*"},
        {"aud": OWN.audience, "sub": OWN.subject},
        {},
    ],
)
def test_a_token_without_exactly_its_audience_and_subject_becomes_nobody(
    trusts: Trusts, claims: dict[str, str]
) -> None:
    assert not any(trusts.lets(role, **claims) for role in trusts.of)


def test_the_municipalitys_own_provider_speaks_for_its_subject_alone(trusts: Trusts) -> None:
    own = OWN.issuer.removeprefix("https://")
    assert [role for role in trusts.of if trusts.lets(role, own, aud=OWN.audience, sub=OWN.subject)] == ["010"]
    for claims in ({"aud": OWN.audience, "sub": "system:010"}, {"aud": "kyotsu-file-linkage", "sub": OWN.subject}):
        assert not any(trusts.lets(role, own, **claims) for role in trusts.of)
    foreign = "idp.elsewhere.example"
    assert not any(trusts.lets(role, foreign, aud=OWN.audience, sub=OWN.subject) for role in trusts.of)


def test_providers_take_their_audiences_alone_and_sessions_end_within_an_hour(resources: dict[str, Any]) -> None:
    providers = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::IAM::OIDCProvider"]
    assert sorted(provider["ClientIdList"] for provider in providers) == [["kyotsu"], ["kyotsu-file-linkage"]]
    roles = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::IAM::Role"]
    assert {role["MaxSessionDuration"] for role in roles} == {3600}
    assert all("RoleName" not in role and "ManagedPolicyArns" not in role for role in roles)


def test_nobody_else_assumes_a_linked_systems_role(resources: dict[str, Any]) -> None:
    named = Named([Assembled("Alone", {"Resources": resources}, {})])
    stack = Assembled("Alone", {"Resources": resources}, {})
    for resource in resources.values():
        if resource["Type"] == "AWS::IAM::Role":
            trust = named.resolve(stack, resource["Properties"]["AssumeRolePolicyDocument"])
            assert trust.count("sts:AssumeRoleWithWebIdentity") == trust.count('"Effect": "Allow"')
            assert 'sts:AssumeRole"' not in trust
            assert '"AWS"' not in trust
            assert '"Service"' not in trust


def test_without_linked_systems_there_is_no_provider_and_no_role(tmp_path: Path) -> None:
    assert _made(tmp_path, production(CITY)) == {}


def test_a_system_with_roles_of_its_own_account_alone_has_none_of_ours(tmp_path: Path) -> None:
    linked = {"010": LinkedSystem(role_arns=("arn:aws:iam::210987654321:role/a",))}
    assert _made(tmp_path, replace(production(CITY), linked=linked)) == {}


def test_our_own_issuer_is_no_foreign_one(tmp_path: Path) -> None:
    linked = {"010": LinkedSystem(identity_provider=OWN)}
    with pytest.raises(ParameterError, match="our own issuer"):
        _made(tmp_path, replace(production(CITY), linked=linked), issuer=OWN.issuer)


def test_a_system_that_the_catalogue_does_not_know_is_refused(tmp_path: Path) -> None:
    linked = {"zzz": LinkedSystem(federated=True)}
    with pytest.raises(ParameterError, match="zzz"):
        _made(tmp_path, replace(production(CITY), linked=linked))


@pytest.mark.parametrize(
    "arn",
    [
        "*",
        "arn:aws:iam::210987654321:root",
        "arn:aws:iam::210987654321:role/*",
        "arn:aws:iam::210987654321:role/a?",
        "arn:aws:iam::*:role/a",
        "arn:aws:iam::210987654321:user/a",
        "arn:aws:sts::210987654321:assumed-role/a/b",
        "arn:aws:iam::210987654321:role/${aws:username}",
    ],
)
def test_a_role_is_named_by_its_whole_arn(arn: str) -> None:
    with pytest.raises(ParameterError, match="not the ARN of a role"):
        LinkedSystem(role_arns=(arn,))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("issuer", "http://idp.example"),
        ("issuer", "https://idp.example/"),
        ("issuer", "https://idp.example?a=b"),
        ("issuer", "https://idp.*"),
        ("audience", ""),
        ("audience", "*"),
        ("subject", "zei*"),
        ("subject", "${aws:username}"),
    ],
)
def test_claims_are_pinned_literally(field: str, value: str) -> None:
    with pytest.raises(ParameterError):
        replace(OWN, **{field: value})


def test_one_proof_stands_for_one_system() -> None:
    arn = "arn:aws:iam::210987654321:role/a"
    for linked in (
        {"010": LinkedSystem(role_arns=(arn,)), "011": LinkedSystem(role_arns=(arn,))},
        {"010": LinkedSystem(identity_provider=OWN), "011": LinkedSystem(identity_provider=OWN)},
        {"0a1": LinkedSystem(federated=True), "0A1": LinkedSystem(federated=True)},
    ):
        with pytest.raises(ParameterError, match="one linked system alone"):
            replace(production(CITY), linked=linked)


def test_roles_of_the_own_account_are_no_linked_systems() -> None:
    linked = {"010": LinkedSystem(role_arns=(f"arn:aws:iam::{ACCOUNT}:role/a",))}
    with pytest.raises(ParameterError, match="own account"):
        replace(production(CITY), linked=linked, account=ACCOUNT)
