"""Queues of dead letters on moto: what an operator sees, and that a redrive loses nothing wherever it stops."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from kyotsu.linkage.keys import ObjectRef
from kyotsu.runtime.failures import Failure, FailureTable
from kyotsu_cli.dead_letters import DeadLetter, DeadLetters
from tests.fakes.deployment import BUCKET, name
from tests.integration.cloud import MUNICIPALITY, Cloud

KEY = f"outbox/001o006-01/{name('01')}"


@dataclass
class Queues:
    letters: DeadLetters
    source: str
    sqs: Any

    def send(self, body: str, **attributes: str) -> str:
        values = {key: {"DataType": "String", "StringValue": value} for key, value in attributes.items()}
        sent = self.sqs.send_message(QueueUrl=self.letters.url, MessageBody=body, MessageAttributes=values)
        return str(sent["MessageId"])

    def looked_at(self) -> list[DeadLetter]:
        with self.letters.held(100) as held:
            return held

    def arrived(self) -> list[str]:
        found: list[str] = []
        while batch := self.sqs.receive_message(QueueUrl=self.source, MaxNumberOfMessages=10).get("Messages"):
            found += [message["Body"] for message in batch]
        return sorted(found)


@pytest.fixture
def queues(cloud: Cloud) -> Queues:
    dead, source = (cloud.sqs.create_queue(QueueName=queue)["QueueUrl"] for queue in ("dead", "source"))
    failures = FailureTable("linkage", MUNICIPALITY)
    return Queues(DeadLetters(cloud.sqs, dead, failures, wait_seconds=0), source, cloud.sqs)


def _event(key: str) -> str:
    return json.dumps({"detail": {"bucket": {"name": BUCKET}, "object": {"key": key, "version-id": "v1"}}})


def test_a_file_is_told_by_its_receipt_and_key_with_the_reason_that_was_noted(queues: Queues) -> None:
    message_id = queues.send(_event(KEY))
    at = datetime(2026, 4, 1, 0, 30, tzinfo=UTC)
    queues.letters.failures.note(Failure(message_id, 8, "ClientError", "r", at))
    (letter,) = queues.looked_at()
    shown = letter.as_dict()
    assert shown.pop("sent_at")
    assert shown == {
        "message_id": message_id,
        "attempts": 8,
        "receipt_id": ObjectRef(BUCKET, KEY, "v1").receipt_id,
        "system": "001",
        "interface": "001o006-01",
        "file": KEY.rpartition("/")[2],
        "error": "ClientError",
        "failed_at": "2026-04-01T09:30:00+09:00",
    }


@pytest.mark.parametrize("body", ["not JSON", "[]", '{"detail": null}', '{"detail": {"bucket": 1}}', '"text"'])
def test_what_nobody_can_read_is_still_shown_by_its_id(queues: Queues, body: str) -> None:
    message_id = queues.send(body)
    (letter,) = queues.looked_at()
    assert (letter.message_id, letter.receipt_id, letter.error, letter.attempts) == (message_id, None, None, None)


def test_a_key_that_breaks_the_contract_may_hold_a_name_and_is_not_shown(queues: Queues) -> None:
    queues.send(_event("outbox/架空太郎/架空太郎.csv"))
    (letter,) = queues.looked_at()
    assert letter.receipt_id is not None
    assert "架空" not in str(letter.as_dict())


def test_what_eventbridge_and_lambda_tell_of_their_own_failures_is_shown(queues: Queues) -> None:
    queues.send(_event(KEY), ERROR_CODE="SDK_CLIENT_ERROR", RETRY_ATTEMPTS="3", ERROR_MESSAGE="架空")
    position = {"requestContext": {"condition": "RetryAttemptsExhausted", "approximateInvokeCount": 11}}
    queues.send(json.dumps(position | {"DDBStreamBatchInfo": {"shardId": "s"}}))
    found = {(letter.error, letter.attempts) for letter in queues.looked_at()}
    assert found == {("SDK_CLIENT_ERROR", 3), ("RetryAttemptsExhausted", 11)}


def test_looking_leaves_everything_where_it_was(queues: Queues) -> None:
    for number in range(25):
        queues.send(str(number))
    assert len(queues.looked_at()) == 25
    assert len(queues.looked_at()) == queues.letters.depth() == 25
    with queues.letters.held(10) as held:
        assert 10 <= len(held) < 25


def test_chosen_messages_go_back_and_the_others_stay(queues: Queues) -> None:
    for number in range(12):
        queues.send(str(number))
    done: list[DeadLetter] = []
    with queues.letters.held(100) as held:
        chosen = [letter for letter in held if int(letter.body) < 5]
        queues.letters.send_back(chosen, queues.source, done.append)
    assert queues.arrived() == [str(number) for number in range(5)]
    assert sorted(int(letter.body) for letter in queues.looked_at()) == list(range(5, 12))
    assert done == chosen


class Stopped(BaseException):
    """Ctrl-C, or the end of the process."""


@pytest.mark.parametrize("call", ["send_message", "delete_message"])
@pytest.mark.parametrize("took_effect", [True, False])
def test_wherever_a_redrive_stops_nothing_is_lost(
    queues: Queues, monkeypatch: pytest.MonkeyPatch, call: str, *, took_effect: bool
) -> None:
    """Requirement: interrupted between any two calls, each message is in one of the queues, and running it again
    brings all of them to the source."""
    bodies = {str(number) for number in range(4)}
    for body in bodies:
        queues.send(body)
    real, calls = getattr(queues.sqs, call), []

    def stopping(**arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) != 3:
            return real(**arguments)
        if took_effect:
            real(**arguments)
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(queues.letters.client, call, stopping)
        with pytest.raises(Stopped), queues.letters.held(100) as held:
            queues.letters.send_back(held, queues.source, lambda _: None)
    arrived = queues.arrived()
    with queues.letters.held(100) as held:
        assert set(arrived) | {letter.body for letter in held} == bodies
        queues.letters.send_back(held, queues.source, lambda _: None)
    assert set(arrived) | set(queues.arrived()) == bodies
    assert queues.letters.depth() == 0
