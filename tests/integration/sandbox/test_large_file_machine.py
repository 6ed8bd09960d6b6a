"""`statemachines/receive_large_file.asl.json` itself, run by moto: every edge of it.

Not visited: the time-out of the whole machine (two days), and what only Step Functions itself can raise in a map
(`States.DataLimitExceeded`, an exceeded quota); `NotApplied` catches them like what is visited.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.distributed_iteration_component import (
    DistributedIterationComponent,
)

from infra.constructs.receive_large_file import DEFINITION, substituted
from infra.sandbox.adaptations import state_machines
from infra.sandbox.adaptations.patching import Patches
from infra.sandbox.running.functions import Functions
from infra.sandbox.running.worker import Answer
from tests.integration.sandbox.small_cloud import eventually

REGION = "ap-northeast-1"
ARN = f"arn:aws:lambda:{REGION}:123456789012:function:"
VALUES = {"ApplyGroup": f"{ARN}apply-group", "AnswerFile": f"{ARN}answer-file", "MaxConcurrency": 2}
INPUT = {"receipt_id": "receipt", "groups": [{"first": 0, "last": 3}, {"first": 4, "last": 6}]}
FIRST, SECOND = ({"receipt_id": "receipt", **group} for group in cast("list[dict[str, int]]", INPUT["groups"]))
UNADAPTED = DistributedIterationComponent._map_run
Outcome = Callable[[], Answer]


def done() -> Answer:
    return Answer(result=None)


def failed(kind: str) -> Outcome:
    """The function raised an exception of this name, or Lambda says this of it."""
    return lambda: Answer(error={"errorType": kind, "errorMessage": "as told"})


def refused(code: str) -> Outcome:
    """The service did not even invoke the function."""

    def outcome() -> Answer:
        about = {"HTTPStatusCode": 500, "RequestId": "x"}
        raise ClientError({"Error": {"Code": code, "Message": "as told"}, "ResponseMetadata": about}, "Invoke")  # type: ignore[typeddict-item] # what moto reads

    return outcome


@dataclass
class Script:
    """Plays the functions: the outcomes of `says` in turn, then success; keeps the calls and the waits."""

    says: dict[str, list[Outcome]] = field(default_factory=dict)
    calls: list[tuple[str, Any]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def invoke(self, name: str, event: Any) -> Answer:
        with self.lock:
            self.calls.append((name, event))
            turn = self.says.get(f"{name} {event.get('first')}", [])
            outcome = turn.pop(0) if turn else done
        return outcome()

    def count(self) -> Counter[str]:
        return Counter(f"{name} {event.get('first')}" for name, event in self.calls)


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    """moto as the sandbox adapts it, with a script for functions; nobody waits between two tries."""
    played, patches = Script(), Patches()
    monkeypatch.setattr(retrier_decl, "time", SimpleNamespace(sleep=played.waits.append))
    with mock_aws():
        state_machines.adapt(patches, cast("Functions", played))
        yield played
        patches.undo()


def run(name: str = "receipt", **changes: Any) -> dict[str, Any]:
    """Run the machine to its end; return how the execution is described."""
    definition = substituted(json.loads(DEFINITION.read_text("utf-8")), VALUES)
    _apply(definition).update(changes)
    client = boto3.client("stepfunctions", REGION)
    role = "arn:aws:iam::123456789012:role/states"
    machine = client.create_state_machine(name="m", definition=json.dumps(definition), roleArn=role)
    started = client.start_execution(stateMachineArn=machine["stateMachineArn"], name=name, input=json.dumps(INPUT))

    def ended() -> Any:
        found = client.describe_execution(executionArn=started["executionArn"])
        return found if found["status"] != "RUNNING" else None

    return cast("dict[str, Any]", eventually(ended))


def _apply(definition: Any) -> Any:
    return definition["States"]["ApplyGroups"]["ItemProcessor"]["States"]["ApplyGroup"]


def test_every_group_is_applied_and_then_the_file_answered(script: Script) -> None:
    ended = run()
    assert ended["status"] == "SUCCEEDED"
    assert sorted(script.calls[:2], key=str) == [("apply-group", FIRST), ("apply-group", SECOND)]
    assert script.calls[2:] == [("answer-file", {"receipt_id": "receipt"})]
    assert script.waits == []


def test_results_stay_far_below_the_payload_limit(script: Script) -> None:
    """Lambda's own answer to a call has some 700 bytes; 2,500 of them would be too much for the map's result."""
    assert json.loads(run()["output"]) == {}


def test_a_group_short_of_time_is_gone_on_with_again_and_again(script: Script) -> None:
    script.says["apply-group 4"] = [failed("OutOfTimeError")] * 40
    assert run()["status"] == "SUCCEEDED"
    assert script.count() == {"apply-group 0": 1, "apply-group 4": 41, "answer-file None": 1}
    assert set(script.waits) == {1}


SERVICE = ("TooManyRequestsException", "ServiceException", "AWSLambdaException", "SdkClientException",
           "ClientExecutionTimeoutException")  # fmt: skip


@pytest.mark.parametrize("call", ["apply-group 0", "answer-file None"])
@pytest.mark.parametrize("code", SERVICE)
def test_a_disturbed_service_is_asked_many_times_with_growing_waits(script: Script, call: str, code: str) -> None:
    script.says[call] = [refused(code)] * 20
    assert run()["status"] == "SUCCEEDED"
    assert script.count()[call] == 21
    assert max(script.waits) <= 60


@pytest.mark.parametrize("call", ["apply-group 0", "answer-file None"])
@pytest.mark.parametrize("kind", ["Sandbox.Timedout", "Lambda.Unknown", "Runtime.ExitError", "ClientError"])
def test_whatever_else_may_pass_is_tried_five_times_as_a_notification_is(script: Script, call: str, kind: str) -> None:
    script.says[call] = [failed(kind)] * 4
    assert run()["status"] == "SUCCEEDED"
    assert script.count()[call] == 5
    assert script.waits == [5, 10, 20, 40]


@pytest.mark.parametrize("outcome", [failed("KeyError"), refused("ResourceNotFoundException")])
def test_a_group_that_can_not_be_applied_fails_the_file_unanswered(script: Script, outcome: Outcome) -> None:
    script.says["apply-group 0"] = [outcome] * 5
    ended = run()
    assert (ended["status"], ended["error"]) == ("FAILED", "NotApplied")
    assert "answer-file None" not in script.count()


def test_unadapted_moto_goes_on_though_a_group_failed(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where this fails, moto changed: see the adaptation again."""
    monkeypatch.setattr(DistributedIterationComponent, "_map_run", UNADAPTED)
    script.says["apply-group 0"] = [failed("KeyError")] * 5
    assert run()["status"] == "SUCCEEDED"


def test_a_file_that_can_not_be_answered_fails(script: Script) -> None:
    script.says["answer-file None"] = [failed("ChunksMissingError")] * 5
    ended = run()
    assert (ended["status"], ended["error"]) == ("FAILED", "NotAnswered")


def test_a_group_that_never_ends_is_tried_again(script: Script) -> None:
    """Its limit is a second here. What it is still at does no harm: the ledger has the first note of each chunk."""
    end = threading.Event()

    def hangs() -> Answer:
        end.wait(20)
        return done()

    script.says["apply-group 0"] = [hangs]
    try:
        assert run(TimeoutSeconds=1)["status"] == "SUCCEEDED"
    finally:
        end.set()
    assert script.count()["apply-group 0"] == 2
    assert script.waits == [5]
