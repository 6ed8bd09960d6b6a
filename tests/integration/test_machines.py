"""Machines of cases on Step Functions, as moto keeps executions: each runs until it is stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from kyotsu.moving.cases import CaseKind
from kyotsu.moving.machines import LONGEST_NAME, StepFunctions
from kyotsu.moving.ports import Taken
from tests.fakes.moving_contract import case, signal

ROLE = "arn:aws:iam::123456789012:role/states"
LONG = "I-CS-" + "x" * 100
FIRST = replace(case(), generation=1)


@pytest.fixture
def client() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("stepfunctions", "ap-northeast-1")


@pytest.fixture
def machines(client: Any) -> StepFunctions:
    made = {
        name: client.create_state_machine(name=name, definition='{"StartAt": "x"}', roleArn=ROLE)["stateMachineArn"]
        for name in ("move_out", "move_in")
    }
    return StepFunctions(
        client, lambda kind: made["move_out" if kind is CaseKind.MOVE_OUT else "move_in"], lambda: {"step": 900}
    )


def executions(machines: StepFunctions, kind: CaseKind) -> list[Any]:
    return list(machines.client.list_executions(stateMachineArn=machines.machine(kind))["executions"])


def stop(machines: StepFunctions, kind: CaseKind) -> None:
    for execution in executions(machines, kind):
        if execution["status"] == "RUNNING":
            machines.client.stop_execution(executionArn=execution["executionArn"])


def test_a_generation_is_started_once_and_knows_its_case_alone(machines: StepFunctions) -> None:
    for _ in range(3):
        machines.start(FIRST)
    (execution,) = executions(machines, CaseKind.MOVE_OUT)
    assert execution["name"] == "O-A1.1"
    described = machines.client.describe_execution(executionArn=execution["executionArn"])
    assert json.loads(described["input"]) == {"case": "O-A1", "timeouts": {"step": 900}}
    stop(machines, CaseKind.MOVE_OUT)
    machines.start(FIRST)
    assert len(executions(machines, CaseKind.MOVE_OUT)) == 1


def test_moves_in_and_within_have_a_machine_of_their_own(machines: StepFunctions) -> None:
    for kind in (CaseKind.MOVE_IN, CaseKind.IN_CITY):
        machines.start(replace(case(kind=kind), generation=1))
    assert sorted(execution["name"] for execution in executions(machines, CaseKind.MOVE_IN)) == ["C-A1.1", "I-A1.1"]


def test_what_failed_is_told(machines: StepFunctions) -> None:
    assert not machines.ended(FIRST)  # never started
    machines.start(FIRST)
    assert not machines.ended(FIRST)
    assert list(machines.failed()) == []
    stop(machines, CaseKind.MOVE_OUT)
    machines.start(replace(FIRST, generation=2))
    assert (machines.ended(FIRST), machines.ended(replace(FIRST, generation=2))) == (True, False)
    assert list(machines.failed()) == [("O-A1", 1)]


def test_a_case_whose_id_is_too_long_for_a_name_is_found_again(machines: StepFunctions) -> None:
    long = replace(case(kind=CaseKind.MOVE_IN), id=LONG, generation=12)
    for _ in range(2):
        machines.start(long)
    machines.start(replace(long, id=LONG + "y"))
    names = {execution["name"] for execution in executions(machines, CaseKind.MOVE_IN)}
    assert len(names) == 2
    assert all(len(name) <= LONGEST_NAME and name.endswith(".12") for name in names)
    stop(machines, CaseKind.MOVE_IN)
    assert sorted(machines.failed()) == [(LONG, 12), (LONG + "y", 12)]
    assert machines.ended(long)


def test_a_token_that_is_gone_is_fine(machines: StepFunctions, monkeypatch: pytest.MonkeyPatch) -> None:
    errors = machines.client.exceptions
    for error in (errors.TaskDoesNotExist, errors.TaskTimedOut, errors.InvalidToken):

        def gone(error: Any = error, **_: Any) -> None:
            raise error({"Error": {"Code": error.__name__}}, "SendTaskSuccess")

        monkeypatch.setattr(machines.client, "send_task_success", gone)
        machines.tell(Taken("t", signal("s")))


def test_a_machine_hears_the_kind_of_a_signal_alone(machines: StepFunctions, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Any] = []
    monkeypatch.setattr(machines.client, "send_task_success", lambda **call: said.append(call))
    machines.tell(Taken("t", signal("s")))
    assert said == [{"taskToken": "t", "output": '{"signal":"accepted"}'}]
