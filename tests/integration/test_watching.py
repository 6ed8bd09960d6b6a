"""The sweep and the watch over 連番 on moto: their functions, their table, their queue."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import msgspec
import pytest

from kyotsu.contracts.events import FileAnswered
from kyotsu.linkage.continuity import Numbering
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.receipts import Receipt
from kyotsu.linkage.sequences import Run, Span
from kyotsu.linkage.sweep import Known, Reminder, Walk
from kyotsu.linkage.watch_table import WatchTable
from kyotsu.runtime import clients
from kyotsu.wiring import watching
from tests.fakes.deployment import BUCKET, body, name, row
from tests.integration.cloud import MUNICIPALITY, Cloud
from tests.integration.conftest import ROOT, load

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


@dataclass
class Context:
    """What Lambda tells a function about its invocation."""

    function_name: str = "test"
    memory_limit_in_mb: int = 128
    invoked_function_arn: str = "arn:aws:lambda:ap-northeast-1:123456789012:function:test"
    aws_request_id: str = "request"

    def get_remaining_time_in_millis(self) -> int:
        return 600_000


@dataclass
class Watched:
    """A cloud with the queue of reception."""

    cloud: Cloud
    url: str

    def put(self, sequence: int) -> ObjectRef:
        """Put a file of which nobody is told."""
        return self.cloud.put(f"outbox/001o006-01/{name(sequence=sequence)}", body([row()]))

    def notified(self) -> list[ObjectRef]:
        """Take all messages, read as reception does."""
        found = []
        while messages := self.cloud.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                detail = json.loads(message["Body"])["detail"]
                found.append(
                    ObjectRef(detail["bucket"]["name"], detail["object"]["key"], detail["object"]["version-id"])
                )
                self.cloud.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return found


@pytest.fixture
def watched(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    """The cloud, with the settings of those who watch over it."""
    url = cloud.sqs.create_queue(QueueName="receive-file")["QueueUrl"]
    settings = {"RECEIVE_QUEUE": url, "GRACE_MINUTES": "15", "STUCK_MINUTES": "120", "PAGES_PER_BUCKET": "5"}
    settings |= {"PATIENCE_MINUTES": "60", "NUMBERS_START_AT_ONE": "false"}
    for key, value in settings.items():
        monkeypatch.setenv(key, value)
    monkeypatch.setattr(watching, "layer_root", lambda: ROOT / "catalogue")
    monkeypatch.setattr(watching, "provider_buckets", lambda: [BUCKET])
    caches = (clients.sqs, watching.sweep, watching.continuity)
    for cached in caches:
        cached.cache_clear()
    yield Watched(cloud, url)
    for cached in caches:
        cached.cache_clear()


@pytest.fixture
def sweep_outbox(watched: Watched) -> ModuleType:
    """The module of the sweep's function."""
    return load("linkage/sweep_outbox")


def test_a_lost_file_is_notified_of_until_it_is_received(watched: Watched, sweep_outbox: ModuleType) -> None:
    ref = watched.put(1)
    assert sweep_outbox.handler({}, Context())["lost"] == 0, "it may be about to be received"
    assert sweep_outbox.handler({"now": True}, Context())["lost"] == 1
    assert watched.notified() == [ref]
    receipts = watched.cloud.receipts
    receipts.close(receipts.open(Receipt(ref, MUNICIPALITY, "001", NOW)))
    assert sweep_outbox.handler({"now": True}, Context()) == {"listed": 1, "lost": 0, "again": 0, "finished": 1}


def test_delete_markers_are_no_files_and_older_versions_are(watched: Watched, sweep_outbox: ModuleType) -> None:
    ref = watched.put(1)
    watched.cloud.s3.delete_object(Bucket=BUCKET, Key=ref.key)
    second = watched.put(1)
    watched.cloud.s3.put_object(Bucket=BUCKET, Key="outbox/001o006-01/", Body=b"")
    watched.cloud.s3.put_object(Bucket=BUCKET, Key="elsewhere/a.csv", Body=b"")
    sweep_outbox.handler({"now": True}, Context())
    assert set(watched.notified()) == {ref, second}


def test_pages_and_batches_of_any_number_are_walked_to_the_end(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    refs = [watched.put(sequence) for sequence in range(1, 24)]
    outboxes = watching.S3Outboxes(clients.s3())
    call = clients.s3().list_object_versions
    monkeypatch.setattr(clients.s3(), "list_object_versions", lambda **request: call(**request, MaxKeys=7))
    sweep = replace(watching.sweep(), outboxes=outboxes, grace=timedelta(0))
    with watched.cloud.counted() as calls:
        swept = sweep.run([BUCKET], lambda: True)
    assert (swept.listed, swept.lost, swept.finished) == (23, 23, 1)
    assert sorted(watched.notified(), key=lambda ref: ref.key) == refs
    assert calls["ListObjectVersions"] == 4
    assert calls["SendMessageBatch"] == 4


def test_what_was_answered_long_ago_costs_no_look_up(watched: Watched, sweep_outbox: ModuleType) -> None:
    for sequence in range(1, 4):
        watched.put(sequence)
    WatchTable("linkage", MUNICIPALITY).save_walk(Walk(BUCKET, settled_before=datetime.now(UTC) + timedelta(days=1)))
    with watched.cloud.counted() as calls:
        sweep_outbox.handler({"now": True}, Context())
    assert "BatchGetItem" not in calls
    assert "SendMessageBatch" not in calls


def test_the_table_gives_back_what_the_sweep_noted(watched: Watched) -> None:
    table = WatchTable("linkage", MUNICIPALITY)
    assert table.walk(BUCKET) == Walk(BUCKET)
    walk = Walk(BUCKET, ("outbox/あ.csv", "v1"), NOW, None, NOW - timedelta(days=1))
    table.save_walk(walk)
    assert table.walk(BUCKET) == walk
    refs = [ObjectRef(BUCKET, f"k{number}", "v") for number in range(120)]
    reminders = {ref: Reminder(2, NOW) for ref in refs}
    table.save_reminders(reminders)
    assert table.reminders(refs) == reminders
    receipt = watched.cloud.receipts.open(Receipt(watched.put(1), MUNICIPALITY, "001", NOW))
    assert table.known([receipt.ref, *refs]) == {receipt.ref: Known(receipt.received_at, answered=False)}


def test_the_table_lets_the_first_of_two_writers_win(watched: Watched) -> None:
    table = WatchTable("linkage", MUNICIPALITY)
    assert table.numbering("001", "001o006", "01") == Numbering("001", "001o006", "01")
    first = Numbering("001", "001o006", "01", 1, (Run(1, 3, NOW.timestamp()),), (Span(5, 6),))
    assert table.replace_numbering(first)
    assert not table.replace_numbering(replace(first, runs=()))
    assert not table.replace_numbering(replace(first, revision=3))
    assert table.replace_numbering(replace(first, revision=2))
    assert list(table.numberings()) == [replace(first, revision=2)]


def test_a_gap_is_told_on_the_bus_and_closed_when_the_file_arrives(watched: Watched) -> None:
    note, look = load("linkage/note_sequence").handler, load("linkage/watch_sequences").handler
    assert note(_answers(1, 4), Context()) == {"batchItemFailures": []}
    assert look({}, Context()) == {"found": 0, "closed": 0, "still_open": 0}
    assert look({"now": True}, Context()) == {"found": 2, "closed": 0, "still_open": 2}
    note(_answers(2, 3, 3), Context())
    assert look({}, Context()) == {"found": 0, "closed": 2, "still_open": 0}
    told = [(kind, event["numbers"]) for kind, event in watched.cloud.events()]
    assert told == [("SequenceGapFound", ["000002-000003"]), ("SequenceGapClosed", ["000002-000003"])]


def test_numbers_missing_are_counted_without_personal_data(
    watched: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    load("linkage/note_sequence").handler(_answers(1, 3), Context())
    capsys.readouterr()
    load("linkage/watch_sequences").handler({"now": True}, Context())
    (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert line["SequenceNumbersMissing"] == [1.0]
    assert line["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Kyotsu"
    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]]
    assert set(line) == {"_aws", "service", "SequenceNumbersMissing"}


def _answers(*sequences: int) -> dict[str, Any]:
    records = []
    for index, sequence in enumerate(sequences):
        event = FileAnswered(
            event_id="e",
            municipality=MUNICIPALITY,
            receipt_id=f"r{sequence}",
            provider="001",
            object_key=f"outbox/001o006-01/{name(sequence=sequence)}",
            version_id="v",
            status="ACCEPTED",
            answered_at=datetime.now(UTC).isoformat(),
        )
        body_ = json.dumps({"detail-type": "FileAnswered", "detail": msgspec.to_builtins(event)})
        delivery = {"receiptHandle": "handle", "attributes": {"ApproximateReceiveCount": "1"}}
        records.append({"messageId": str(index), "body": body_, "eventSource": "aws:sqs", **delivery})
    return {"Records": records}
