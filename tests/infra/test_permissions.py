"""What each role may do: exactly this, on exactly these resources."""

from __future__ import annotations

import json

import pytest

from infra.sandbox.access.deciding import Check, decide
from infra.sandbox.access.documents import parsed
from infra.sandbox.access.principals import of_role
from infra.systems import provider_systems
from kyotsu.addressees.standing_table import ATTRIBUTES
from tests.infra.conftest import ENCLOSED, Synthesis
from tests.infra.templates import ACCOUNT, Template, as_list, granted
from tests.infra.test_partitions import asked

FUNCTIONS = (
    *("ReceiveFile", "LargeFileApplyGroup", "LargeFileAnswerFile", "PublishChanges", "PublishAddressees", "UndoFile"),
)
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


SYSTEMS = set(provider_systems())
OUTBOXES = {f"{system}/outbox/*" for system in SYSTEMS}
ANSWERS = {f"{system}/answers/*" for system in SYSTEMS}
ERRORS = {f"{system}/answers/*.errors.csv" for system in SYSTEMS}
ROWS = {"ProtectionTable", "ResidentsTable"}
REGISTRY, INTEGRATED = "AddresseesTable", "IntegratedTable"


def test_receive_file_may_do_this_and_nothing_else(linkage: Template, deployment: str) -> None:
    allowed = _allowed(linkage, "ReceiveFile")
    assert allowed.pop("s3:GetObject") == OUTBOXES | ANSWERS | {"WorkBucket/errors/*"}
    assert allowed.pop("s3:GetObjectVersion") == OUTBOXES
    assert allowed.pop("s3:PutObject") == ANSWERS | {"WorkBucket/errors/*"}
    assert allowed.pop("s3:DeleteObject") == ERRORS
    assert allowed.pop("s3:ListBucket") == SYSTEMS | {"WorkBucket"}
    for action in ("GetItem", "Query"):
        assert allowed.pop(f"dynamodb:{action}") == {"LinkageTable"}
    assert allowed.pop("dynamodb:UpdateItem") == {"LinkageTable", REGISTRY}
    assert allowed.pop("dynamodb:BatchGetItem") == {*ROWS, REGISTRY, INTEGRATED}
    assert allowed.pop("dynamodb:BatchWriteItem") == ROWS
    assert allowed.pop("dynamodb:ConditionCheckItem") == {REGISTRY}
    assert allowed.pop("dynamodb:PutItem") == {"LinkageTable", *ROWS, REGISTRY, INTEGRATED}
    # Of the first one partition: tests/infra/test_partitions.py.
    assert allowed.pop("dynamodb:DeleteItem") == {"LinkageTable", REGISTRY, INTEGRATED}
    assert allowed.pop("events:PutEvents") == {"DomainEventsBus"}
    assert allowed.pop("states:StartExecution") == {"LargeFileMachine"}
    assert allowed.pop("states:DescribeExecution") == {"LargeFileMachine:*"}
    for action in ("ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage"):
        assert allowed.pop(f"sqs:{action}") == {"ReceiveFileQueue"}
    assert allowed.pop("kms:Decrypt") == {"KeysExchange", "KeysFingerprints", "KeysRecords", "KeysMessages"}
    assert allowed.pop("kms:GenerateDataKey") == {"KeysExchange", "KeysPersonal", "KeysRecords"}
    assert allowed.pop("secretsmanager:GetSecretValue") == {"PersonalFingerprintKey"}
    assert allowed.pop("kms:Encrypt") == allowed.pop("kms:DescribeKey") == {"KeysRecords"}
    _expect_logs_and_network(allowed, "ReceiveFileFunctionLogs", deployment)


def test_apply_group_may_do_this_and_nothing_else(linkage: Template, deployment: str) -> None:
    allowed = _allowed(linkage, "LargeFileApplyGroup")
    assert allowed.pop("s3:GetObject") == allowed.pop("s3:GetObjectVersion") == OUTBOXES
    assert allowed.pop("s3:ListBucket") == SYSTEMS
    assert allowed.pop("s3:PutObject") == {"WorkBucket/errors/*"}
    assert allowed.pop("dynamodb:GetItem") == allowed.pop("dynamodb:Query") == {"LinkageTable"}
    assert allowed.pop("dynamodb:BatchGetItem") == {*ROWS, REGISTRY, INTEGRATED}
    assert allowed.pop("dynamodb:BatchWriteItem") == ROWS
    assert allowed.pop("dynamodb:PutItem") == {"LinkageTable", *ROWS, REGISTRY, INTEGRATED}
    for action in ("ConditionCheckItem", "UpdateItem"):
        assert allowed.pop(f"dynamodb:{action}") == {REGISTRY}
    assert allowed.pop("dynamodb:DeleteItem") == {REGISTRY, INTEGRATED}
    assert allowed.pop("kms:Decrypt") == {"KeysExchange", "KeysFingerprints", "KeysRecords"}
    assert allowed.pop("kms:GenerateDataKey") == {"KeysPersonal", "KeysRecords"}
    assert allowed.pop("kms:DescribeKey") == allowed.pop("kms:Encrypt") == {"KeysRecords"}
    assert allowed.pop("secretsmanager:GetSecretValue") == {"PersonalFingerprintKey"}
    _expect_logs_and_network(allowed, "LargeFileApplyGroupLogs", deployment)


def test_answer_file_may_do_this_and_nothing_else(linkage: Template, deployment: str) -> None:
    allowed = _allowed(linkage, "LargeFileAnswerFile")
    assert allowed.pop("s3:GetObject") == OUTBOXES | ANSWERS | {"WorkBucket/errors/*"}
    assert allowed.pop("s3:GetObjectVersion") == OUTBOXES
    assert allowed.pop("s3:ListBucket") == SYSTEMS | {"WorkBucket"}
    assert allowed.pop("s3:PutObject") == ANSWERS
    assert allowed.pop("s3:DeleteObject") == ERRORS
    for action in ("DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"):
        assert allowed.pop(f"dynamodb:{action}") == {"LinkageTable"}
    assert allowed.pop("events:PutEvents") == {"DomainEventsBus"}
    assert allowed.pop("kms:Decrypt") == allowed.pop("kms:GenerateDataKey") == {"KeysExchange", "KeysRecords"}
    assert allowed.pop("kms:Encrypt") == allowed.pop("kms:DescribeKey") == {"KeysRecords"}
    _expect_logs_and_network(allowed, "LargeFileAnswerFileLogs", deployment)


def test_undo_file_may_do_this_and_nothing_else(linkage: Template, deployment: str) -> None:
    allowed = _allowed(linkage, "UndoFile")
    assert allowed.pop("s3:GetObject") == allowed.pop("s3:GetObjectVersion") == OUTBOXES
    assert allowed.pop("s3:ListBucket") == SYSTEMS
    assert allowed.pop("s3:PutObject") == ANSWERS
    for action in ("DeleteItem", "GetItem", "UpdateItem"):
        assert allowed.pop(f"dynamodb:{action}") == {"LinkageTable"}
    assert allowed.pop("dynamodb:Query") == {"LinkageTable", "LinkageTable/index/by_provider"}
    assert allowed.pop("dynamodb:BatchGetItem") == allowed.pop("dynamodb:BatchWriteItem") == ROWS
    assert allowed.pop("dynamodb:PutItem") == {"LinkageTable", *ROWS}
    assert allowed.pop("events:PutEvents") == {"DomainEventsBus"}
    assert allowed.pop("kms:Decrypt") == {"KeysExchange", "KeysFingerprints", "KeysRecords"}
    assert allowed.pop("kms:GenerateDataKey") == {"KeysExchange", "KeysPersonal", "KeysRecords"}
    assert allowed.pop("kms:DescribeKey") == allowed.pop("kms:Encrypt") == {"KeysRecords"}
    assert allowed.pop("secretsmanager:GetSecretValue") == {"PersonalFingerprintKey"}
    _expect_logs_and_network(allowed, "UndoFileFunctionLogs", deployment)


def test_the_machine_may_do_this_and_nothing_else(linkage: Template) -> None:
    allowed = _allowed(linkage, "LargeFileRole")
    assert allowed.pop("lambda:InvokeFunction") == {"LargeFileApplyGroupFunction", "LargeFileAnswerFileFunction"}
    assert allowed.pop("states:StartExecution") == {"LargeFileMachine"}
    for action in ("DescribeExecution", "RedriveExecution", "StopExecution"):
        assert allowed.pop(f"states:{action}") == {"LargeFileMachine/*", "LargeFileMachine:*"}
    assert {action.partition(":")[0] for action in allowed} == {"logs", "xray"}
    assert set().union(*allowed.values()) == {"*"}, "AWS accepts no narrower resource for these"


def test_publish_changes_may_do_this_and_nothing_else(linkage: Template, deployment: str) -> None:
    allowed = _allowed(linkage, "PublishChanges")
    assert allowed.pop("events:PutEvents") == {"DomainEventsBus"}
    for action in ("DescribeStream", "GetRecords", "GetShardIterator"):
        assert allowed.pop(f"dynamodb:{action}") == {"ResidentsTable"}
    assert allowed.pop("dynamodb:GetItem") == {"AddresseesTable"}
    assert allowed.pop("dynamodb:ListStreams") == {"*"}, "AWS knows no resource for this action"
    assert allowed.pop("sqs:SendMessage") == {"PublishChangesDeadLetters"}
    assert allowed.pop("kms:Decrypt") == {"KeysRecords", "KeysMessages"}
    assert allowed.pop("kms:GenerateDataKey") == {"KeysMessages"}
    _expect_logs_and_network(allowed, "PublishChangesFunctionLogs", deployment)


def test_publish_addressees_may_do_this_and_nothing_else(linkage: Template, deployment: str) -> None:
    allowed = _allowed(linkage, "PublishAddressees")
    assert allowed.pop("events:PutEvents") == {"DomainEventsBus"}
    for action in ("DescribeStream", "GetRecords", "GetShardIterator"):
        assert allowed.pop(f"dynamodb:{action}") == {"AddresseesTable"}
    assert allowed.pop("dynamodb:ListStreams") == {"*"}, "AWS knows no resource for this action"
    for action in ("ConditionCheckItem", "GetItem", "PutItem", "Query"):
        assert allowed.pop(f"dynamodb:{action}") == {"AddresseesTable"}
    assert allowed.pop("dynamodb:BatchGetItem") == {"ResidentsTable"}
    assert allowed.pop("s3:PutObject") == {f"{system}/notices/*" for system in SYSTEMS}
    assert allowed.pop("sqs:SendMessage") == {"PublishAddresseesDeadLetters"}
    assert allowed.pop("kms:Decrypt") == {"KeysRecords", "KeysMessages"}
    assert allowed.pop("kms:GenerateDataKey") == {"KeysExchange", "KeysRecords", "KeysMessages"}
    assert allowed.pop("kms:DescribeKey") == allowed.pop("kms:Encrypt") == {"KeysRecords"}
    _expect_logs_and_network(allowed, "PublishAddresseesFunctionLogs", deployment)


@pytest.mark.parametrize("role", ["PublishChangesFunctionRole", "PublishAddresseesFunctionRole"])
def test_publishers_read_of_a_number_who_uses_it_and_never_the_person(linkage: Template, role: str) -> None:
    """Requirement: asked of the sandbox's engine, with what it says that a request asks for."""
    named = {r for s in linkage.permissions(role) for r in as_list(s["Resource"])}
    (arn,) = {r for r in named if "AddresseesTable" in r and r.endswith(">") and "StreamArn" not in r}
    policy = parsed(json.dumps({"Version": "2012-10-17", "Statement": linkage.permissions(role)}))
    who = of_role(f"arn:aws:iam::{ACCOUNT}:role/{role}", "test")

    own = linkage.stack.split("-")[2]

    def lets(pk: str = f"{own}#800000000000009", **asked: tuple[str, ...]) -> bool:
        context = {f"dynamodb:{name}": values for name, values in asked.items()}
        context |= {"dynamodb:leadingkeys": (pk,)}
        context |= {"aws:sourcevpce": ("vpce-0123456789abcdef0",), "aws:principalaccount": (ACCOUNT,)}
        return decide(who, Check("dynamodb:GetItem", arn, ACCOUNT, context), [policy], None).allowed

    specific = ("SPECIFIC_ATTRIBUTES",)
    assert lets(attributes=ATTRIBUTES, select=specific)
    assert not lets(attributes=(*ATTRIBUTES, "b"), select=specific), "the person"
    assert not lets(select=("ALL_ATTRIBUTES",))
    assert not lets()
    assert not lets(attributes=ATTRIBUTES, select=("ALL_ATTRIBUTES",))
    assert not lets("999999#800000000000009", attributes=ATTRIBUTES, select=specific), "another municipality's"


def test_the_registry_publisher_writes_the_clerks_list_and_reads_postings_alone(linkage: Template) -> None:
    lets, own = asked(linkage, "PublishAddresseesFunctionRole", table="AddresseesTable"), linkage.stack.split("-")[2]
    partitions = {"C": f"{own}#C", "P": f"{own}#P#00", "number": f"{own}#800000000000009", "O": f"{own}#O#request"}
    may = {action: {kind for kind, pk in partitions.items() if lets(action, pk)} for action in ("PutItem", "Query")}
    assert may == {"PutItem": {"C"}, "Query": {"P"}}
    assert not lets("PutItem", "999999#C"), "another municipality's"
    residents = asked(linkage, "PublishAddresseesFunctionRole", table="ResidentsTable")
    assert [residents("BatchGetItem", f"{place}#800000000000009") for place in (own, "999999")] == [True, False]


def test_no_role_names_an_action_by_a_wildcard(linkage: Template) -> None:
    for role in (*FUNCTIONS, "LargeFileRole"):
        assert not [action for action, _ in granted(linkage.permissions(role)) if "*" in action]


def test_keys_are_used_by_way_of_services_alone_but_that_of_personal_data(linkage: Template) -> None:
    for role in FUNCTIONS:
        for statement in linkage.permissions(role):
            direct = "KeysPersonal" in str(statement["Resource"])
            if any(action.startswith("kms:") for action in as_list(statement["Action"])) and not direct:
                services = statement["Condition"]["StringEquals"]["kms:ViaService"]
                assert all(service.endswith(".ap-northeast-1.amazonaws.com") for service in services)


@pytest.mark.parametrize("role", ["ReceiveFile", "LargeFileApplyGroup"])
def test_functions_seal_in_the_one_context_and_open_nothing(linkage: Template, deployment: str, role: str) -> None:
    (statement,) = [s for s in linkage.permissions(role) if "KeysPersonal" in str(s["Resource"])]
    assert statement["Action"] == "kms:GenerateDataKey"
    allowed = dict(statement["Condition"]["StringEquals"])
    assert allowed.pop("kms:EncryptionContext:municipality") == linkage.stack.split("-")[2]
    assert allowed.pop("kms:EncryptionContext:purpose") == "personal-data"
    assert allowed.keys() == ({"aws:SourceVpce"} if deployment == "enclosed" else set())


@pytest.mark.parametrize("role", ["ReceiveFile", "LargeFileAnswerFile"])
def test_the_work_bucket_is_listed_below_errors_alone(linkage: Template, role: str) -> None:
    (listing,) = [
        statement
        for statement in linkage.permissions(role)
        if statement["Action"] == "s3:ListBucket" and "WorkBucket" in str(statement["Resource"])
    ]
    assert listing["Condition"]["StringLike"] == {"s3:prefix": "errors/*"}


def test_policies_stay_below_the_limits_of_iam_with_a_bucket_for_every_system(linkage: Template) -> None:
    inline: dict[str, int] = {}
    for policy in linkage.resources("IAM::Policy").values():
        for role in policy["Properties"]["Roles"]:
            size = linkage.size(policy["Properties"]["PolicyDocument"])
            inline[role["Ref"]] = inline.get(role["Ref"], 0) + size
    assert len(inline) == 7
    assert max(inline.values()) < INLINE_LIMIT
    for policy in linkage.resources("IAM::ManagedPolicy").values():
        assert linkage.size(policy["Properties"]["PolicyDocument"]) < MANAGED_LIMIT


def test_only_lambda_assumes_a_functions_role_and_no_role_has_a_policy_of_aws(linkage: Template) -> None:
    roles = linkage.properties("IAM::Role")
    assert len(roles) == 7
    for name, role in roles.items():
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        service = "states" if name.startswith("LargeFileRole") else "lambda"
        assert trust["Principal"] == {"Service": f"{service}.amazonaws.com"}
        assert "ManagedPolicyArns" not in role


def test_every_role_has_the_boundary_that_the_parameters_demand(synthesis: Synthesis) -> None:
    for role in synthesis.template("enclosed", "Linkage").properties("IAM::Role").values():
        assert role["PermissionsBoundary"] == ENCLOSED.permissions_boundary
    for role in synthesis.template("production", "Linkage").properties("IAM::Role").values():
        assert "PermissionsBoundary" not in role


def test_in_a_private_network_data_is_reached_through_its_endpoints_alone(synthesis: Synthesis) -> None:
    assert ENCLOSED.network
    through = {"aws:SourceVpce": list(ENCLOSED.network.endpoint_ids)}
    for role in FUNCTIONS:
        for statement in synthesis.template("enclosed", "Linkage").permissions(role):
            if not all(action.startswith(OUTSIDE_THE_NETWORK) for action in as_list(statement["Action"])):
                assert statement["Condition"]["StringEquals"] == through


def test_a_source_is_mapped_only_once_its_role_may_read_it(linkage: Template) -> None:
    # What does not fit into a role's inline policy stands in a managed one.
    policies = linkage.statements("IAM::Policy") | linkage.statements("IAM::ManagedPolicy")
    for mapping in linkage.resources("Lambda::EventSourceMapping").values():
        first = [policies[name] for name in mapping["DependsOn"] if name in policies]
        actions = {action for statements in first for action, _ in granted(statements)}
        assert actions & {"sqs:ReceiveMessage", "dynamodb:GetRecords"}


def _allowed(linkage: Template, role: str) -> dict[str, set[str]]:
    """Return what a role may do, by action: the short names of the resources."""
    allowed: dict[str, set[str]] = {}
    for action, resource in granted(linkage.permissions(role)):
        allowed.setdefault(action, set()).add(_short(linkage, resource))
    return allowed


def _expect_logs_and_network(allowed: dict[str, set[str]], logs: str, deployment: str) -> None:
    assert allowed.pop("logs:CreateLogStream") == allowed.pop("logs:PutLogEvents") == {logs}
    if deployment == "enclosed":
        for action in NETWORK_INTERFACES:
            assert allowed.pop(action) == {"*"}, "AWS accepts no narrower resource for it"
    assert allowed == {}


NAMES = ("DomainEventsBus", "KeysExchange", "KeysFingerprints", "KeysMessages", "KeysPersonal", "KeysRecords",
         "PersonalFingerprintKey", "LargeFileAnswerFileFunction",
         "LargeFileAnswerFileLogs", "LargeFileApplyGroupFunction", "LargeFileApplyGroupLogs", "LargeFileMachine",
         "AddresseesTable", "IntegratedTable", "LinkageTable",
         "PublishAddresseesDeadLetters", "PublishAddresseesFunctionLogs",
         "PublishChangesDeadLetters", "PublishChangesFunctionLogs", "ReceiveFileFunctionLogs",
         "ProtectionTable", "ReceiveFileQueue", "ResidentsTable", "UndoFileFunctionLogs", "WorkBucket")  # fmt: skip


def _short(linkage: Template, resource: str) -> str:
    """Return an ARN as the name of its resource and what follows: `001/outbox/*`, `WorkBucket/errors/*`."""
    stage, municipality = linkage.stack.split("-")[1:3]
    prefix = f"arn:aws:s3:::kyotsu-{stage}-{municipality}-123456789012-"
    if resource == "*" or resource.startswith(prefix):
        return resource.removeprefix(prefix)
    named, _, rest = resource.partition(">")
    (name,) = [name for name in NAMES if name in named]
    return name + rest
