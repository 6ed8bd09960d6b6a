"""引越しOSS: what its functions may do, and what they may not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from infra.parameters import ParameterError, production
from infra.parameters.moving import Moving
from kyotsu.moving.rules import Rules
from tests.infra.conftest import CITY, Synthesis
from tests.infra.templates import Template, granted

RECEIVE, WATCH = "ReceiveFunctionRole", "WatchFunctionRole"


@pytest.fixture
def moving(synthesis: Synthesis, deployment: str) -> Template:
    """The stack of 引越しOSS of each deployment."""
    return synthesis.template(deployment, "Moving")


def rights(template: Template, role: str, service: str) -> dict[str, str]:
    """Return what a role may do with a service, and on what."""
    found: dict[str, str] = {}
    for action, resource in granted(template.permissions(role)):
        if action.startswith(f"{service}:"):
            found[action] = f"{found.get(action, '')} {resource}"
    return found


def partitions(template: Template, role: str, action: str) -> set[str]:
    """Return the partitions on which a role may make a call of DynamoDB."""
    own = template.stack.split("-")[2]
    found: set[str] = set()
    for statement in template.permissions(role):
        if action in str(statement["Action"]):
            keys: Any = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
            found |= {key.removeprefix(f"{own}#") for key in ([keys] if isinstance(keys, str) else keys)}
    return found


def test_the_portal_s_documents_reach_their_function_alone(moving: Template) -> None:
    rule = moving.only("Events::Rule", "ReceiveFiled")
    (name,) = rule["EventPattern"]["detail"]["bucket"]["name"]
    assert name.endswith("-029")
    assert rule["EventPattern"]["detail"]["object"]["key"] == [{"prefix": "inbox/"}]
    assert rule["Targets"][0]["DeadLetterConfig"]


def test_the_intake_reads_the_inbox_and_writes_answers_and_status_there(moving: Template) -> None:
    found = rights(moving, RECEIVE, "s3")
    assert set(found) == {
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:ListBucket",
        "s3:ListBucketVersions",
        "s3:PutObject",
    }
    assert found["s3:DeleteObjectVersion"].split() == [found["s3:GetObjectVersion"].strip()]
    assert found["s3:DeleteObjectVersion"].endswith("-029/inbox/*")
    assert "-029/inbox/" not in found["s3:PutObject"]
    assert "029" not in found["s3:DeleteObject"], "papers alone"


def test_the_intake_writes_cases_and_people_and_nothing_else_of_its_table(moving: Template) -> None:
    assert partitions(moving, RECEIVE, "dynamodb:UpdateItem") == {"CASE#*", "PERSON#*"}
    assert partitions(moving, RECEIVE, "dynamodb:Query") == {"CASE#*", "PERSON#*"}
    assert "dynamodb:DeleteItem" not in rights(moving, RECEIVE, "dynamodb")


def test_the_watch_reads_no_paper(moving: Template) -> None:
    """Requirement: who looks at deadlines sees nobody's name."""
    assert rights(moving, WATCH, "s3") == {}
    tables = " ".join(rights(moving, WATCH, "dynamodb").values())
    assert "Papers" not in tables
    assert "Moving" in tables
    assert "Papers" not in " ".join(rights(moving, WATCH, "kms").values())
    assert {"DUE", "UNSTARTED", "UNTOLD"} <= partitions(moving, WATCH, "dynamodb:Query")


def test_machines_are_started_by_name_and_their_executions_looked_at(moving: Template) -> None:
    found = rights(moving, WATCH, "states")
    assert set(found) == {
        "states:DescribeExecution",
        "states:ListExecutions",
        "states:SendTaskSuccess",
        "states:StartExecution",
    }
    names = moving.stack.removesuffix("-Moving")
    for arns in found.values():
        assert {arn.rsplit(":", 1)[-1] for arn in arns.split()} <= {f"{names}-move_out", f"{names}-move_in", "*"}
    assert rights(moving, RECEIVE, "states").keys() == {"states:SendTaskSuccess", "states:StartExecution"}


def test_data_keys_of_papers_are_used_in_their_context_alone(moving: Template) -> None:
    direct = [
        statement
        for statement in moving.permissions(RECEIVE)
        if "KeysPapers" in str(statement["Resource"]) and "kms:ViaService" not in str(statement)
    ]
    (statement,) = direct
    assert {
        "kms:EncryptionContext:municipality": moving.stack.split("-")[2],
        "kms:EncryptionContext:purpose": "moving-papers",
    }.items() <= statement["Condition"]["StringEquals"].items()


def test_the_key_of_papers_refuses_other_contexts_to_everybody(stateful: Template) -> None:
    _, *refusals = stateful.only("KMS::Key", "KeysPapers")["KeyPolicy"]["Statement"]
    assert [refusal["Effect"] for refusal in refusals] == ["Deny", "Deny"]
    for refusal in refusals:
        assert refusal["Principal"] == {"AWS": "*"}
        assert refusal["Condition"]["Null"] == {"kms:ViaService": "true"}


def test_in_production_a_clerk_approves() -> None:
    assert production(CITY).moving.rules.approval == "clerk"


@pytest.mark.parametrize(
    "wrong",
    [
        {"case_days": 365},
        {"papers_days": 300},
        {"juki_days": 13},
        {"watch_every": 0},
        {"rules": Rules(erase_days=400)},
    ],
)
def test_papers_never_expire_before_their_case_is_erased(wrong: dict[str, Any]) -> None:
    with pytest.raises(ParameterError):
        replace(Moving(), **wrong)
