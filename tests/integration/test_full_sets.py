"""Complete full sets on moto: the function, its queue, the walk over the table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from kyotsu.linkage.keys import ObjectRef, missing_key
from kyotsu.runtime import clients
from kyotsu.wiring import full_sets
from tests.fakes.deployment import BUCKET, body, name, row
from tests.integration.cloud import Cloud, notification
from tests.integration.conftest import ROOT, Handler, load
from tests.integration.test_watching import Context

PEOPLE = [row(atenabango=f"{number:015d}", kojinbango="123456789018") for number in range(1, 8)]


@dataclass
class Hurried(Context):
    """An invocation that has time for one page alone."""

    def get_remaining_time_in_millis(self) -> int:
        return 1_000


@dataclass
class Compared:
    """A cloud with the queue of comparisons."""

    cloud: Cloud
    url: str
    receive: Handler
    handler: Handler

    def send(self, rows: list[dict[str, str]], sequence: int) -> tuple[ObjectRef, dict[str, Any]]:
        """Send a full file; return the event of its answer."""
        ref = self.cloud.put(f"outbox/001o006-00/{name('00', 'F', sequence=sequence)}", body(rows))
        assert self.receive(notification([ref]), Context()) == {"batchItemFailures": []}
        (answered,) = [detail for kind, detail in self.cloud.events() if kind == "FileAnswered"]
        return ref, answered

    def run(self, answered: dict[str, Any], context: Context) -> int:
        """Give the function its messages until there is none; return how many there were."""
        message, runs = json.dumps({"detail-type": "FileAnswered", "detail": answered}), 0
        while message:
            delivery = {"receiptHandle": "handle", "attributes": {"ApproximateReceiveCount": "1"}}
            record = {"messageId": "1", "body": message, "eventSource": "aws:sqs", **delivery}
            assert self.handler({"Records": [record]}, context) == {"batchItemFailures": []}
            runs += 1
            found = self.cloud.sqs.receive_message(QueueUrl=self.url).get("Messages", [])
            for sent in found:
                self.cloud.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=sent["ReceiptHandle"])
            message = found[0]["Body"] if found else ""
        return runs

    def missing(self, ref: ObjectRef) -> list[str]:
        """Return who is listed beside an answer."""
        found = self.cloud.s3.get_object(Bucket=BUCKET, Key=missing_key(ref))["Body"].read().decode()
        header, *numbers = found.splitlines()
        assert header == "atenabango"
        return numbers


@pytest.fixture
def compared(cloud: Cloud, receive_file: Handler, monkeypatch: pytest.MonkeyPatch) -> Iterator[Compared]:
    """The cloud, with the function that compares full files."""
    url = cloud.sqs.create_queue(QueueName="full-sets")["QueueUrl"]
    monkeypatch.setenv("SOURCE_QUEUE", url)
    monkeypatch.setattr(full_sets, "layer_root", lambda: ROOT / "catalogue")
    full_sets.full_sets.cache_clear()
    yield Compared(cloud, url, receive_file, load("residents/list_missing").handler)
    full_sets.full_sets.cache_clear()


def test_a_left_out_person_is_listed_and_told_on_the_bus(compared: Compared) -> None:
    first, answered = compared.send(PEOPLE, 1)
    assert compared.run(answered, Context()) == 1
    assert compared.missing(first) == []
    assert compared.cloud.events() == []
    ref, answered = compared.send(PEOPLE[:4] + PEOPLE[5:], 2)
    assert compared.run(answered, Context()) == 1
    assert compared.missing(ref) == ["000000000000005"]
    ((kind, event),) = compared.cloud.events()
    assert kind == "PeopleMissingFromFullSet"
    assert (event["receipt_id"], event["branch"], event["count"]) == (ref.receipt_id, "00", 1)


def test_many_short_runs_come_to_the_same_as_one(compared: Compared, monkeypatch: pytest.MonkeyPatch) -> None:
    compared.send(PEOPLE, 1)
    client = clients.dynamodb()
    scan = client.scan
    monkeypatch.setattr(client, "scan", lambda **request: scan(**request, Limit=3))
    ref, answered = compared.send(PEOPLE[1:6], 2)
    assert compared.run(answered, Hurried()) > 4
    assert compared.missing(ref) == ["000000000000001", "000000000000007"]
    with compared.cloud.counted() as calls:
        assert compared.run(answered, Hurried()) == 1
    assert "Scan" not in calls, "what was found is kept"
    first, repeated = compared.cloud.events()
    assert first == repeated
    work = compared.cloud.s3.list_objects_v2(Bucket="work", Prefix="missing/")["Contents"]
    assert {item["Key"].split("/")[1] for item in work} == {ref.receipt_id}


def test_what_is_no_complete_set_makes_no_call(compared: Compared) -> None:
    _, answered = compared.send(PEOPLE, 1)
    with compared.cloud.counted() as calls:
        assert compared.run({**answered, "branch": "01"}, Context()) == 1
    assert set(calls) == {"ReceiveMessage"}


def test_missing_people_are_counted_without_personal_data(
    compared: Compared, capsys: pytest.CaptureFixture[str]
) -> None:
    compared.send(PEOPLE, 1)
    _, answered = compared.send(PEOPLE[2:], 2)
    capsys.readouterr()
    compared.run(answered, Context())
    (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert line["PeopleMissing"] == [2.0]
    assert set(line) == {"_aws", "service", "PeopleMissing"}


def test_a_message_that_fails_is_delivered_again(compared: Compared) -> None:
    _, answered = compared.send(PEOPLE, 1)
    lost = {**answered, "receipt_id": "nowhere"}
    record = {"messageId": "1", "body": json.dumps({"detail": lost}), "eventSource": "aws:sqs"}
    delivery = {"receiptHandle": "handle", "attributes": {"ApproximateReceiveCount": "1"}}
    assert compared.handler({"Records": [{**record, **delivery}]}, Context()) == {
        "batchItemFailures": [{"itemIdentifier": "1"}]
    }
