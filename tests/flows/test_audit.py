"""Who saw a person, from the file that brought the record to the operator who looked at it, and the day's accounts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes.deployment import body, row
from tests.flows.conftest import Sandbox
from tests.flows.files import new_name, new_number
from tests.flows.sandbox_process import eventually


def test_who_saw_a_person_is_told_and_can_be_proved(sandbox: Sandbox) -> None:
    number, other, file = new_number(), new_number(), new_name()
    sandbox.put(file, body([row(atenabango=number), row(atenabango=other)]))
    receipt = sandbox.answer(file)["receipt_id"]

    def offered() -> list[dict[str, Any]]:
        return [found for found in _seen(sandbox, number) if found.get("deed") == "offered"]

    deliveries = eventually(lambda: found if len(found := offered()) >= 2 else None, 60) or []
    assert {"002", "010"} <= {found["actor"] for found in deliveries}
    assert all(found["purpose"] == "linkage" and found["state"] for found in deliveries)
    before = len(_read(sandbox, number))
    assert sandbox.kyotsu("resident", "show", number, "--json").returncode == 0
    assert sandbox.kyotsu("resident", "category", "-", stdin=f"{number}\n{other}\n").returncode == 0
    reads = _read(sandbox, number)[before:]
    assert {"resident show", "resident category"} <= {found["subject"] for found in reads}
    assert all(found["actor"].startswith("operator:") for found in reads)
    (brought,) = [found for found in _seen(sandbox, number) if found["kind"] == "file"]
    assert (brought["receipt_id"], brought["lines"], brought["provider"]) == (receipt, [2], "001")
    assert not [found for found in _read(sandbox, other) if found["subject"] == "resident show"]
    verified = sandbox.kyotsu("audit", "verify", "--json")
    assert verified.returncode == 0, verified.stdout
    assert sum(json.loads(line)["records"] for line in verified.stdout.splitlines()) >= 5


def test_a_record_that_was_written_over_is_found(sandbox: Sandbox) -> None:
    """The sandbox's operator is above policies, so that even the bucket's own does not hold this one back."""
    s3, bucket = sandbox.client("s3"), sandbox.endpoints["outputs"]["AuditBucket"]
    _seen(sandbox, new_number())
    key = s3.list_objects_v2(Bucket=bucket, Prefix="records/cli/")["Contents"][0]["Key"]
    before = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    with pytest.raises(s3.exceptions.ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"forged", IfNoneMatch="*")
    s3.put_object(Bucket=bucket, Key=key, Body=b"forged")
    try:
        verified = sandbox.kyotsu("audit", "verify", "--json")
    finally:
        s3.put_object(Bucket=bucket, Key=key, Body=before)
    assert verified.returncode == 1
    problems = [problem for line in verified.stdout.splitlines() for problem in json.loads(line)["problems"]]
    assert problems == [{"wrong": "broken", "key": key}]


def test_digests_and_statements_are_made_by_their_functions(sandbox: Sandbox) -> None:
    assert "digests" in _invoke(sandbox, "DigestDayFunction")
    assert "made" in _invoke(sandbox, "StateCompletenessFunction")
    assert not _invoke(sandbox, "DigestDayFunction")["digests"]
    shown = sandbox.kyotsu("completeness", "show", "--provider", "001", "--json")
    assert [json.loads(line)["interface"] for line in shown.stdout.splitlines()] == ["001o006"]
    verified = json.loads(sandbox.kyotsu("completeness", "verify", "--json").stdout)
    assert verified["statements"] >= 1
    assert sandbox.kyotsu("audit", "verify").returncode == 0


def _seen(sandbox: Sandbox, number: str) -> list[dict[str, Any]]:
    shown = sandbox.kyotsu("audit", "who-saw", number, "--json")
    assert shown.returncode == 0, shown.stderr
    return [json.loads(line) for line in shown.stdout.splitlines()]


def _read(sandbox: Sandbox, number: str) -> list[dict[str, Any]]:
    return [found for found in _seen(sandbox, number) if found.get("deed") == "read"]


def _invoke(sandbox: Sandbox, output: str) -> dict[str, Any]:
    name = sandbox.endpoints["outputs"][output]
    response = sandbox.client("lambda").invoke(FunctionName=name, Payload=b"{}")
    assert "FunctionError" not in response
    answer: dict[str, Any] = json.loads(response["Payload"].read())
    return answer
