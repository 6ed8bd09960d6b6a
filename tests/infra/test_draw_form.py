"""The function that draws 転入届: its layer, what it is told, what it may do, and what it may not."""

from __future__ import annotations

import pytest

from tests.infra.conftest import Synthesis
from tests.infra.templates import Template, granted
from tests.infra.test_integrated import KEY, on
from tests.infra.test_partitions import asked

ROLE = "DrawFormFunctionRole"
NAMES = ("MovingTable", "PapersTable", "PaperFiles", "KeysRecords", "KeysPapers")
"""All that it may have a right on."""


@pytest.fixture
def moving(synthesis: Synthesis, deployment: str) -> Template:
    """The stack of 引越しOSS of each deployment."""
    return synthesis.template(deployment, "Moving")


def test_it_alone_has_the_layer_with_engine_and_fonts(synthesis: Synthesis, deployment: str) -> None:
    having = [
        name
        for template in synthesis.templates(deployment)
        for name, resource in template.body["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function" and "FormsLayer" in str(resource["Properties"]["Layers"])
    ]
    assert [name.startswith("DrawForm") for name in having] == [True]


def test_it_draws_with_a_second_of_processor_for_a_cold_start(moving: Template) -> None:
    function = moving.only("Lambda::Function", "DrawForm")
    assert function["Layers"] == ["<KyotsuLayer>", "<DependenciesLayer>", "<FormsLayer>"]
    assert (function["MemorySize"], function["Timeout"]) == (1024, 60)
    variables = set(function["Environment"]["Variables"])
    assert variables >= {"MUNICIPALITY", "MOVING_TABLE", "PAPERS_TABLE", "PAPER_BUCKET", "PAPER_KEY"}


def test_it_writes_cases_and_keeps_papers_and_nothing_else(moving: Template) -> None:
    paper_rights = ("BatchGetItem", "ConditionCheckItem", "GetItem", "PutItem")
    found = {
        (action, next(name for name in NAMES if name in resource))
        for action, resource in granted(moving.permissions(ROLE))
        if not action.startswith(("ec2:", "logs:"))
    }
    assert found == (
        on("MovingTable", "dynamodb", "GetItem", "PutItem")
        | on("PapersTable", "dynamodb", *paper_rights)
        | on("PaperFiles", "s3", "DeleteObject", "GetObject", "ListBucket", "PutObject")
        | on("KeysRecords", "kms", *KEY)
        | on("KeysPapers", "kms", *KEY)
    )


def test_it_writes_no_file_but_the_form(moving: Template) -> None:
    (put,) = [one for one in moving.permissions(ROLE) if "s3:PutObject" in str(one["Action"])]
    own = moving.stack.split("-")[2]
    assert str(put["Resource"]).endswith(f"/{own}/*/form")


def test_it_touches_cases_of_its_municipality_alone(moving: Template) -> None:
    own = moving.stack.split("-")[2]
    for table in ("MovingTable", "PapersTable"):
        may = asked(moving, ROLE, table=table)
        assert may("PutItem", f"{own}#CASE#I-1")
        for partition in (f"{own}#PERSON#00", f"{own}#LANE#1", "999999#CASE#I-1"):
            assert not may("PutItem", partition)
        for action in ("DeleteItem", "UpdateItem", "Query", "Scan"):
            assert not may(action, f"{own}#CASE#I-1")


def test_it_opens_data_keys_of_papers_and_makes_none(moving: Template) -> None:
    direct = [
        one
        for one in moving.permissions(ROLE)
        if "kms:" in str(one["Action"]) and "EncryptionContext" in str(one.get("Condition"))
    ]
    assert [one["Action"] for one in direct] == ["kms:Decrypt"]
    assert direct[0]["Condition"]["StringEquals"]["kms:EncryptionContext:purpose"] == "moving-papers"
