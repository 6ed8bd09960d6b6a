"""Executions of a state machine: one of a name at work, and one that failed is followed by another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from kyotsu.linkage.grouping import Group
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.receipts import Receipt
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.executions import Executions
from kyotsu.wiring.adapters import LargeFileMachine

ROLE = "arn:aws:iam::123456789012:role/states"


@pytest.fixture
def client() -> Iterator[Any]:
    """Step Functions as moto keeps them: an execution runs until it is stopped."""
    with mock_aws():
        yield boto3.client("stepfunctions", "ap-northeast-1")


@pytest.fixture
def executions(client: Any) -> Executions:
    machine = client.create_state_machine(name="large-files", definition='{"StartAt": "x"}', roleArn=ROLE)
    return Executions(client, machine["stateMachineArn"])


def names(executions: Executions) -> list[str]:
    found = executions.client.list_executions(stateMachineArn=executions.machine)["executions"]
    return sorted(execution["name"] for execution in found)


def stop(executions: Executions, name: str) -> None:
    arn = f"{executions.machine.replace(':stateMachine:', ':execution:')}:{name}"
    executions.client.stop_execution(executionArn=arn)


def test_a_second_start_changes_nothing_while_the_first_runs(executions: Executions) -> None:
    """A start that timed out after it had worked, or a notification delivered again."""
    for _ in range(3):
        executions.start("receipt", {"groups": [1]})
    assert names(executions) == ["receipt"]


def test_nor_does_one_with_another_input(executions: Executions) -> None:
    """A release in between may cut groups otherwise; the running execution goes on with its own."""
    executions.start("receipt", {"groups": [1]})
    executions.start("receipt", {"groups": [1, 2]})
    assert names(executions) == ["receipt"]


def test_one_that_failed_is_followed_by_a_numbered_one(executions: Executions) -> None:
    for name in ("receipt", "receipt-2", "receipt-3"):
        executions.start("receipt", {})
        executions.start("receipt", {})
        assert names(executions)[-1] == name
        stop(executions, name)
    assert len(names(executions)) == 3


@pytest.mark.parametrize(
    ("status", "anew"),
    [("RUNNING", False), ("PENDING_REDRIVE", False), ("SUCCEEDED", False), ("FAILED", True), ("TIMED_OUT", True)],
)
def test_how_the_first_fares_decides(
    client: Any, executions: Executions, monkeypatch: pytest.MonkeyPatch, status: str, anew: bool
) -> None:
    executions.start("receipt", {})
    told = {"receipt": status}
    fares = lambda executionArn: {"status": told.get(executionArn.rsplit(":", 1)[1], "RUNNING")}  # noqa: E731, N803
    monkeypatch.setattr(client, "describe_execution", fares)
    executions.start("receipt", {"other": "input"})
    assert names(executions) == (["receipt", "receipt-2"] if anew else ["receipt"])


def test_a_machine_that_can_not_be_started_is_an_error(executions: Executions) -> None:
    executions.client.delete_state_machine(stateMachineArn=executions.machine)
    with pytest.raises(executions.client.exceptions.StateMachineDoesNotExist):
        executions.start("receipt", {})


def test_a_file_is_handed_over_by_its_receipt_and_without_its_key(client: Any, executions: Executions) -> None:
    ref = ObjectRef("bucket", "outbox/001o006-01/a.csv", "v")
    receipt = Receipt(ref, "141003", "001", SystemClock().now())
    LargeFileMachine(lambda: executions).start(receipt, [Group(0, 3), Group(4, 6)])
    (execution,) = client.list_executions(stateMachineArn=executions.machine)["executions"]
    assert execution["name"] == ref.receipt_id
    told = client.describe_execution(executionArn=execution["executionArn"])["input"]
    groups = '[{"first":0,"last":3},{"first":4,"last":6}]'
    assert told == f'{{"receipt_id":"{ref.receipt_id}","groups":{groups}}}'
