"""Integrated addressees as deployed: rows of 032i001 received, residents followed, deletions published."""

from __future__ import annotations

import csv
import io
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from kyotsu.addressees.requests import Callers
from kyotsu.contracts.api import ApiRequest
from kyotsu.contracts.events import ResidentRecorded
from kyotsu.integrated.calls import IssueCall
from kyotsu.linkage.keys import ObjectRef
from kyotsu.wiring.catalogue import layout_columns
from kyotsu.wiring.following import following
from kyotsu.wiring.integrated import issuing
from kyotsu.wiring.integrated_people import integrated_store, teller
from kyotsu.wiring.registry import handles_individual_numbers
from tests.fakes.deployment import CATALOGUE
from tests.fakes.integrated import ONE, TWO, body, subject
from tests.fakes.protection import MemoryAudit
from tests.integration.cloud import MUNICIPALITY, Cloud, notification
from tests.integration.conftest import Handler, load

NUMBER = "000000000000213"
RESIDENT = {
    "shikuchosonkodo": "141003",
    "atenabango": NUMBER,
    "kojinrirekibango": "1",
    "kojinrirekibango_edabango": "0",
    "saishinfuragu": "1",
    "kojinbango": ONE,
    "juminshubetsu": "1",
    "juminjotai": "1",
    "idonengappi": "2026-05-01",
    "idojiyu": "01",
    "shimei": "住民　花子",
    "seinengappi": "1980-02-29",
    "sosashaid": "clerk",
    "sosanengappi": "2026-05-02",
    "sosajikoku": "09:00:00",
    "sakujofuragu": "0",
}


def csv_of(layout: str, *rows: Mapping[str, str]) -> bytes:
    written, columns = io.StringIO(), layout_columns(CATALOGUE, layout)
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows([[row.get(name, "") for name in columns] for row in rows])
    return written.getvalue().encode()


def received(
    cloud: Cloud, receive_file: Handler, interface: str, branch: str, number: int, *rows: Mapping[str, str]
) -> ObjectRef:
    name = f"{interface}-{branch}/{interface}_{branch}_D_v1_20260502093000_{number:06d}.csv"
    ref = cloud.put(f"outbox/{name}", csv_of(f"{interface}/v1", *rows))
    assert receive_file(notification([ref]), None) == {"batchItemFailures": []}
    return ref


def issue(*people: object, system: str = "010") -> str:
    """Issue a number to the first person; the audit trail has tests of its own."""
    callers = Callers({"141003"}, handles_individual_numbers)
    request = ApiRequest(
        body=body(*people, gyomuid=system),
        system=system,
        received_at=datetime(2026, 5, 1, tzinfo=UTC),
        request_id="r",
    )
    answer = IssueCall(callers, issuing(), MemoryAudit()).answer(request)
    return str(json.loads(msgspec.json.encode(answer.body))["result"][0]["dantainaitogoatenabango"])


@pytest.fixture
def follow(cloud: Cloud, quick_transactions: None) -> Handler:
    handler: Handler = load("integrated/follow_residents").handler
    return handler


def told(cloud: Cloud, sequence: int, number: str = NUMBER) -> dict[str, Any]:
    event = ResidentRecorded(event_id="e", municipality=MUNICIPALITY, addressee_number=number, sequence=sequence)
    detail = {"source": "kyotsu", "detail-type": "ResidentRecorded", "detail": msgspec.to_builtins(event)}
    record = {
        "messageId": "m",
        "receiptHandle": "handle",
        "body": json.dumps(detail),
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:ap-northeast-1:123456789012:follow",
        "awsRegion": "ap-northeast-1",
    }
    return {"Records": [record]}


def test_a_resident_is_followed_with_the_changed_individual_number(
    cloud: Cloud, receive_file: Handler, follow: Handler
) -> None:
    number = issue(subject(atenabango=NUMBER))
    later = {"sosanengappi": "2026-05-03", "kojinrirekibango": "2", "kojinbango": TWO, "idojiyu": "45"}
    received(cloud, receive_file, "001o006", "01", 1, RESIDENT)
    received(cloud, receive_file, "001o006", "11", 2, {**RESIDENT, **later})
    for sequence in (2, 1, 2):
        assert follow(told(cloud, sequence), None) == {"batchItemFailures": []}
    person = integrated_store().person(number)
    assert person is not None
    assert person.flagged is not None
    assert (person.flagged.key, person.flagged.status) == ((NUMBER, "001", "000"), "1")
    assert person.fingerprint == teller().of_individual(TWO)
    information = integrated_store().information(person, person.flagged.key)
    assert information is not None
    assert information.person["shimei"] == "住民　花子"
    assert [entry.deed for entry in integrated_store().history(number)] == ["issued", "number-changed"]
    assert person.sealed is not None
    assert integrated_store().individual_number(number, person.sealed) == TWO


def test_no_business_changes_the_individual_number_of_who_is_a_resident_now(
    cloud: Cloud, receive_file: Handler, quick_transactions: None
) -> None:
    number = issue(subject(atenabango=NUMBER), subject(atenabango="7"))
    received(cloud, receive_file, "001o006", "01", 1, RESIDENT)
    own = Callers({"141003"}, handles_individual_numbers)
    # Told under the number that is no resident's: the residents are asked of the other one as well.
    changed = body(subject(atenabango="7", kojinbango=TWO, idojiyu="45"), sosajikoku="10:00:00")
    asked = ApiRequest(body=changed, system="010", received_at=datetime(2026, 5, 1, tzinfo=UTC), request_id="r2")
    answer = IssueCall(own, issuing(), MemoryAudit()).answer(asked)
    assert (answer.status, answer.codes) == (400, ("E1572",))
    person = integrated_store().person(number)
    assert person is not None
    assert person.fingerprint == teller().of_individual(ONE)
    assert [conflict.number for conflict in integrated_store().conflicts()] == ["7"]


def test_who_has_no_number_is_not_followed_and_costs_one_read(
    cloud: Cloud, receive_file: Handler, follow: Handler
) -> None:
    received(cloud, receive_file, "001o006", "01", 1, RESIDENT)
    following()
    with cloud.counted() as calls:
        assert follow(told(cloud, 1), None) == {"batchItemFailures": []}
    assert calls == {"BatchGetItem": 1}


def test_an_event_that_fails_comes_again(cloud: Cloud, follow: Handler) -> None:
    event = told(cloud, 1)
    event["Records"][0]["body"] = "{}"
    assert follow(event, None) == {"batchItemFailures": [{"itemIdentifier": "m"}]}


def images(cloud: Cloud) -> Sequence[dict[str, Any]]:
    """Return every stored item as the stream shows it when it is new."""
    found = []
    stored: Any = cloud.dynamodb.scan(TableName="integrated")["Items"]
    for index, item in enumerate(stored):
        image: Any = {
            name: {kind: b64encode(value).decode() if kind == "B" else value for kind, value in typed.items()}
            for name, typed in item.items()
        }
        keys = {name: image[name] for name in ("pk", "sk")}
        found.append(
            {
                "eventID": str(index),
                "eventName": "INSERT",
                "eventSource": "aws:dynamodb",
                "dynamodb": {"Keys": keys, "SequenceNumber": str(index), "NewImage": image},
            }
        )
    return found


def test_rows_update_and_delete_and_the_deletion_is_published_with_one_id(
    cloud: Cloud, receive_file: Handler, quick_transactions: None
) -> None:
    publish: Handler = load("integrated/publish_changes").handler
    number = issue(subject(atenabango=NUMBER), system="001")
    assert publish({"Records": images(cloud)}, None) == {"batchItemFailures": []}
    assert [kind for kind, _ in cloud.events()] == ["IntegratedAddresseeIssued"]
    update = {name: RESIDENT[name] for name in ("shikuchosonkodo", "atenabango", "shimei", "sosashaid", "sosajikoku")}
    update |= {"sosanengappi": "2026-05-02", "sakujofuragu": "0", "gyomuid": "001"}
    rows = [update, {**update, "atenabango": "7"}, {**update, "sosajikoku": "10:00:00", "sakujofuragu": "1"}]
    ref = received(cloud, receive_file, "032i001", "00", 1, *rows)
    answer = cloud.answer(ref)
    assert answer["status"] == "PARTIALLY_ACCEPTED"
    counts = {name: count for name, count in answer["counts"].items() if count}
    assert counts == {"read": 3, "updated": 1, "deleted": 1, "failed": 1}
    assert [(error["code"], error["atenabango"]) for error in cloud.errors(ref)] == [("E1565", "7")]
    cloud.events()
    for _ in range(2):
        assert publish({"Records": images(cloud)}, None) == {"batchItemFailures": []}
        ((kind, detail),) = cloud.events()
        assert (kind, detail["event_id"]) == ("IntegratedAddresseeDeleted", f"{MUNICIPALITY}-{number}-deleted")
        assert detail["integrated_number"] == number
        assert detail["deleted_at"].endswith("+09:00")


def test_the_catalogue_says_who_may_handle_individual_numbers(cloud: Cloud) -> None:
    assert handles_individual_numbers("001")
    assert not handles_individual_numbers("017")
    assert not handles_individual_numbers("ZZZ")
