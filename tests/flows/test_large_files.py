"""A file above the development stage's limit goes through the state machine, and nobody can tell from its answer."""

from __future__ import annotations

from typing import Any

from kyotsu.linkage.keys import ObjectRef, errors_key
from tests.fakes.deployment import BUCKET, Deployment, body, row
from tests.flows.conftest import Sandbox
from tests.flows.files import new_name, new_number

BYTES = 16 * 1024 * 1024
"""More than one group of four chunks, however they fall."""
LONG = "長" * 400


def _rows() -> list[dict[str, str]]:
    """Return people in the order of their numbers, each with a row that is refused for its length and some with one
    that is not, or that is remarked."""
    people, rows = BYTES // len(body([row(tenshutsusakijushoyotei=LONG)]).split(b"\n", 1)[1]) + 1, []
    for index in range(people):
        number = new_number()
        rows.append(row(atenabango=number, tenshutsusakijushoyotei=LONG))
        if index % 50 == 0:
            rows.append(row(atenabango=number, shimei="" if index % 100 else "架空　太郎"))
            rows.append(row(atenabango=number, kojinrirekibango="2", sosajikoku="10:00:00"))
    return rows


def test_a_large_file_is_answered_exactly_like_a_small_one(sandbox: Sandbox) -> None:
    name, data = new_name(), body(_rows())
    expected = Deployment(small_chunks=1000)
    answer_in_memory = expected.send(name, data)
    version = sandbox.put(name, data)
    answer = sandbox.answer(name, version)
    for same in ("status", "counts", "sha256", "reason"):
        assert answer[same] == answer_in_memory[same]
    assert 0 < answer["counts"]["added"] < answer["counts"]["failed"]
    assert _errors(sandbox, name) == expected.objects.written[BUCKET, _errors_key(name)]
    (execution,) = [found for found in _executions(sandbox) if found["name"] == answer["receipt_id"]]
    assert execution["status"] in ("RUNNING", "SUCCEEDED")  # the answer is out a moment before its function ends
    (run,) = sandbox.client("stepfunctions").list_map_runs(executionArn=execution["executionArn"])["mapRuns"]
    counts = sandbox.client("stepfunctions").describe_map_run(mapRunArn=run["mapRunArn"])["itemCounts"]
    assert counts["succeeded"] == counts["total"] > 1


def _executions(sandbox: Sandbox) -> list[dict[str, Any]]:
    machine = sandbox.endpoints["state_machines"]["LargeFileMachine"]
    found = sandbox.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
    return list(found)


def _errors(sandbox: Sandbox, name: str) -> bytes:
    found = sandbox.client("s3").get_object(Bucket=sandbox.bucket, Key=_errors_key(name))
    body: bytes = found["Body"].read()
    return body


def _errors_key(name: str) -> str:
    return errors_key(ObjectRef(BUCKET, f"outbox/001o006-01/{name}", ""))
