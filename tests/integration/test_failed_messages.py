"""A message whose work fails on moto: when it comes back, what operators find about it, and what the log holds."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from kyotsu.linkage.keys import ObjectRef
from kyotsu.runtime.failures import FailureTable
from kyotsu.runtime.log_messages import MESSAGES
from kyotsu.runtime.metrics import FILES_RECEIVED, NAMESPACE
from tests.fakes.deployment import BUCKET, NUMBER, body, name, row
from tests.integration.cloud import MUNICIPALITY, Cloud, notification
from tests.integration.conftest import Handler, load

PERSON = row(
    kojinbango="983205673214",
    juminhyokodo="24727059608",
    shimei_furigana="カクウ　タロウ",
    jusho_katagaki="架空荘一〇一号",
)
SECRETS = {
    *(value for value in PERSON.values() if any(ord(letter) > 0x7F for letter in value)),
    *(PERSON[item] for item in ("kojinbango", "juminhyokodo", "seinengappi")),
}
assert len(SECRETS) > 4, "a test that looks for nothing proves nothing"
FOREIGN = ObjectRef("someone-elses-bucket", f"outbox/001o006-01/{name()}", "v")


@pytest.fixture
def queue(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> str:
    """A queue like that of reception."""
    url = cloud.sqs.create_queue(QueueName="receive-file", Attributes={"VisibilityTimeout": "5400"})["QueueUrl"]
    monkeypatch.setenv("SOURCE_QUEUE", url)
    return str(url)


def _delivered(cloud: Cloud, queue: str, message: str) -> dict[str, Any]:
    """Return the event of one message that was really received from the queue."""
    cloud.sqs.send_message(QueueUrl=queue, MessageBody=message)
    (received,) = cloud.sqs.receive_message(QueueUrl=queue)["Messages"]
    event = notification([FOREIGN])
    event["Records"][0] |= {
        "messageId": received["MessageId"],
        "receiptHandle": received["ReceiptHandle"],
        "body": received["Body"],
    }
    return event


def _failed(event: dict[str, Any]) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": event["Records"][0]["messageId"]}]}


@pytest.mark.parametrize("attempt", [1, 2])
def test_a_failed_message_comes_back_after_a_growing_delay(
    cloud: Cloud, queue: str, receive_file: Handler, attempt: int
) -> None:
    event = _delivered(cloud, queue, notification([FOREIGN])["Records"][0]["body"])
    record = event["Records"][0]
    record["attributes"]["ApproximateReceiveCount"] = str(attempt)
    assert receive_file(event, None) == _failed(event)
    ((_, asked),) = [call for call in cloud.calls if call[0] == "ChangeMessageVisibility"]
    assert (asked["QueueUrl"], asked["ReceiptHandle"]) == (queue, record["receiptHandle"])
    assert 5 * attempt <= asked["VisibilityTimeout"] <= 10 * attempt
    failure = FailureTable("linkage", MUNICIPALITY).find(record["messageId"])
    assert failure is not None
    assert (failure.error, failure.attempt, failure.receipt_id) == ("ValueError", attempt, FOREIGN.receipt_id)


def test_a_message_goes_to_its_dead_letters_right_after_its_last_attempt(
    cloud: Cloud, queue: str, receive_file: Handler
) -> None:
    event = _delivered(cloud, queue, "not JSON")
    event["Records"][0]["attributes"]["ApproximateReceiveCount"] = "3"
    assert receive_file(event, None) == _failed(event)
    assert cloud.sqs.receive_message(QueueUrl=queue)["Messages"], "it is visible at once"
    failure = FailureTable("linkage", MUNICIPALITY).find(event["Records"][0]["messageId"])
    assert failure is not None
    assert (failure.error, failure.receipt_id) == ("JSONDecodeError", "")


def test_a_message_that_can_not_be_hastened_is_still_reported_as_failed(cloud: Cloud, receive_file: Handler) -> None:
    """The queue does not even exist: its own visibility timeout is what remains."""
    event = notification([FOREIGN])
    assert receive_file(event, None) == _failed(event)


class Logs:
    """A function whose log lines are read as CloudWatch gets them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
        monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "DEBUG")
        monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "test-failed-messages")
        self._module, self._caplog = load("linkage/receive_file"), caplog
        self.handler: Handler = self._module.handler

    def lines(self) -> list[dict[str, Any]]:
        """Return the lines so far, as JSON."""
        formatter: logging.Formatter = self._module.logger.registered_formatter
        records = [record for record in self._caplog.records if record.name == "test-failed-messages"]
        return [json.loads(formatter.format(record)) for record in records]


@pytest.fixture
def logs(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Logs:
    """The function behind the queue of notifications, with every line of its log."""
    return Logs(monkeypatch, caplog)


def _file(cloud: Cloud, data: bytes, file_name: str) -> str:
    ref = cloud.put(f"outbox/001o006-01/{file_name}", data)
    return str(notification([ref])["Records"][0]["body"])


def _broken(error: Exception) -> Callable[..., Any]:
    def call(*_: Any, **__: Any) -> Any:
        raise error

    return call


def test_no_line_of_a_failing_reception_holds_personal_data(
    cloud: Cloud, queue: str, logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a sender, a row or a library's error text brings in, only names and ids leave."""
    leak = "、".join(sorted(SECRETS))
    wrong = [PERSON, PERSON | {"seinengappi": "1990-02-30"}, PERSON | {"juminjotai": leak[:30]}]
    bodies = [
        leak,
        json.dumps({"detail": leak}),
        notification([FOREIGN])["Records"][0]["body"],
        _file(cloud, body(wrong), name(sequence=1)),
        _file(cloud, leak.encode(), name(sequence=2)),
        _file(cloud, body([PERSON]) + b'"' + leak.encode(), name(sequence=3)),
        _file(cloud, body([PERSON]), f"{PERSON['shimei']}.csv"),
    ]
    for message in bodies:
        logs.handler(_delivered(cloud, queue, message), None)
    interrupted = _file(cloud, body([PERSON]), name(sequence=4))
    for owner, method in ((cloud.residents, "put_versions"), (cloud.receipts, "decide")):
        with monkeypatch.context() as patch:
            patch.setattr(type(owner), method, _broken(RuntimeError(leak)))
            logs.handler(_delivered(cloud, queue, interrupted), None)
    lines = logs.lines()
    said = {line["message"] for line in lines}
    assert {"message.unreadable", "file.failed", "file.answered"} <= said <= set(MESSAGES)
    for line in lines:
        text = json.dumps(line, ensure_ascii=False)
        assert not [secret for secret in SECRETS if secret in text], line["message"]
        if line["message"] != "message.unreadable":
            assert len(line["receipt_id"]) == 26
        if line["level"] == "ERROR":
            assert line["error"]
            assert line["message_id"]
    assert NUMBER not in json.dumps(lines), "allowed, but nothing here needs it"


def test_a_received_file_is_counted_as_the_alarm_of_silence_wants_it(cloud: Cloud, queue: str, logs: Logs) -> None:
    accepted = _file(cloud, body([PERSON]), name(sequence=5))
    rejected = _file(cloud, b"x\n", name(sequence=6))
    for message in (accepted, rejected):
        logs.handler(_delivered(cloud, queue, message), None)
    first, second = [line for line in logs.lines() if line["message"] == "file.answered"]
    (directive,) = first["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == NAMESPACE
    assert directive["Metrics"] == [{"Name": FILES_RECEIVED, "Unit": "Count"}]
    assert directive["Dimensions"] == [["municipality", "provider", "interface"]]
    assert [first[dimension] for dimension in directive["Dimensions"][0]] == [MUNICIPALITY, "001", "001o006"]
    assert (first[FILES_RECEIVED], BUCKET.rpartition("-")[2]) == (1, "001")
    assert isinstance(first["_aws"]["Timestamp"], int)
    assert "_aws" not in second, "a rejected file is none"
