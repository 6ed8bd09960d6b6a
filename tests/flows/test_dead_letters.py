"""Poison: what fails for good ends in the dead letters, blocks nobody, is told, and goes its way afterwards."""

from __future__ import annotations

import json
from typing import Any

from kyotsu.linkage.keys import ObjectRef
from tests.fakes.deployment import body, row
from tests.flows.conftest import Sandbox
from tests.flows.files import new_name, new_number
from tests.flows.sandbox_process import eventually

QUEUE = "ReceiveFileDeadLetters"


def _dlq(sandbox: Sandbox, *arguments: str) -> list[dict[str, Any]]:
    done = sandbox.kyotsu("dlq", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def _dead(sandbox: Sandbox, message_id: str) -> dict[str, Any] | None:
    return next((letter for letter in _dlq(sandbox, "show", QUEUE) if letter["message_id"] == message_id), None)


def _send(sandbox: Sandbox, message: str) -> str:
    queue = sandbox.endpoints["outputs"]["ReceiveFileQueue"]
    return str(sandbox.client("sqs").send_message(QueueUrl=queue, MessageBody=message)["MessageId"])


def test_poison_ends_in_the_dead_letters_stops_no_other_and_can_be_sent_back(sandbox: Sandbox) -> None:
    bucket, s3 = sandbox.endpoints["buckets"]["038"], sandbox.client("s3")
    s3.delete_bucket(Bucket=bucket)  # of a system that no other flow uses
    ref = ObjectRef(bucket, f"outbox/001o006-01/{new_name()}", "v1")
    detail = {"bucket": {"name": ref.bucket}, "object": {"key": ref.key, "version-id": ref.version_id}}
    poison = _send(sandbox, json.dumps({"detail": detail}))
    unreadable = _send(sandbox, "架空　太郎")
    name = new_name()
    sandbox.put(name, body([row(atenabango=new_number())]))
    assert sandbox.answer(name)["status"] == "ACCEPTED"

    letter = eventually(lambda: _dead(sandbox, poison), 60) or {}
    assert letter["receipt_id"] == ref.receipt_id
    assert (letter["system"], letter["interface"]) == ("038", "001o006-01")
    assert (letter["error"], letter["attempts"]) == ("NoSuchBucket", 3)
    other = eventually(lambda: _dead(sandbox, unreadable), 60) or {}
    assert (other["receipt_id"], other["error"], other["attempts"]) == (None, "JSONDecodeError", 3)
    (state,) = [state for state in _dlq(sandbox, "list") if state["queue"] == QUEUE]
    assert state["depth"] >= 2
    assert state["oldest"]
    assert state["age_seconds"] >= 0
    shown = sandbox.kyotsu("dlq", "show", QUEUE).stdout + sandbox.kyotsu("dlq", "list").stdout
    assert QUEUE in shown
    assert "太郎" not in shown

    (tried,) = _dlq(sandbox, "redrive", QUEUE, "--id", poison, "--dry-run")
    assert (tried["message_id"], tried["redriven"]) == (poison, False)
    assert _dead(sandbox, poison)
    place = {"LocationConstraint": sandbox.endpoints["region"]}
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    (sent,) = _dlq(sandbox, "redrive", QUEUE, "--id", poison)
    assert (sent["message_id"], sent["redriven"]) == (poison, True)
    key = f"answers/{ref.key.rpartition('/')[2].removesuffix('.csv')}.json"
    s3.get_waiter("object_exists").wait(Bucket=bucket, Key=key, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    answer = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    assert answer["receipt_id"] == ref.receipt_id
    assert _dead(sandbox, poison) is None
    assert _dead(sandbox, unreadable), "only what was asked for was sent back"


def test_what_can_not_be_sent_back_says_what_to_do_instead(sandbox: Sandbox) -> None:
    done = sandbox.kyotsu("dlq", "redrive", "PublishChangesDeadLetters")
    assert done.returncode == 1
    assert "dead-letters-waiting.md" in done.stderr.replace("\n", "")


def test_an_unknown_queue_or_message_is_told(sandbox: Sandbox) -> None:
    assert sandbox.kyotsu("dlq", "show", "Nothing").returncode == 1
    assert sandbox.kyotsu("dlq", "redrive", QUEUE, "--id", "nobody").returncode == 3
