"""The functions of the CS gateway on moto, with the simulator of 住基ネット at the other end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from infra.sandbox.juki_net import process
from infra.sandbox.juki_net.deliveries import Mailbox
from infra.sandbox.juki_net.serving import serving
from kyotsu.moving.case_items import CaseItem
from kyotsu.moving.cases import Case, CaseKind, CaseState, Entry
from kyotsu.runtime.tables import TableItem, bound
from kyotsu.wiring import moving, moving_cs, moving_received
from tests.fakes.cs import HERE, START, THERE, posted
from tests.flows.sandbox_process import eventually
from tests.integration.cloud import REGION, Cloud
from tests.integration.conftest import load
from tests.integration.test_watching import Context

FIFO: Any = {"FifoQueue": "true"}
LANE = "000000000000019"
MACHINE = "arn:aws:states:ap-northeast-1:123456789012:stateMachine:"


def _forget() -> None:
    for module in (moving, moving_cs, moving_received):
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()


class Town:
    """One municipality's functions, called as their queues and clock do."""

    def __init__(self, cloud: Cloud, url: str) -> None:
        self.cloud, self.url = cloud, url
        self.functions = {name: load(f"cs/{name}") for name in ("send_message", "receive_message", "sweep_outbox")}

    def call(self, name: str, body: Any) -> list[Any]:
        """Give a function one message of its queue; return what failed."""
        record = {
            "messageId": "1",
            "body": json.dumps(body),
            "eventSource": "aws:sqs",
            "receiptHandle": "handle",
            "attributes": {"ApproximateReceiveCount": "1"},
        }
        failed: list[Any] = self.functions[name].handler({"Records": [record]}, Context())["batchItemFailures"]
        return failed

    def work(self) -> None:
        """Work on every lane that was woken, once."""
        while messages := self.cloud.sqs.receive_message(QueueUrl=self.lanes, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                assert self.call("send_message", json.loads(message["Body"])) == []
                self.cloud.sqs.delete_message(QueueUrl=self.lanes, ReceiptHandle=message["ReceiptHandle"])

    def receive(self) -> int:
        """Take every object that the CS brought; return how many there were."""
        keys = self.keys("received/")
        for key in keys:
            detail = {"bucket": {"name": "juki"}, "object": {"key": key}}
            assert self.call("receive_message", {"detail": detail}) == []
        return len(keys)

    def keys(self, prefix: str) -> list[str]:
        found = self.cloud.s3.list_objects_v2(Bucket="juki", Prefix=prefix)
        return [each["Key"] for each in found.get("Contents", [])]

    def sweep(self) -> dict[str, float]:
        found: dict[str, float] = self.functions["sweep_outbox"].handler({}, Context())
        return found

    def settle(self) -> None:
        """Let the simulator deliver, and everybody work, until nothing is open any more."""

        def settled() -> bool:
            self.work()
            self.sweep()
            return not self.receive() and not list(moving_cs.posted_outbox().store.open_lanes())

        eventually(settled)

    @property
    def lanes(self) -> str:
        return str(self.cloud.sqs.get_queue_url(QueueName="lanes.fifo")["QueueUrl"])

    def events(self) -> list[str]:
        return [one["event"] for one in process.call(self.url, "GET", "/journal")]


@pytest.fixture
def town(cloud: Cloud, quick_transactions: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    _forget()
    put = cloud.s3.put_object
    monkeypatch.setattr(Mailbox, "put", lambda mailbox, key, body: put(Bucket=mailbox.bucket, Key=key, Body=body))
    with serving(expected=frozenset({HERE})) as url:
        settings = {
            "MOVING_TABLE": "moving", "MOVING_RULES": "{}", "MOVING_TIMEOUTS": "{}",
            "MOVE_OUT_MACHINE": f"{MACHINE}move_out", "MOVE_IN_MACHINE": f"{MACHINE}move_in",
            "PAPERS_TABLE": "papers", "PAPER_BUCKET": "papers", "JUKI_BUCKET": "juki", "CS_URL": url,
            "PAPER_KEY": boto3.client("kms").create_key()["KeyMetadata"]["Arn"],
            "CS_SECRET": boto3.client("secretsmanager").create_secret(Name="cs", SecretString="s")["ARN"],
            "CS_LANES_QUEUE": cloud.sqs.create_queue(QueueName="lanes.fifo", Attributes=FIFO)["QueueUrl"],
        }  # fmt: skip
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        bound(CaseItem, "moving").create_table(billing_mode="PAY_PER_REQUEST", wait=True)
        bound(TableItem, "papers").create_table(billing_mode="PAY_PER_REQUEST", wait=True)
        for bucket in ("papers", "juki"):
            cloud.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        asked = {"codes": [HERE], "aws_endpoint": "", "region": "", "bucket": "juki", "secret": "s"}
        process.call(url, "POST", "/municipalities", asked)
        yield Town(cloud, url)
    _forget()


def opened(number: str) -> str:
    case = Case(
        id=f"O-{number}",
        kind=CaseKind.MOVE_OUT,
        municipality=HERE,
        application_number=number,
        state=CaseState.SENDING,
        opened_at=START,
        counterpart=THERE,
    )
    moving.cases().open(case, Entry(START, "Open", "opened", "portal"))
    return case.id


@pytest.mark.parametrize("faults", [[], ["refuse"], ["time_out"], ["twice"], ["refuse", "time_out", "twice"]])
def test_messages_take_effect_once_and_in_order_whatever_the_cs_does(town: Town, faults: list[str]) -> None:
    for kind in faults:
        process.call(town.url, "POST", "/faults", {"kind": kind, "times": 1})
    case = opened("1")
    first, second = posted(case, LANE), posted(case, LANE, number=2)
    moving_cs.posted_outbox().post([first, second])
    town.settle()
    journal = [one["message_id"] for one in process.call(town.url, "GET", "/journal") if one["event"] == "taken"]
    assert journal == [first.id, second.id]
    assert [signal.id for signal in moving.cases().pending(case)] == [f"{case}-tenshutsushomeisho-acknowledged-2"]
    assert town.keys("") == []


def test_a_message_that_can_not_be_taken_is_put_aside_and_counted(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    town.cloud.s3.put_object(Bucket="juki", Key="received/横浜太郎.json", Body="{横浜".encode())
    assert town.receive() == 1
    assert town.keys("") == ["parked/横浜太郎.json"]
    out = capsys.readouterr().out
    assert '"CsMessagesParked":[1.0]' in out
    assert "横浜" not in out


def test_a_cs_that_is_silent_leaves_messages_and_no_failure(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CS_URL", "")
    moving_cs.posted_outbox().post([posted(opened("2"), LANE)])
    town.work()
    assert town.sweep()["oldest_unsent"] >= 0
    (lane,) = moving_cs.posted_outbox().store.open_lanes()
    assert [entry.state for entry in lane.entries] == ["READY"]
