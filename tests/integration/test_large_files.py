"""The functions of a large file's state machine on moto: handed over, applied, answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from kyotsu.linkage import scanning
from kyotsu.linkage.applying import OutOfTimeError
from tests.fakes.deployment import body, name, row
from tests.integration.cloud import ENVIRONMENT, Cloud, notification
from tests.integration.conftest import Handler, load
from tests.integration.test_reception import outbox

ROWS = [row(atenabango=f"{number:015d}", shimei="架" * 90) for number in range(1, 31)]
PLENTY = 900_000


@dataclass
class Context:
    """How much time a worker has left; 1 s less each time it asks."""

    left: int = PLENTY

    def get_remaining_time_in_millis(self) -> int:
        self.left -= 1000
        return self.left


@pytest.fixture(autouse=True)
def machine(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A machine that only remembers what it was asked; every chunk is small and no file is."""
    monkeypatch.setattr(scanning, "CHUNK_BYTES", 1000)
    monkeypatch.setattr(scanning, "MAX_RECORD_BYTES", 1500)
    monkeypatch.setenv("SMALL_CHUNKS", "2")
    states = boto3.client("stepfunctions")
    role = "arn:aws:iam::123456789012:role/states"
    made = states.create_state_machine(name="large-files", definition='{"StartAt": "x"}', roleArn=role)
    assert made["stateMachineArn"] == ENVIRONMENT["LARGE_FILE_MACHINE"]
    return states


def test_a_large_file_goes_its_way(cloud: Cloud, receive_file: Handler, machine: Any) -> None:
    ref = cloud.put(outbox(name()), body(ROWS))
    for _ in range(2):  # the second delivery finds it under way
        assert receive_file(notification([ref]), None) == {"batchItemFailures": []}
    (execution,) = machine.list_executions(stateMachineArn=ENVIRONMENT["LARGE_FILE_MACHINE"])["executions"]
    assert execution["name"] == ref.receipt_id
    assert cloud.events() == []
    found = cloud.receipts.get(ref.receipt_id).scan
    assert found is not None
    assert [chunk.starts_group for chunk in found.chunks] == [True] * len(found.chunks)
    group = {"receipt_id": ref.receipt_id, "first": 0, "last": len(found.chunks) - 1}
    apply_group, answer_file = load("linkage/apply_group").handler, load("linkage/answer_file").handler
    with pytest.raises(OutOfTimeError):
        apply_group(group, Context(left=122_500))  # time for two chunks
    assert len(cloud.receipts.ledger(cloud.receipts.get(ref.receipt_id))) == 2
    apply_group(group, Context())
    answer_file({"receipt_id": ref.receipt_id}, Context())
    answer = cloud.answer(ref)
    assert (answer["status"], answer["counts"]["read"], answer["counts"]["added"]) == ("ACCEPTED", 30, 30)
    assert [kind for kind, _ in cloud.events()] == ["FileAnswered"]


@pytest.mark.parametrize("function", ["linkage/apply_group", "linkage/answer_file"])
def test_what_fails_is_told_by_its_receipt_and_raised(cloud: Cloud, function: str, caplog: Any) -> None:
    with pytest.raises(Exception, match="Item does not exist"):
        load(function).handler({"receipt_id": "nobody", "first": 0, "last": 0}, Context())
    assert caplog.records[-1].receipt_id == "nobody"
