"""What follows residents and publishes integrated people: where it listens, what is kept, what it may do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.infra.conftest import Synthesis
from tests.infra.templates import Template, as_list, granted

NAMES = ("CandidatesT", "IntegratedT", "ResidentsT", "LinkageT", "AddresseesT", "ProtectionT", "AuditIndex",
         "AuditRecords",
         "KeysRecords", "KeysPersonal", "KeysFingerprints", "KeysMessages", "KeysAudit", "KeysAccess", "FingerprintKey",
         "SigningA", "AccessT", "DomainEvents", "DeadLetters", "Residents")  # fmt: skip


@pytest.fixture
def numbering(synthesis: Synthesis, deployment: str) -> Template:
    """The numbering stack of each deployment."""
    return synthesis.template(deployment, "Numbering")


def allowed(template: Template, role: str) -> set[tuple[str, str]]:
    """Return actions and resources of a role, without those that every function and every queue or stream has."""
    found = granted(template.permissions(role))
    return {
        (action, short(resource))
        for action, resource in found
        if not action.startswith(("ec2:", "logs:", "sqs:")) and "Stream" not in action and "Shard" not in action
    }


def short(resource: str) -> str:
    """Return what an ARN names."""
    return next((name for name in NAMES if name in resource), resource)


def on(resource: str, service: str, *actions: str) -> set[tuple[str, str]]:
    return {(f"{service}:{action}", resource) for action in actions}


KEY = ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey")
WRITE = (
    on("IntegratedT", "dynamodb", "BatchGetItem", "DeleteItem", "PutItem")
    | on("ResidentsT", "dynamodb", "BatchGetItem")
    | on("KeysRecords", "kms", *KEY)
    | on("KeysPersonal", "kms", "GenerateDataKey")
    | on("FingerprintKey", "secretsmanager", "GetSecretValue")
    | on("KeysFingerprints", "kms", "Decrypt")
)


def test_residents_that_were_recorded_reach_the_queue_and_what_does_not_is_kept(numbering: Template) -> None:
    rule = numbering.only("Events::Rule", "FollowResidents")
    assert rule["EventPattern"] == {"source": ["kyotsu"], "detail-type": ["ResidentRecorded"]}
    assert "DomainEvents" in rule["EventBusName"]
    (target,) = rule["Targets"]
    assert "FollowResidents" in target["Arn"]
    assert "Undelivered" in target["DeadLetterConfig"]["Arn"]
    queues = numbering.properties("SQS::Queue")
    own = [queue for name, queue in queues.items() if name.startswith("FollowResidents")]
    assert any("RedrivePolicy" in queue for queue in own)


def test_who_follows_residents_reads_them_and_writes_integrated_people(numbering: Template) -> None:
    expected = (
        WRITE
        | on("ResidentsT", "dynamodb", "GetItem")
        | on("KeysPersonal", "kms", "Decrypt")
        | on("LinkageT", "dynamodb", "PutItem")
        | on("KeysMessages", "kms", "Decrypt")
    )
    assert allowed(numbering, "FollowResidentsFunctionRole") == expected


def test_who_publishes_reads_the_stream_and_tells_the_bus(numbering: Template) -> None:
    mapping = next(
        found
        for found in numbering.properties("Lambda::EventSourceMapping").values()
        if "Integrated" in str(found["EventSourceArn"])
    )
    assert mapping["BisectBatchOnFunctionError"]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert "PublishIntegratedDeadLetters" in mapping["DestinationConfig"]["OnFailure"]["Destination"]
    found = allowed(numbering, "PublishIntegratedFunctionRole")
    assert ("events:PutEvents", "DomainEvents") in found
    assert not {action for action, _ in found if action.startswith(("dynamodb:", "secretsmanager:"))} - {
        "dynamodb:GetRecords"
    }
    assert not {resource for _, resource in found} & {"KeysPersonal", "FingerprintKey"}


def test_who_issues_opens_no_individual_number_and_who_shows_makes_and_writes_none(numbering: Template) -> None:
    issue, show = allowed(numbering, "IssueIntegratedRole"), allowed(numbering, "ShowIntegratedRole")
    assert issue >= WRITE | on("AddresseesT", "dynamodb", "UpdateItem")
    assert ("kms:Decrypt", "KeysPersonal") not in issue
    assert {action for action, resource in show if resource == "IntegratedT"} == {
        "dynamodb:BatchGetItem",
        "dynamodb:GetItem",
    }
    assert {action for action, resource in show if resource == "KeysRecords"} == {"kms:Decrypt", "kms:DescribeKey"}
    assert ("kms:GenerateDataKey", "KeysPersonal") not in show
    assert ("kms:Decrypt", "KeysPersonal") in show


@pytest.mark.parametrize("role", ["FollowResidentsFunctionRole", "IssueIntegratedRole", "ShowIntegratedRole"])
def test_they_touch_the_partitions_of_their_municipality_alone(numbering: Template, role: str) -> None:
    municipality = numbering.stack.split("-")[2]
    statements = [
        statement
        for statement in numbering.permissions(role)
        if as_list(statement["Action"])[0].startswith("dynamodb:") and "Audit" not in str(statement["Resource"])
    ]
    assert statements
    for statement in statements:
        leading = as_list(statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"])
        assert all(pattern.startswith(f"{municipality}#") for pattern in leading)
        attributes = {"dynamodb:Attributes": "false"} if _reads_links(statement) else {}
        assert statement["Condition"]["Null"] == {"dynamodb:LeadingKeys": "false", **attributes}


def _reads_links(statement: Mapping[str, Any]) -> bool:
    return "AddresseesT" in str(statement["Resource"]) and as_list(statement["Action"]) != ["dynamodb:UpdateItem"]


def test_who_shows_may_do_this_and_nothing_else(numbering: Template) -> None:
    found = allowed(numbering, "ShowIntegratedRole")
    assert {(action, resource) for action, resource in found if "Audit" not in resource} == (
        on("IntegratedT", "dynamodb", "BatchGetItem", "GetItem")
        | on("AddresseesT", "dynamodb", "BatchGetItem", "Query")
        | on("ProtectionT", "dynamodb", "BatchGetItem")
        | on("LinkageT", "dynamodb", "GetItem")
        | on("AccessT", "dynamodb", "GetItem")
        | on("KeysRecords", "kms", "Decrypt", "DescribeKey")
        | on("KeysPersonal", "kms", "Decrypt")
        | on("FingerprintKey", "secretsmanager", "GetSecretValue")
        | on("KeysFingerprints", "kms", "Decrypt")
        | on("KeysAccess", "kms", "Decrypt", "DescribeKey")
        | on("SigningA", "kms", "GetPublicKey")
    )


def test_who_receives_files_opens_no_individual_number(synthesis: Synthesis, deployment: str) -> None:
    linkage = synthesis.template(deployment, "Linkage")
    found = allowed(linkage, "ReceiveFileFunctionRole")
    assert on("IntegratedT", "dynamodb", "BatchGetItem", "DeleteItem", "PutItem") <= found
    assert ("kms:Decrypt", "KeysPersonal") not in found
