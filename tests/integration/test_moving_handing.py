"""Linkage files of 029 on moto: an edition is one object, numbers have no gap, reception takes them as they are."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kyotsu.linkage.keys import ObjectRef, answer_key
from kyotsu.moving.case_client import CaseClient
from kyotsu.moving.case_items import CaseItem, CaseItems
from kyotsu.moving.cases import Case, CaseKind, CasePerson
from kyotsu.moving.cs.messages import Notice
from kyotsu.moving.documents import Address, Reservation
from kyotsu.moving.handed_table import HandedTable
from kyotsu.runtime.tables import bound
from kyotsu.wiring.catalogue import layout_columns
from kyotsu.wiring.moving_handing import OutboxHanding
from tests.fakes.deployment import CATALOGUE, PREFIX
from tests.fakes.moving_contract import case
from tests.fakes.moving_world import MovableClock, family
from tests.integration.cloud import MUNICIPALITY, REGION, Cloud, notification
from tests.integration.conftest import Handler

OUTBOX = f"{PREFIX}029"
ARRIVING = replace(
    case(kind=CaseKind.MOVE_IN),
    id="I-A1",
    application_number="A1",
    revision=1,
    municipality=MUNICIPALITY,
    people=(CasePerson(1, "000000000000011"), CasePerson(2)),
)
NOTICES = [
    Notice(
        application_number="A1",
        position=1,
        notified_on="2026-04-03",
        moved_on="2026-04-03",
        name="見本　太郎",
        birth_date="1981-04-01",
        sex="1",
        new_address=Address(municipality_code="131016", prefecture="東京都", municipality_name="千代田区"),
    )
]


def reservation(**changes: Any) -> Reservation:
    found = family(size=2, **changes).reservation
    assert found is not None
    return found


class Office:
    """What hands files out, and the bucket."""

    def __init__(self, cloud: Cloud) -> None:
        bound(CaseItem, "moving").create_table(billing_mode="PAY_PER_REQUEST", wait=True)
        place: Any = {"LocationConstraint": REGION}
        cloud.s3.create_bucket(Bucket=OUTBOX, CreateBucketConfiguration=place)
        cloud.s3.put_bucket_versioning(Bucket=OUTBOX, VersioningConfiguration={"Status": "Enabled"})
        client = CaseClient(cloud.dynamodb, "moving", CaseItems(MUNICIPALITY))
        columns = {each: layout_columns(CATALOGUE, f"{each}/v1") for each in ("029o001", "029o002")}
        self.clock = MovableClock(datetime(2026, 3, 20, 1, tzinfo=UTC))
        self.cloud = cloud
        self.handing = OutboxHanding(HandedTable(client), cloud.s3, OUTBOX, columns, self.clock)

    def files(self) -> list[str]:
        return [key.rpartition("/")[2] for key in self.keys()]

    def keys(self) -> list[str]:
        found = self.cloud.s3.list_objects_v2(Bucket=OUTBOX, Prefix="outbox/029").get("Contents", [])
        return [each["Key"] for each in found]

    def versions(self) -> int:
        return len(self.cloud.s3.list_object_versions(Bucket=OUTBOX, Prefix="outbox/029").get("Versions", []))

    def rows(self, name: str) -> list[dict[str, str]]:
        (key,) = (key for key in self.keys() if key.endswith(name))
        body = self.cloud.s3.get_object(Bucket=OUTBOX, Key=key)["Body"].read().decode()
        return list(csv.DictReader(io.StringIO(body)))


@pytest.fixture
def office(cloud: Cloud, quick_transactions: None) -> Office:
    return Office(cloud)


def test_an_edition_is_one_object_however_often_it_is_handed_out(office: Office) -> None:
    first = office.handing.reservation(ARRIVING, reservation(), 3)
    office.clock.forward(days=1)
    # Also with other people: who is known meanwhile is another edition's.
    assert office.handing.reservation(replace(ARRIVING, people=()), reservation(), 3) == first
    assert first == "029o001_01_D_v1_20260320100000_000001.csv"
    assert office.versions() == 1
    assert [(row["renban"], row["atenabango"], row["hansu"], row["torikeshifuragu"]) for row in office.rows(first)] == [
        ("1", "000000000000011", "3", "0"),
        ("2", "", "3", "0"),
    ]


def test_editions_cases_and_recalls_are_numbered_without_a_gap(office: Office) -> None:
    handing, other = office.handing, replace(ARRIVING, id="I-A2", application_number="A2")
    names = [
        handing.reservation(ARRIVING, reservation(), 2),
        handing.reservation(other, reservation(), 2),
        handing.reservation(ARRIVING, reservation(), 3),
        handing.recall(ARRIVING, reservation(), 3),
        handing.recall(other, None, 2),
    ]
    assert [name[-10:-4] for name in names] == [f"{number:06d}" for number in range(1, 6)]
    assert office.files() == names
    # Notices are numbered by themselves.
    assert handing.notices(ARRIVING, NOTICES, 1).endswith("_000001.csv")


def test_a_recall_says_nothing_of_people(office: Office) -> None:
    """Requirement: who withdrew is nobody's business."""
    rows = office.rows(office.handing.recall(ARRIVING, reservation(), 3))
    assert {(row["torikeshifuragu"], row["hansu"]) for row in rows} == {("1", "3")}
    assert not any(row[item] for row in rows for item in ("shimei", "seinengappi", "raichoyoteinengappi"))


@pytest.mark.parametrize("operation", ["TransactWriteItems", "PutObject"])
@pytest.mark.parametrize("worked", [True, False])
def test_a_fault_and_its_repeat_leave_one_file(
    office: Office, monkeypatch: pytest.MonkeyPatch, operation: str, worked: bool
) -> None:
    """Requirement: nothing lost, nothing twice; a call may have worked and not said so."""
    with monkeypatch.context() as patch:
        _fail(patch, office, operation, worked=worked)
        with pytest.raises(ClientError):
            office.handing.reservation(ARRIVING, reservation(), 2)
    office.clock.forward(minutes=5)
    name = office.handing.reservation(ARRIVING, reservation(), 2)
    assert office.files() == [name]
    assert (office.versions(), name[-10:-4]) == (1, "000001")


def test_who_writes_at_the_same_time_may_fail(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """S3 refuses the second of two writers before it is known whether the first one succeeds."""
    with monkeypatch.context() as patch:
        _fail(patch, office, "PutObject", worked=False, code="ConditionalRequestConflict")
        with pytest.raises(ClientError):
            office.handing.reservation(ARRIVING, reservation(), 2)
    assert office.files() == []
    name = office.handing.reservation(ARRIVING, reservation(), 2)
    assert (office.files(), office.versions()) == ([name], 1)


def test_a_number_whose_file_was_never_written_is_filled_by_the_next_edition(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step died between the two, and what was filed anew made another edition of it."""
    with monkeypatch.context() as patch:
        _fail(patch, office, "PutObject", worked=False)
        with pytest.raises(ClientError):
            office.handing.reservation(ARRIVING, reservation(), 2)
    assert office.files() == []
    second = office.handing.reservation(ARRIVING, reservation(revision=2), 4)
    empty, name = office.files()
    assert (name, empty[-10:-4], second[-10:-4]) == (second, "000001", "000002")
    assert office.rows(empty) == []
    # A try that was taken for dead and comes late changes nothing any more.
    assert office.handing.reservation(ARRIVING, reservation(), 2) == empty
    assert (office.rows(empty), office.versions()) == ([], 2)


def test_an_older_edition_that_comes_late_leaves_the_newer_one_alone(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newer one has its number and is about to write, when a try that was taken for dead hands out the older."""
    put = office.cloud.s3.put_object

    def overtaken(**arguments: Any) -> Any:
        monkeypatch.setattr(office.cloud.s3, "put_object", put)
        office.handing.reservation(ARRIVING, reservation(), 2)
        return put(**arguments)

    monkeypatch.setattr(office.cloud.s3, "put_object", overtaken)
    name = office.handing.reservation(ARRIVING, reservation(revision=2), 4)
    assert len(office.rows(name)) == 2
    assert sorted(each[-10:-4] for each in office.files()) == ["000001", "000002"]


def test_many_at_once_get_numbers_of_their_own(office: Office) -> None:
    cases = [replace(ARRIVING, id=f"I-A{number}", application_number=f"A{number}") for number in range(6)]

    def hand(one: Case) -> str:
        return office.handing.reservation(one, reservation(), 2)

    with ThreadPoolExecutor(3) as pool:
        names = list(pool.map(hand, cases))
    assert sorted(name[-10:-4] for name in names) == [f"{number:06d}" for number in range(1, 7)]


@pytest.mark.parametrize(
    ("hand", "rows"),
    [
        (lambda one: one.reservation(ARRIVING, reservation(), 2), 2),
        (lambda one: one.reservation(replace(ARRIVING, kind=CaseKind.IN_CITY, id="C-A1"), reservation(), 2), 2),
        (lambda one: one.recall(ARRIVING, reservation(), 2), 2),
        (lambda one: one.recall(ARRIVING, None, 2), 2),
        (lambda one: one.reservation(ARRIVING, Reservation(application_number="A1"), 2), 0),
        (lambda one: one.notices(ARRIVING, NOTICES, 1), 1),
    ],
)
def test_reception_accepts_every_file(
    office: Office, receive_file: Handler, hand: Callable[[OutboxHanding], str], rows: int
) -> None:
    hand(office.handing)
    (key,) = office.keys()
    (version,) = office.cloud.s3.list_object_versions(Bucket=OUTBOX, Prefix=key)["Versions"]
    ref = ObjectRef(OUTBOX, key, version["VersionId"])
    assert receive_file(notification([ref]), None) == {"batchItemFailures": []}
    answer = json.loads(office.cloud.s3.get_object(Bucket=OUTBOX, Key=answer_key(ref))["Body"].read())
    assert (answer["status"], answer["counts"]["read"]) == ("ACCEPTED", rows), answer


def _fail(
    patch: pytest.MonkeyPatch, office: Office, operation: str, *, worked: bool, code: str = "InternalError"
) -> None:
    owner: Any = office.cloud.s3 if operation == "PutObject" else office.cloud.dynamodb
    method = "put_object" if operation == "PutObject" else "transact_write_items"
    call = getattr(owner, method)

    def failing(**arguments: Any) -> None:
        if worked:
            call(**arguments)
        raise ClientError({"Error": {"Code": code}}, operation)

    patch.setattr(owner, method, failing)
