"""What each role may do: exactly this, on exactly these resources."""

from __future__ import annotations

from infra.systems import provider_systems
from tests.infra.conftest import ENCLOSED, Synthesis
from tests.infra.templates import Template, as_list, granted

INLINE_LIMIT = 10_240
"""Characters of all inline policies of a role together."""
MANAGED_LIMIT = 6_144
NETWORK_INTERFACES = {
    *("ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"),
    *("ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses"),
}
OUTSIDE_THE_NETWORK = ("ec2:", "kms:", "logs:", "sqs:", "dynamodb:DescribeStream", "dynamodb:GetRecords",
                       "dynamodb:GetShardIterator", "dynamodb:ListStreams")  # fmt: skip
"""What Lambda itself does for a function, or (keys) a service does for it."""


def test_receive_file_may_do_this_and_nothing_else(linkage: Template, deployment: str) -> None:
    allowed: dict[str, set[str]] = {}
    for action, resource in granted(linkage.permissions("ReceiveFile")):
        allowed.setdefault(action, set()).add(_short(linkage, resource))
    systems = set(provider_systems())
    assert allowed.pop("s3:GetObject") == {f"{system}/outbox/*" for system in systems} | {"WorkBucket/errors/*"}
    assert allowed.pop("s3:GetObjectVersion") == {f"{system}/outbox/*" for system in systems}
    assert allowed.pop("s3:PutObject") == {f"{system}/answers/*" for system in systems} | {"WorkBucket/errors/*"}
    assert allowed.pop("s3:ListBucket") == systems | {"WorkBucket"}
    tables = {"LinkageTable", "LinkageTable/index/by_provider", "ResidentsTable"}
    for action in ("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "BatchWriteItem", "ConditionCheckItem"):
        assert allowed.pop(f"dynamodb:{action}") == tables
    assert allowed.pop("events:PutEvents") == {"DomainEventsBus"}
    for action in ("ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage"):
        assert allowed.pop(f"sqs:{action}") == {"ReceiveFileQueue"}
    assert allowed.pop("kms:Decrypt") == {"KeysExchange", "KeysRecords", "KeysMessages"}
    assert allowed.pop("kms:GenerateDataKey") == {"KeysExchange", "KeysRecords"}
    assert allowed.pop("kms:Encrypt") == allowed.pop("kms:DescribeKey") == {"KeysRecords"}
    _expect_logs_and_network(allowed, "ReceiveFileFunctionLogs", deployment)


def test_publish_changes_may_do_this_and_nothing_else(linkage: Template, deployment: str) -> None:
    allowed: dict[str, set[str]] = {}
    for action, resource in granted(linkage.permissions("PublishChanges")):
        allowed.setdefault(action, set()).add(_short(linkage, resource))
    assert allowed.pop("events:PutEvents") == {"DomainEventsBus"}
    for action in ("DescribeStream", "GetRecords", "GetShardIterator"):
        assert allowed.pop(f"dynamodb:{action}") == {"ResidentsTable"}
    assert allowed.pop("dynamodb:ListStreams") == {"*"}, "AWS knows no resource for this action"
    assert allowed.pop("sqs:SendMessage") == {"PublishChangesDeadLetters"}
    assert allowed.pop("kms:Decrypt") == {"KeysRecords", "KeysMessages"}
    assert allowed.pop("kms:GenerateDataKey") == {"KeysMessages"}
    _expect_logs_and_network(allowed, "PublishChangesFunctionLogs", deployment)


def test_no_role_names_an_action_by_a_wildcard(linkage: Template) -> None:
    for role in ("ReceiveFile", "PublishChanges"):
        assert not [action for action, _ in granted(linkage.permissions(role)) if "*" in action]


def test_keys_are_used_by_way_of_services_alone(linkage: Template) -> None:
    for role in ("ReceiveFile", "PublishChanges"):
        for statement in linkage.permissions(role):
            if any(action.startswith("kms:") for action in as_list(statement["Action"])):
                services = statement["Condition"]["StringEquals"]["kms:ViaService"]
                assert all(service.endswith(".ap-northeast-1.amazonaws.com") for service in services)


def test_the_work_bucket_is_listed_below_errors_alone(linkage: Template) -> None:
    (listing,) = [
        statement
        for statement in linkage.permissions("ReceiveFile")
        if statement["Action"] == "s3:ListBucket" and "WorkBucket" in str(statement["Resource"])
    ]
    assert listing["Condition"]["StringLike"] == {"s3:prefix": "errors/*"}


def test_policies_stay_below_the_limits_of_iam_with_a_bucket_for_every_system(linkage: Template) -> None:
    inline: dict[str, int] = {}
    for policy in linkage.resources("IAM::Policy").values():
        for role in policy["Properties"]["Roles"]:
            size = linkage.size(policy["Properties"]["PolicyDocument"])
            inline[role["Ref"]] = inline.get(role["Ref"], 0) + size
    assert len(inline) == 2
    assert max(inline.values()) < INLINE_LIMIT
    for policy in linkage.resources("IAM::ManagedPolicy").values():
        assert linkage.size(policy["Properties"]["PolicyDocument"]) < MANAGED_LIMIT


def test_only_lambda_assumes_a_role_and_no_role_has_a_policy_of_aws(linkage: Template) -> None:
    roles = linkage.properties("IAM::Role")
    assert len(roles) == 2
    for role in roles.values():
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}
        assert "ManagedPolicyArns" not in role


def test_every_role_has_the_boundary_that_the_parameters_demand(synthesis: Synthesis) -> None:
    for role in synthesis.template("enclosed", "Linkage").properties("IAM::Role").values():
        assert role["PermissionsBoundary"] == ENCLOSED.permissions_boundary
    for role in synthesis.template("production", "Linkage").properties("IAM::Role").values():
        assert "PermissionsBoundary" not in role


def test_in_a_private_network_data_is_reached_through_its_endpoints_alone(synthesis: Synthesis) -> None:
    assert ENCLOSED.network
    through = {"aws:SourceVpce": list(ENCLOSED.network.endpoint_ids)}
    for role in ("ReceiveFile", "PublishChanges"):
        for statement in synthesis.template("enclosed", "Linkage").permissions(role):
            if not all(action.startswith(OUTSIDE_THE_NETWORK) for action in as_list(statement["Action"])):
                assert statement["Condition"]["StringEquals"] == through


def test_a_source_is_mapped_only_once_its_role_may_read_it(linkage: Template) -> None:
    policies = linkage.resources("IAM::Policy")
    for mapping in linkage.resources("Lambda::EventSourceMapping").values():
        (policy,) = [name for name in mapping["DependsOn"] if name in policies]
        actions = {action for action, _ in granted(linkage.statements("IAM::Policy")[policy])}
        assert actions & {"sqs:ReceiveMessage", "dynamodb:GetRecords"}


def _expect_logs_and_network(allowed: dict[str, set[str]], logs: str, deployment: str) -> None:
    assert allowed.pop("logs:CreateLogStream") == allowed.pop("logs:PutLogEvents") == {logs}
    if deployment == "enclosed":
        for action in NETWORK_INTERFACES:
            assert allowed.pop(action) == {"*"}, "AWS accepts no narrower resource for it"
    assert allowed == {}


NAMES = ("DomainEventsBus", "KeysExchange", "KeysMessages", "KeysRecords", "LinkageTable", "PublishChangesDeadLetters",
         "PublishChangesFunctionLogs", "ReceiveFileFunctionLogs", "ReceiveFileQueue", "ResidentsTable",
         "WorkBucket")  # fmt: skip


def _short(linkage: Template, resource: str) -> str:
    """Return an ARN as the name of its resource and what follows: `001/outbox/*`, `WorkBucket/errors/*`."""
    stage, municipality = linkage.stack.split("-")[1:3]
    prefix = f"arn:aws:s3:::kyotsu-{stage}-{municipality}-123456789012-"
    if resource == "*" or resource.startswith(prefix):
        return resource.removeprefix(prefix)
    named, _, rest = resource.partition(">")
    (name,) = [name for name in NAMES if name in named]
    return name + rest
