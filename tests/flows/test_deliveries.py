"""A file is delivered to its recipients; one acknowledges, one runs into its deadline; an operator offers it anew."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from tests.fakes.deployment import body, row
from tests.flows.conftest import Sandbox
from tests.flows.files import new_name, new_number
from tests.flows.sandbox_process import eventually

HOME = "提供町一丁目"


def test_a_file_is_delivered_acknowledged_and_otherwise_told_to_its_provider(sandbox: Sandbox) -> None:
    file, numbers = new_name(), [new_number() for _ in range(3)]
    people = [row(atenabango=number, jusho_choaza=HOME, kojinbango="123456789018") for number in numbers]
    sandbox.put(file, body([*people, row(atenabango=new_number(), seinengappi="2026-02-30")]))
    assert sandbox.answer(file)["status"] == "PARTIALLY_ACCEPTED"
    delivered = {recipient: _delivery(sandbox, recipient, file) for recipient in ("002", "010")}
    for recipient, delivery in delivered.items():
        content = _read(sandbox, f"{_stem(sandbox, delivery)}_0001.csv")
        rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
        assert [got["atenabango"] for got in rows] == numbers
        assert {got["jusho_choaza"] for got in rows} == {HOME}
        assert ("kojinbango" in rows[0]) == (recipient == "010")
    manifest = json.loads(_read(sandbox, f"{_stem(sandbox, delivered['002'])}_0001.json"))
    _put(sandbox, f"{_stem(sandbox, delivered['002'])}_0001.ack.json", "ACKNOWLEDGED", manifest["sha256"])
    eventually(lambda: _show(sandbox, delivered["002"])["state"] == "ACKNOWLEDGED", 60)

    _put(sandbox, f"{_stem(sandbox, delivered['010'])}_0001.ack.json", "ACKNOWLEDGED", "0" * 64)
    key = f"{_stem(sandbox, delivered['010'])}_0001.ack-error.json"
    assert json.loads(eventually(lambda: _find(sandbox, key), 60) or b"{}")["code"] == "E1424"
    _give_up(sandbox, delivered["010"])
    report = json.loads(_read(sandbox, f"answers/{file.removesuffix('.csv')}.undelivered.json"))
    assert [(told["recipient"], told["code"]) for told in report["recipients"]] == [("010", "E1401")]

    offered = sandbox.kyotsu("deliveries", "reoffer", delivered["010"], "--json")
    assert offered.returncode == 0, offered.stderr
    again = json.loads(offered.stdout)["delivery_id"]
    eventually(lambda: _show(sandbox, again)["complete"], 60)
    assert _show(sandbox, delivered["010"])["ended"] == "REPLACED"
    assert _read(sandbox, f"{_stem(sandbox, again)}_0001.csv") == content


def test_recipients_are_told_on_a_topic_of_their_own(sandbox: Sandbox) -> None:
    sqs, sns = sandbox.client("sqs"), sandbox.client("sns")
    url = sqs.create_queue(QueueName="recipient-019")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=sandbox.endpoints["outputs"]["Topic019"], Protocol="sqs", Endpoint=arn)
    file = new_name()
    sandbox.put(file, body([row(atenabango=new_number())]))
    answer = sandbox.answer(file)

    def told() -> dict[str, Any] | None:
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            detail: dict[str, Any] = json.loads(json.loads(message["Body"])["Message"])["detail"]
            assert detail["recipient"] == "019"
            if detail["receipt_id"] == answer["receipt_id"]:
                return detail
        return None

    offered = eventually(told, 60) or {}
    assert _find(sandbox, offered["object_key"]) is not None


def _delivery(sandbox: Sandbox, recipient: str, file: str) -> str:
    """Return the id of a recipient's delivery of a file, as soon as everything of it is offered."""

    def look() -> str:
        arguments = ("list", "--recipient", recipient, "--interface", "001o006", "--limit", "100", "--json")
        listed = sandbox.kyotsu("deliveries", *arguments).stdout.splitlines()
        found = [each for each in map(json.loads, listed) if each["source_key"].endswith(f"/{file}")]
        return str(found[0]["delivery_id"]) if found and found[0]["complete"] else ""

    return eventually(look, 90)


def _show(sandbox: Sandbox, delivery: str) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(sandbox.kyotsu("deliveries", "show", delivery, "--json").stdout)
    return shown


def _stem(sandbox: Sandbox, delivery: str) -> str:
    key: str = _show(sandbox, delivery)["parts"][0]["object_key"]
    return key.removesuffix("_0001.csv")


def _put(sandbox: Sandbox, key: str, state: str, sha256: str) -> None:
    document = json.dumps({"state": state, "sha256": sha256}).encode()
    sandbox.client("s3").put_object(Bucket=sandbox.bucket, Key=key, Body=document)


def _give_up(sandbox: Sandbox, delivery: str) -> None:
    """Have the watch treat a delivery as overdue."""
    payload = json.dumps({"give_up": [delivery]}).encode()
    function = sandbox.endpoints["outputs"]["WatchDeliveriesFunction"]
    answer = json.loads(sandbox.client("lambda").invoke(FunctionName=function, Payload=payload)["Payload"].read())
    assert answer["undelivered"] == 1


def _find(sandbox: Sandbox, key: str) -> bytes | None:
    s3 = sandbox.client("s3")
    try:
        found: bytes = s3.get_object(Bucket=sandbox.bucket, Key=key)["Body"].read()
    except s3.exceptions.NoSuchKey:
        return None
    return found


def _read(sandbox: Sandbox, key: str) -> bytes:
    found = _find(sandbox, key)
    assert found is not None, key
    return found
