"""The token server: who reaches it, what it may do, and that nothing but two documents is public."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.parameters.access import TokenServer
from infra.parameters.errors import ParameterError
from tests.infra import test_app
from tests.infra.conftest import ENCLOSED, Synthesis
from tests.infra.templates import Template, as_list, granted
from tests.infra.test_partitions import asked

ROLES = ("TokensIssueRole", "TokensIntrospectRole", "TokensRevokeRole", "PublishKeysFunctionRole")
SERVER = ROLES[:3]


@pytest.fixture
def access(synthesis: Synthesis, deployment: str) -> Template:
    """The access stack of each deployment."""
    return synthesis.template(deployment, "Access")


def allowed(access: Template, role: str) -> set[tuple[str, str]]:
    """Return actions and resources of a role, without those every function has."""
    found = granted(access.permissions(role))
    return {(action, short(resource)) for action, resource in found if not action.startswith(("ec2:", "logs:"))}


def short(resource: str) -> str:
    """Return what an ARN names, as far as this stack knows it."""
    names = ("AccessTable", "SigningA", "KeysAccess", "DocumentsBucket")
    found = [name for name in names if name in resource]
    if not found:
        return resource.partition(":secret:")[2]
    return found[0] + resource.partition(">")[2]


def secrets(access: Template) -> str:
    return access.stack.removesuffix("-Access") + "/clients/*"


KEY = {(f"kms:{action}", "KeysAccess") for action in ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey")}
TABLE = {(f"dynamodb:{action}", "AccessTable") for action in ("GetItem", "PutItem")}


def test_each_endpoint_may_do_this_and_nothing_else(access: Template) -> None:
    common = KEY | TABLE | {("secretsmanager:GetSecretValue", secrets(access))}
    assert allowed(access, "TokensIssueRole") == common | {("kms:Sign", "SigningA")}
    for role in ("TokensIntrospectRole", "TokensRevokeRole"):
        assert allowed(access, role) == common | {("kms:GetPublicKey", "SigningA")}


PARTITIONS = {
    ("TokensIssueRole", "GetItem"): {"CLIENT"},
    ("TokensIssueRole", "PutItem"): {"ASSERTION"},
    ("TokensIntrospectRole", "GetItem"): {"CLIENT", "TOKEN"},
    ("TokensIntrospectRole", "PutItem"): {"ASSERTION"},
    ("TokensRevokeRole", "GetItem"): {"CLIENT", "TOKEN"},
    ("TokensRevokeRole", "PutItem"): {"ASSERTION", "TOKEN"},
}


@pytest.mark.parametrize(("role", "action"), PARTITIONS)
def test_each_endpoint_touches_its_partitions_alone(access: Template, role: str, action: str) -> None:
    """Requirement: no endpoint registers or changes a client, and issuing takes no token back."""
    lets, own = asked(access, role, table="AccessTable"), access.stack.split("-")[2]
    kinds = ("CLIENT", "ASSERTION", "TOKEN", "SYSTEMS")
    assert {kind for kind in kinds if lets(action, f"{own}#{kind}#1")} == PARTITIONS[role, action]
    assert not lets(action, f"{own}#SYSTEMS")
    assert not lets(action, "999999#CLIENT#1"), "another municipality's"
    assert not lets(action)


def test_documents_are_written_by_a_function_that_may_do_nothing_else(access: Template) -> None:
    assert allowed(access, "PublishKeysFunctionRole") == {
        ("kms:GetPublicKey", "SigningA"),
        ("s3:GetObject", "DocumentsBucket/.well-known/*"),
        ("s3:PutObject", "DocumentsBucket/.well-known/*"),
        ("s3:ListBucket", "DocumentsBucket"),
    }


def test_one_function_signs_and_by_one_algorithm_alone(access: Template) -> None:
    signing = [
        (role, statement)
        for role in ROLES
        for statement in access.permissions(role)
        if "kms:Sign" in as_list(statement["Action"])
    ]
    ((role, statement),) = signing
    assert role == "TokensIssueRole"
    condition = statement["Condition"]["StringEquals"]
    assert condition["kms:SigningAlgorithm"] == "RSASSA_PKCS1_V1_5_SHA_256"


def test_in_a_private_network_data_is_reached_through_its_endpoints_alone(synthesis: Synthesis) -> None:
    assert ENCLOSED.network
    template = synthesis.template("enclosed", "Access")
    for role in ROLES:
        for statement in template.permissions(role):
            actions = as_list(statement["Action"])
            if not all(action.startswith(("ec2:", "logs:")) or "ViaService" in str(statement) for action in actions):
                through = statement["Condition"]["StringEquals"]["aws:SourceVpce"]
                assert through == list(ENCLOSED.network.endpoint_ids), actions


def test_signing_keys_can_only_sign_and_are_kept(synthesis: Synthesis, deployment: str) -> None:
    stateful = synthesis.template(deployment, "Stateful")
    key = stateful.only("KMS::Key", "SigningA")
    assert (key["KeySpec"], key["KeyUsage"]) == ("RSA_2048", "SIGN_VERIFY")
    resource = next(r for name, r in stateful.resources("KMS::Key").items() if name.startswith("SigningA"))
    assert resource["DeletionPolicy"] == ("Delete" if deployment == "development" else "Retain")


def test_the_api_has_three_paths_and_no_other(access: Template) -> None:
    resources = access.properties("ApiGateway::Resource")
    assert sorted(resource["PathPart"] for resource in resources.values()) == [
        "introspect",
        "oauth2",
        "revoke",
        "token",
    ]
    methods = access.properties("ApiGateway::Method").values()
    assert [method["HttpMethod"] for method in methods] == ["POST"] * 3
    assert {method["Integration"]["Type"] for method in methods} == {"AWS_PROXY"}


def test_only_the_api_itself_invokes_its_functions_and_only_for_their_path(access: Template) -> None:
    permissions = [
        permission
        for permission in access.properties("Lambda::Permission").values()
        if permission["Principal"] == "apigateway.amazonaws.com"
    ]
    assert len(permissions) == 3
    for permission in permissions:
        assert "/POST/oauth2/" in permission["SourceArn"]
        assert "test-invoke-stage" not in permission["SourceArn"]


SECRET_PLACES = ("$context.path", "authorizer", "$input", "requestOverride", "identity.apiKey", "querystring")


def test_the_access_log_tells_of_requests_but_not_what_was_in_them(access: Template) -> None:
    stage = access.only("ApiGateway::Stage", "TokensApi")
    logged = stage["AccessLogSetting"]["Format"]
    assert json.loads(logged)["resource"] == "$context.resourcePath"
    assert not [place for place in SECRET_PLACES if place in logged]
    (settings,) = stage["MethodSettings"]
    assert settings["LoggingLevel"] == "OFF"
    assert settings["DataTraceEnabled"] is False
    assert 0 < settings["ThrottlingRateLimit"] <= settings["ThrottlingBurstLimit"]


def test_production_stands_behind_a_firewall(synthesis: Synthesis) -> None:
    for deployment in ("production", "enclosed"):
        template = synthesis.template(deployment, "Access")
        acl = template.only("WAFv2::WebACL", "TokensApiFirewall")
        assert acl["Scope"] == "REGIONAL"
        association = template.only("WAFv2::WebACLAssociation", "TokensApiFirewall")
        assert association["WebACLArn"] == f"<{next(iter(template.resources('WAFv2::WebACL')))}.Arn>"
        (stage,) = template.resources("ApiGateway::Stage")
        assert association["ResourceArn"].endswith(f"/stages/<{stage}>")
        rules = {rule["Name"]: rule for rule in acl["Rules"]}
        managed = {"AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"}
        assert managed < rules.keys()
        for name in managed:
            assert rules[name]["OverrideAction"] == {"None": {}}, "what the rules say is done"
        assert rules["Rate"]["Action"] == {"Block": {}}
        assert rules["Rate"]["Statement"]["RateBasedStatement"] == {"AggregateKeyType": "IP", "Limit": 2000}


def test_the_firewall_keeps_no_sample_of_requests(synthesis: Synthesis) -> None:
    acl = synthesis.template("production", "Access").only("WAFv2::WebACL", "TokensApiFirewall")
    seen = [acl["VisibilityConfig"], *(rule["VisibilityConfig"] for rule in acl["Rules"])]
    assert {config["SampledRequestsEnabled"] for config in seen} == {False}


def test_where_there_is_a_network_the_api_is_private(synthesis: Synthesis) -> None:
    assert ENCLOSED.network
    api = synthesis.template("enclosed", "Access").only("ApiGateway::RestApi", "TokensApi")
    assert api["EndpointConfiguration"]["Types"] == ["PRIVATE"]
    (statement,) = api["Policy"]["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Condition"] == {"StringEquals": {"aws:SourceVpc": ENCLOSED.network.vpc_id}}
    public = synthesis.template("production", "Access").only("ApiGateway::RestApi", "TokensApi")
    assert public["EndpointConfiguration"]["Types"] == ["REGIONAL"]


def test_the_documents_are_read_through_their_distribution_alone(access: Template) -> None:
    (bucket,) = access.properties("S3::Bucket").values()
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert "AccessLogs" in bucket["LoggingConfiguration"]["DestinationBucketName"]
    (policy,) = access.statements("S3::BucketPolicy").values()
    (statement,) = [statement for statement in policy if statement["Effect"] == "Allow"]
    assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert statement["Action"] == "s3:GetObject"
    (distribution,) = access.resources("CloudFront::Distribution")
    assert statement["Condition"]["StringEquals"]["AWS:SourceArn"].endswith(f":distribution/<{distribution}>")


def test_the_distribution_serves_by_https_from_that_bucket_and_nothing_else(access: Template) -> None:
    (distribution,) = access.properties("CloudFront::Distribution").values()
    config: dict[str, Any] = distribution["DistributionConfig"]
    assert config["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "https-only"
    assert "CacheBehaviors" not in config
    assert len(config["Origins"]) == 1
    assert config["Origins"][0]["OriginAccessControlId"]


def test_every_function_knows_the_same_issuer_and_api(access: Template) -> None:
    variables = [f["Environment"]["Variables"] for f in access.properties("Lambda::Function").values()]
    (distribution,) = access.resources("CloudFront::Distribution")
    assert {v["ISSUER"] for v in variables} == {f"https://<{distribution}.DomainName>"}
    assert {v["API_URL"] for v in variables} == {access.resolve(access.body["Outputs"]["ApiUrl"]["Value"])}
    assert {v["TOKEN_SECONDS"] for v in variables} == {"600"}


def test_basic_is_for_development_alone(synthesis: Synthesis) -> None:
    for deployment, allowed_there in (("development", "true"), ("production", "false"), ("enclosed", "false")):
        for function in synthesis.template(deployment, "Access").properties("Lambda::Function").values():
            assert function["Environment"]["Variables"]["ALLOW_BASIC"] == allowed_there


def test_what_holds_for_every_template_holds_for_this_one(access: Template) -> None:
    test_app.test_nothing_has_a_physical_name_but_where_one_is_needed([access])
    test_app.test_no_template_brings_a_custom_resource_or_a_function_that_is_not_ours([access])
    test_app.test_stacks_stay_below_the_limit_of_cloudformation([access])
    test_app.test_templates_need_no_parameter_and_no_bootstrap_rule([access])
    for group in access.properties("Logs::LogGroup").values():
        assert "KeysLogs" in group["KmsKeyId"]


def test_outputs_have_the_names_that_commands_and_systems_rely_on(access: Template) -> None:
    assert access.body["Outputs"].keys() >= {
        *("ApiUrl", "IntrospectionUrl", "Issuer", "IssueTokenFunction", "PublicBucket", "PublishKeysFunction"),
        *("PublishKeysUnstarted", "RevocationUrl", "TokenUrl", "WebIdentityAudience"),
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"token_seconds": 601},
        {"token_seconds": 0},
        {"leeway_seconds": 61},
        {"signing_keys": ()},
        {"signing_keys": ("A", "A")},
        {"signing_keys": ("a-b",)},
        {"retired_keys": ("a-b",)},
        {"signing_keys": ("A",), "retired_keys": ("A",)},
        {"issuer": "http://issuer.example"},
        {"issuer": "https://issuer.example/"},
        {"issuer": "https://issuer.example?x"},
        {"web_identity_audience": "kyotsu-api-031"},
    ],
    ids=str,
)
def test_what_would_not_be_safe_is_no_parameter(wrong: dict[str, Any]) -> None:
    with pytest.raises(ParameterError):
        TokenServer(**wrong)
