"""The machines of 引越しOSS and their step functions: each may do what its steps do, and nothing more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.constructs.moving_access import MOVE_IN, MOVE_OUT
from tests.infra.conftest import Synthesis
from tests.infra.templates import Template, granted
from tests.infra.test_moving import partitions, rights

FILES = Path(__file__).resolve().parents[2] / "statemachines"
STEPS = {
    MOVE_OUT: ["AdvanceMoveOut", "AwaitSignal", "Reconcile", "PostMessages", "Distribute"],
    MOVE_IN: ["AdvanceMoveIn", "AwaitSignal", "Match", "Distribute", "DrawForm", "PostMessages"],
}
"""The functions that each machine invokes."""
STEPPING = sorted({name for names in STEPS.values() for name in names} - {"DrawForm"})
ROLES = {name: f"Steps{name}Role" for name in STEPPING}
CONSTRUCTS = {MOVE_OUT: "MoveOut", MOVE_IN: "MoveIn"}
MACHINES = sorted(CONSTRUCTS)


@pytest.fixture
def moving(synthesis: Synthesis, deployment: str) -> Template:
    """The stack of 引越しOSS of each deployment."""
    return synthesis.template(deployment, "Moving")


@pytest.mark.parametrize("name", MACHINES)
def test_a_machine_invokes_its_own_functions_alone(moving: Template, name: str) -> None:
    found = list(granted(moving.permissions(f"{CONSTRUCTS[name]}Role")))
    invoked = {resource for action, resource in found if action == "lambda:InvokeFunction"}
    assert len(invoked) == len(STEPS[name])
    for step in STEPS[name]:
        assert [arn for arn in invoked if step in arn], step
    assert not {resource for resource in invoked if "*" in resource}
    assert {action.partition(":")[0] for action, _ in found} == {"lambda", "logs", "xray"}


@pytest.mark.parametrize("name", MACHINES)
def test_what_a_machine_logs_holds_ids_and_words_alone(moving: Template, name: str) -> None:
    """Executions are logged with their data, which are what the file's states put there."""
    machine = moving.only("StepFunctions::StateMachine", CONSTRUCTS[name])
    assert machine["LoggingConfiguration"]["Level"] == "ALL"
    assert machine["TracingConfiguration"]["Enabled"]
    definition = json.loads((FILES / f"{name}.asl.json").read_text("utf-8"))
    told, kept = set[str](), set[str]()
    for state in definition["States"].values():
        told |= set(state.get("Parameters", {}).get("Payload", {}))
        kept |= set(state.get("ResultSelector", {}).values()) if "ResultSelector" in state else set()
    assert told == {"case.$", "step", "wait", "kinds", "token.$", "execution.$", "entered.$", "retry.$"}
    assert kept == {"$.Payload.result", "$.signal"}


@pytest.mark.parametrize("name", MACHINES)
def test_every_task_retries_and_catches_and_has_a_time_out(name: str) -> None:
    definition = json.loads((FILES / f"{name}.asl.json").read_text("utf-8"))
    tasks = [state for state in definition["States"].values() if state["Type"] == "Task"]
    assert tasks
    for task in tasks:
        assert task["TimeoutSecondsPath"].startswith("$.timeouts.")
        assert task["Retry"]
        assert task["Catch"][-1]["ErrorEquals"] == ["States.ALL"]


@pytest.mark.parametrize("step", ["AdvanceMoveIn", "AdvanceMoveOut", "AwaitSignal"])
def test_who_moves_a_case_reads_no_paper(moving: Template, step: str) -> None:
    found = list(granted(moving.permissions(ROLES[step])))
    assert found
    assert not [resource for _, resource in found if "Paper" in resource or "KeysPapers" in resource]


@pytest.mark.parametrize("step", ["AdvanceMoveIn", "AwaitSignal", "Distribute"])
def test_who_needs_no_resident_reads_none(moving: Template, step: str) -> None:
    tables = " ".join(rights(moving, ROLES[step], "dynamodb").values())
    assert "MovingTable" in tables
    for other in ("Residents", "Candidates", "Protection", "Addressees", "Personal"):
        assert other not in tables


def test_status_is_all_that_who_advances_writes_for_the_portal(moving: Template) -> None:
    for step in ("AdvanceMoveIn", "AdvanceMoveOut"):
        put = rights(moving, ROLES[step], "s3")["s3:PutObject"]
        assert put.split()[-1].endswith("-029/status/*"), put
        assert len(put.split()) == 1


def test_distribute_writes_reservations_and_notices_into_the_outbox_and_nothing_else(moving: Template) -> None:
    found = rights(moving, ROLES["Distribute"], "s3")
    (put,) = found["s3:PutObject"].split()
    assert put.endswith("-029/outbox/029o*")
    assert "s3:DeleteObject" not in found
    assert partitions(moving, ROLES["Distribute"], "dynamodb:PutItem") == {"CASE#*", "HANDED#*"}


def test_residents_are_read_and_never_written(moving: Template) -> None:
    """Requirement: a reservation changes no 住民区分."""
    for role in [*ROLES.values(), "FollowFunctionRole", "EraseFunctionRole"]:
        for action, resource in granted(moving.permissions(role)):
            if "ResidentsTable" in resource or "AddresseesTable" in resource or "CandidatesTable" in resource:
                assert action in {"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"}, (role, action)


def test_who_erases_can_read_nothing_of_what_it_destroys(moving: Template) -> None:
    found = list(granted(moving.permissions("EraseFunctionRole")))
    actions = {action for action, _ in found}
    assert "s3:DeleteObject" in actions
    assert not {"s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"} & actions
    papers = {action for action, resource in found if "PapersTable" in resource}
    assert papers == {"dynamodb:DeleteItem", "dynamodb:Query", "dynamodb:UpdateItem"}
    direct = [
        statement
        for statement in moving.permissions("EraseFunctionRole")
        if "kms:" in str(statement["Action"]) and "kms:ViaService" not in str(statement)
    ]
    assert direct == [], "data keys of cases are opened by nobody who erases"


def test_who_waits_and_who_follows_may_tell_machines_and_no_step_may(moving: Template) -> None:
    telling = {
        role
        for role in [*ROLES.values(), "FollowFunctionRole", "EraseFunctionRole"]
        if "states:SendTaskSuccess" in rights(moving, role, "states")
    }
    assert telling == {ROLES["AwaitSignal"], "FollowFunctionRole", "EraseFunctionRole"}


@pytest.mark.parametrize("step", STEPPING)
def test_a_step_touches_cases_of_its_municipality_alone(moving: Template, step: str) -> None:
    allowed = {"CASE#*", "HANDED#*", "cs/*"} if step in ("Distribute", "PostMessages") else {"CASE#*"}
    for statement in moving.permissions(ROLES[step]):
        if "MovingTable" in str(statement["Resource"]):
            keys = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
            own = moving.stack.split("-")[2]
            found = {key.removeprefix(f"{own}#") for key in ([keys] if isinstance(keys, str) else keys)}
            assert found <= allowed, found
