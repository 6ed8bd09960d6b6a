"""Deliveries on moto: their functions, their table, their queues."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from kyotsu.linkage import delivery_watch as watch_module
from kyotsu.linkage.deliveries import Delivery, Lane, Part, Place, State, Wait
from kyotsu.linkage.delivery_table import DeliveryTable
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.receipts import Receipt
from kyotsu.linkage.table import ReceiptTable
from kyotsu.runtime.audit.index import FoundItem
from kyotsu.runtime.settings import setting
from kyotsu.runtime.tables import bound
from kyotsu.wiring import audit, deliveries, protection
from tests.fakes.deliveries import NARROW, WIDE, catalogue_for, read
from tests.fakes.deployment import BUCKET, PREFIX, body, name, row
from tests.fakes.support import support_body, support_name, support_row
from tests.integration.cloud import MUNICIPALITY, REGION, Cloud, notification
from tests.integration.conftest import Handler, load
from tests.integration.test_watching import Context

PEOPLE = [row(atenabango=f"{number:015d}", jusho_choaza="架空町") for number in range(1, 4)]
NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
CACHES = (
    deliveries.planning,
    deliveries.delivering,
    deliveries.acknowledging,
    deliveries.delivery_watch,
    audit.audit_trail,
    protection.protection_decision,
)


@dataclass
class Delivered:
    """A cloud with the functions of deliveries and their queue."""

    cloud: Cloud
    url: str
    receive: Handler

    def send(self, rows: list[dict[str, str]], sequence: int = 1) -> dict[str, Any]:
        """Send a file; return the event of its answer."""
        ref = self.cloud.put(f"outbox/001o006-01/{name(sequence=sequence)}", body(rows))
        assert self.receive(notification([ref]), Context()) == {"batchItemFailures": []}
        (answered,) = [detail for kind, detail in self.cloud.events() if kind == "FileAnswered"]
        return dict(answered)

    def call(self, function: str, message: Any, attempt: int = 1) -> Any:
        """Give a function one message."""
        record = {
            "messageId": "1",
            "body": json.dumps(message),
            "eventSource": "aws:sqs",
            "receiptHandle": "handle",
            "attributes": {"ApproximateReceiveCount": str(attempt)},
        }
        return load(f"linkage/{function}").handler({"Records": [record]}, Context())

    def plan(self, answered: dict[str, Any], kind: str = "FileAnswered") -> None:
        """Have a file's deliveries planned, or ended."""
        assert self.call("plan_deliveries", {"detail-type": kind, "detail": answered}) == {"batchItemFailures": []}

    def work(self) -> int:
        """Work on lanes until nobody is woken; return how many messages there were."""
        count = 0
        while messages := self.cloud.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=1).get("Messages"):
            (message,) = messages
            assert self.call("deliver_files", json.loads(message["Body"])) == {"batchItemFailures": []}
            self.cloud.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
            count += 1
        return count

    def objects(self, recipient: str, suffix: str = ".csv", bucket: str = BUCKET) -> dict[str, bytes]:
        """Return a recipient's objects of a kind."""
        found = self.cloud.s3.list_objects_v2(Bucket=bucket, Prefix=f"deliveries/{recipient}/").get("Contents", [])
        keys = [item["Key"] for item in found if item["Key"].endswith(suffix)]
        return {key: self.cloud.s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}

    def acknowledge(self, key: str, document: dict[str, Any], sequencer: str = "01") -> Any:
        """Put an acknowledgement and tell of it."""
        ack = key.replace(".csv", ".ack.json")
        version = self.cloud.s3.put_object(Bucket=BUCKET, Key=ack, Body=json.dumps(document).encode())["VersionId"]
        item = {"key": ack, "version-id": version, "sequencer": sequencer}
        return self.call("note_acknowledgement", {"detail": {"bucket": {"name": BUCKET}, "object": item}})


@pytest.fixture
def delivered(cloud: Cloud, receive_file: Handler, monkeypatch: pytest.MonkeyPatch) -> Iterator[Delivered]:
    """The cloud, with two recipients of 001o006."""
    url = cloud.sqs.create_queue(QueueName="lanes.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    for name_, value in {
        "LANES_QUEUE": url,
        "AUDIT_BUCKET": "audit",
        "AUDIT_TABLE": "audit",
        "AUDIT_DAYS": "30",
        "POWERTOOLS_SERVICE_NAME": "linkage/deliver_files",
    }.items():
        monkeypatch.setenv(name_, value)
    boto3.client("s3").create_bucket(Bucket="audit", CreateBucketConfiguration={"LocationConstraint": REGION})
    bound(FoundItem, "audit").create_table(billing_mode="PAY_PER_REQUEST", wait=True)
    monkeypatch.setattr(deliveries, "load_catalogue", lambda _root: catalogue_for(NARROW, WIDE))
    monkeypatch.setattr(protection, "load_catalogue", lambda _root: catalogue_for(NARROW, WIDE))
    for cached in CACHES:
        cached.cache_clear()
    yield Delivered(cloud, url, receive_file)
    for cached in CACHES:
        cached.cache_clear()


def test_a_file_reaches_its_recipients_and_is_acknowledged(delivered: Delivered) -> None:
    answered = delivered.send(PEOPLE)
    delivered.plan(answered)
    delivered.plan(answered)
    assert delivered.work() == 4
    for recipient in ("002", "010"):
        ((key, content),) = delivered.objects(recipient).items()
        assert [got["atenabango"] for got in read(content)] == [person["atenabango"] for person in PEOPLE]
        (manifest,) = delivered.objects(recipient, ".json").values()
        assert json.loads(manifest)["object_key"] == key
    kinds = [kind for kind, _ in delivered.cloud.events()]
    assert kinds == ["DeliveryOffered"] * 2
    (key,) = delivered.objects("002")
    sha256 = json.loads(delivered.objects("002", ".json")[key.replace(".csv", ".json")])["sha256"]
    assert delivered.acknowledge(key, {"state": "ACKNOWLEDGED", "sha256": sha256}) == {"batchItemFailures": []}
    ((kind, event),) = delivered.cloud.events()
    assert (kind, event["delivery_state"]) == ("DeliveryAnswered", "ACKNOWLEDGED")
    assert delivered.acknowledge(key, {"state": "DONE"}, "02") == {"batchItemFailures": []}
    (error,) = delivered.objects("002", ".ack-error.json").values()
    assert json.loads(error)["code"] == "E1422"


def test_one_file_for_one_recipient_costs_so_many_calls(delivered: Delivered) -> None:
    answered = delivered.send(PEOPLE)
    with delivered.cloud.counted() as calls:
        delivered.plan(answered)
    assert calls == {"GetItem": 2, "Query": 3, "TransactWriteItems": 2, "SendMessageBatch": 1}
    message = {"interface": "001o006", "recipient": "002"}
    with delivered.cloud.counted() as calls:
        delivered.call("deliver_files", message)
    assert calls == {
        "Query": 3,  # what waits; the ledger; whether a file that protects people is not applied yet
        "GetItem": 6,  # turn, delivery, whether it is undone, receipt, whether it is recorded, the next delivery
        "GetObject": 2,  # the chunk; what its rows were told (remarks)
        "BatchGetItem": 2,  # who is linked to whom; who is protected
        "PutItem": 4,  # the candidate; three people in the audit trail's index
        "PutObject": 3,  # the record, the part, the manifest
        "PutEvents": 1,
        "TransactWriteItems": 1,
        "UpdateItem": 1,
    }


def test_an_overdue_delivery_is_told_to_the_provider(delivered: Delivered, monkeypatch: pytest.MonkeyPatch) -> None:
    answered = delivered.send(PEOPLE)
    delivered.plan(answered)
    delivered.work()
    delivered.cloud.events()
    handler = load("linkage/watch_deliveries").handler
    assert handler({}, Context())["undelivered"] == 0
    monkeypatch.setattr(watch_module, "SHORTEST", timedelta(seconds=-5))
    told = handler({"give_up": ["001o006-010-000001"]}, Context())
    assert (told["undelivered"], told["woken"]) == (1, 0)
    assert handler({}, Context())["undelivered"] == 0
    key = answered["object_key"].rpartition("/")[2].replace(".csv", ".undelivered.json")
    report = json.loads(delivered.cloud.s3.get_object(Bucket=BUCKET, Key=f"answers/{key}")["Body"].read())
    assert [r["recipient"] for r in report["recipients"]] == ["010"]
    ((kind, event),) = delivered.cloud.events()
    assert (kind, event["recipient"], event["code"]) == ("FileUndelivered", "010", "E1401")


def test_a_file_taken_back_is_told_to_who_was_offered_it(delivered: Delivered) -> None:
    answered = delivered.send(PEOPLE)
    delivered.plan(answered)
    delivered.work()
    undone = {**{k: answered[k] for k in ("municipality", "receipt_id", "provider", "object_key", "version_id")}}
    delivered.plan({**undone, "event_id": "x", "undone_at": NOW.isoformat()}, "FileUndone")
    assert len(delivered.objects("002", ".undone.json")) == 1


def test_a_failing_lane_fails_its_message_alone(delivered: Delivered) -> None:
    answered = delivered.send(PEOPLE)
    delivered.plan(answered)
    for version in delivered.cloud.s3.list_objects_v2(Bucket="audit").get("Contents", []):
        delivered.cloud.s3.delete_object(Bucket="audit", Key=version["Key"])
    delivered.cloud.s3.delete_bucket(Bucket="audit")
    assert delivered.call("deliver_files", {"interface": "001o006", "recipient": "002"}) == {
        "batchItemFailures": [{"itemIdentifier": "1"}]
    }
    assert delivered.objects("002") == {}, "what can't be recorded is not shown"
    assert delivered.call("deliver_files", {"interface": "001o006", "recipient": "002"}, attempt=3) == {
        "batchItemFailures": [{"itemIdentifier": "1"}]
    }
    delivery = deliveries.planning().store.find(Lane("001o006", "002"), 1)
    assert delivery
    assert delivery.ended is None, "no fault of its own"


def test_a_delivery_whose_fragment_is_gone_is_set_aside_on_its_last_attempt(delivered: Delivered) -> None:
    answered = delivered.send(PEOPLE)
    delivered.plan(answered)
    key = f"errors/{answered['receipt_id']}/000000.csv"
    delivered.cloud.s3.delete_object(Bucket=setting("WORK_BUCKET"), Key=key)
    for attempt, ended in ((1, None), (3, "SET_ASIDE")):
        assert delivered.call("deliver_files", {"interface": "001o006", "recipient": "002"}, attempt)[
            "batchItemFailures"
        ]
        delivery = deliveries.planning().store.find(Lane("001o006", "002"), 1)
        assert delivery
        assert delivery.ended == ended


def test_a_file_that_protects_people_holds_deliveries_back_until_it_is_applied(
    delivered: Delivered, capsys: pytest.CaptureFixture[str]
) -> None:
    answered = delivered.send(PEOPLE)
    delivered.plan(answered)
    support = delivered.cloud.put(
        f"outbox/001o009-00/{support_name()}", support_body(support_row(atenabango=PEOPLE[1]["atenabango"]))
    )
    receipts = ReceiptTable("linkage", MUNICIPALITY)
    receipts.open(Receipt(support, MUNICIPALITY, "001", NOW, holds=True))
    delivered.work()
    assert delivered.objects("002") == {}
    assert delivered.receive(notification([support]), Context()) == {"batchItemFailures": []}
    assert delivered.receive(notification([support]), Context()) == {"batchItemFailures": []}
    assert not receipts.holding()
    told = next(detail for kind, detail in delivered.cloud.events() if kind == "FileAnswered")
    delivered.plan(told)
    delivered.work()
    assert "ProtectionNotApplied" not in capsys.readouterr().out
    (content,) = (body for key, body in delivered.objects("002").items() if "001o006" in key)
    assert [got["jusho_choaza"] for got in read(content)] == ["架空町", "", "架空町"]
    delivered.plan({**told, "status": "REJECTED"})
    assert '"ProtectionNotApplied":[1.0]' in capsys.readouterr().out


def test_messages_that_nobody_can_read_fail(delivered: Delivered) -> None:
    for function in ("plan_deliveries", "deliver_files", "note_acknowledgement"):
        assert delivered.call(function, {}) == {"batchItemFailures": [{"itemIdentifier": "1"}]}


LANE = Lane("001o006", "002")


def planned(number: int = 1, receipt_id: str = "r1", attempt: int = 1) -> Delivery:
    return Delivery(
        interface=LANE.interface,
        recipient=LANE.recipient,
        number=number,
        attempt=attempt,
        receipt_id=receipt_id,
        provider="001",
        source_key="outbox/x.csv",
        bucket=f"{PREFIX}001",
        stem="deliveries/002/x",
        planned_at=NOW,
        within=3,
        deadline=NOW + timedelta(days=3),
    )


def made(**changes: Any) -> Part:
    fields: dict[str, Any] = {
        "interface": LANE.interface,
        "recipient": LANE.recipient,
        "number": 1,
        "part": 1,
        "sha256": "a" * 64,
        "size": 1,
        "rows": 1,
        "withheld_rows": 0,
        "columns": ("a",),
        "last": True,
        "made_at": NOW.isoformat(),
        "end": Place(1),
        "passed": True,
    }
    return Part(**{**fields, **changes})


@pytest.fixture
def table(cloud: Cloud) -> DeliveryTable:
    """The table of deliveries."""
    assert cloud
    return DeliveryTable("linkage", MUNICIPALITY)


def test_numbers_and_plans_are_taken_once(table: DeliveryTable) -> None:
    assert table.last_number(LANE) == 0
    assert table.add(planned())
    assert not table.add(planned(receipt_id="r2")), "its number is taken"
    assert not table.add(planned(2)), "it is planned already"
    assert table.add(planned(2, "r2"))
    assert table.add(planned(3, "r1", attempt=2))
    assert [d.number for d in table.of_receipt("r1")] == [1, 3]
    assert table.last_number(LANE) == 3
    assert [d.number for d in table.listed(LANE, 2)] == [3, 2]
    assert table.find(LANE, 9) is None


def test_the_first_of_two_writers_wins(table: DeliveryTable) -> None:
    table.add(planned())
    mine, theirs = planned().offering(made()), planned().changed(waiting=1)
    wait = Wait(interface="001o006", recipient="002", number=1, place=Place(0, 2), held={"1": [2]})
    assert table.commit(theirs, None, wait)
    assert not table.commit(mine, made(offered=True))
    assert table.parts(LANE, 1) == []
    assert table.waits(LANE) == [wait]
    stored = table.find(LANE, 1)
    assert stored == theirs
    gone = Wait(interface="001o006", recipient="002", number=1, place=Place(0, 2), held={})
    assert table.commit(theirs.changed(waiting=0), None, gone)
    assert table.waits(LANE) == []


def test_candidates_are_kept_once_by_their_bytes(table: DeliveryTable) -> None:
    first = table.candidate(made(held={"1": [2]}))
    assert table.candidate(made(made_at="later")) == first
    other = made(sha256="b" * 64)
    assert table.candidate(other) == other
    assert table.parts(LANE, 1) == [first, other]


def test_turns_pass_one_by_one(table: DeliveryTable) -> None:
    assert table.turn(LANE) == 1
    table.pass_turn(LANE, 1)
    table.pass_turn(LANE, 1)
    assert table.turn(LANE) == 2


def test_what_is_unsettled_is_found_by_what_is_missing(table: DeliveryTable) -> None:
    table.add(planned())
    assert [d.number for d in table.unoffered()] == [1]
    offered = planned().offering(made())
    assert table.commit(offered)
    assert list(table.unoffered()) == []
    assert list(table.unacknowledged()) == [offered]
    assert list(table.unacknowledged(NOW)) == []
    assert list(table.unacknowledged(NOW + timedelta(seconds=1))) == [offered]
    refused = offered.changed(refused=1)
    assert table.commit(refused)
    assert (list(table.refused()), list(table.unacknowledged())) == ([refused], [])
    done = refused.changed(acknowledged=1, refused=0)
    assert done.state is State.ACKNOWLEDGED
    assert table.commit(done)
    assert list(table.unacknowledged()) == []


def test_a_drop_of_nothing_is_no_error(table: DeliveryTable) -> None:
    table.drop(Wait(interface="001o006", recipient="002", number=1, place=Place(0, 2), held={}))
    assert ObjectRef(BUCKET, "k", "v")
