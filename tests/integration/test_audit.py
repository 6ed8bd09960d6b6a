"""The audit trail and statements of completeness on S3 and DynamoDB, as their functions have them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from kyotsu.contracts.audit import AuditTrail
from kyotsu.japanese.dates import JST
from kyotsu.linkage.completeness import Statement
from kyotsu.linkage.statement_chain import verify_chain
from kyotsu.runtime.audit.index import FEW, AuditTable, FoundItem
from kyotsu.runtime.audit.reading import Wrong
from kyotsu.runtime.audit.store import AuditBucket
from kyotsu.runtime.audit.verifying import Verified
from kyotsu.runtime.tables import bound
from kyotsu.wiring import audit, stating
from tests.fakes.audit import access
from tests.fakes.deployment import BUCKET, PREFIX, body, row
from tests.fakes.memory import FixedClock
from tests.integration.cloud import MUNICIPALITY, REGION, Cloud, notification
from tests.integration.conftest import ROOT, Handler, load

OUTPUTS = {"AuditBucket": "audit", "AuditTable": "audit", "AuditDays": "30"}
FEW_PEOPLE = [f"{number:015d}" for number in range(3)]
MANY = [f"{number:015d}" for number in range(0, 2 * FEW + 2, 2)]


class Context:
    """What Lambda tells a function."""

    aws_request_id, function_name, memory_limit_in_mb = "1", "f", 128
    invoked_function_arn = "arn"

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


@pytest.fixture
def trail(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[AuditTrail]:
    """The trail of a function, and a clock that both functions and this test have."""
    cloud.s3.create_bucket(
        Bucket="audit",
        CreateBucketConfiguration={"LocationConstraint": REGION},
        ObjectLockEnabledForBucket=True,
    )
    bound(FoundItem, "audit").create_table(billing_mode="PAY_PER_REQUEST", wait=True)
    settings = {"BUCKET": "audit", "TABLE": "audit", "DAYS": "30"}
    for name, value in {f"AUDIT_{key}": value for key, value in settings.items()}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GRACE_MINUTES", "30")
    monkeypatch.setenv("OPEN_DAYS", "1")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "linkage/deliver_files")
    monkeypatch.setattr(stating, "layer_root", lambda: ROOT / "catalogue")
    caches = (audit.audit_trail, audit.digesting, stating.stating)
    for cached in caches:
        cached.cache_clear()
    yield audit.audit_trail()
    for cached in caches:
        cached.cache_clear()


@pytest.fixture
def tomorrow(monkeypatch: pytest.MonkeyPatch) -> FixedClock:
    """A clock of the two functions: noon of the next day in Japan, when whatever was late has come."""
    clock = FixedClock((datetime.now(JST) + timedelta(days=1)).replace(hour=12))
    for module in (audit, stating):
        monkeypatch.setattr(module, "SystemClock", lambda: clock)
    return clock


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _day(moment: datetime) -> str:
    return (moment + timedelta(hours=9)).date().isoformat()


def _look() -> list[Verified]:
    now = datetime.now(UTC)
    first, last = _day(now - timedelta(days=1)), _day(now + timedelta(days=1))
    return list(audit.verifying(boto3.client("s3"), MUNICIPALITY, OUTPUTS).look(first, last, first))


def _seen(number: str) -> list[str]:
    now = datetime.now(UTC)
    found = audit.seeing(boto3.client("s3"), MUNICIPALITY, OUTPUTS).of(number, _day(now), _day(now))
    assert not found.problems
    return [header.access.access_id for header in found.accesses]


def test_who_saw_is_found_among_few_and_among_many(trail: AuditTrail) -> None:
    trail.record(access("few", _now()), FEW_PEOPLE)
    trail.record(access("many", _now()), MANY)
    assert _seen(FEW_PEOPLE[0]) == ["few", "many"]
    assert _seen(FEW_PEOPLE[1]) == ["few"]  # odd: within the range of the many, and not one of them
    assert _seen(MANY[-1]) == ["many"]
    assert _seen("999999999999999") == []


def test_a_large_access_costs_one_object_and_one_item(cloud: Cloud, trail: AuditTrail) -> None:
    with cloud.counted() as calls:
        trail.record(access("many", _now()), MANY)
    assert calls == {"GetItem": 1, "PutObject": 1, "PutItem": 1}
    with cloud.counted() as calls:
        trail.record(access("many", _now()), MANY)
    assert calls == {"GetItem": 1}


def test_the_function_makes_yesterdays_digest_and_the_trail_is_whole(trail: AuditTrail, tomorrow: FixedClock) -> None:
    trail.record(access("few", _now()), FEW_PEOPLE)
    handler = load("audit/digest_day").handler
    made = handler({}, Context())
    assert list(made["digests"]) == [_day(tomorrow.now() - timedelta(days=1))]
    assert made["problems"] == 0
    assert handler({}, Context())["digests"] == {}
    found = _look()
    assert [problem for day in found for problem in day.problems] == []
    assert made["digests"][found[1].day] == found[1].digest
    assert found[1].records == 1


def test_an_access_whose_worker_ended_before_the_index_is_made_findable(
    trail: AuditTrail, tomorrow: FixedClock
) -> None:
    trail.record(access("few", _now()), FEW_PEOPLE)
    for item in bound(FoundItem, "audit").scan():
        item.delete()
    assert _seen(FEW_PEOPLE[0]) == []
    load("audit/digest_day").handler({}, Context())
    assert _seen(FEW_PEOPLE[0]) == ["few"]


def test_what_is_taken_out_of_the_bucket_is_told(cloud: Cloud, trail: AuditTrail, tomorrow: FixedClock) -> None:
    trail.record(access("few", _now()), FEW_PEOPLE)
    load("audit/digest_day").handler({}, Context())
    (key,) = AuditBucket(cloud.s3, "audit").keys("records/")
    cloud.s3.delete_object(Bucket="audit", Key=key)  # a delete marker, which Object Lock itself allows
    assert {problem.wrong for day in _look() for problem in day.problems} == {Wrong.MISSING}


def test_nothing_is_written_over(cloud: Cloud) -> None:
    cloud.s3.create_bucket(Bucket="audit", CreateBucketConfiguration={"LocationConstraint": REGION})
    bucket = AuditBucket(cloud.s3, "audit")
    assert bucket.create("a/b/c", b"1")
    assert not bucket.create("a/b/c", b"2")
    assert bucket.find("a/b/c") == b"1"
    assert bucket.find("a/b/d") is None
    assert list(bucket.folders("a/")) == ["b"]


def test_items_go_when_their_records_do(trail: AuditTrail) -> None:
    trail.record(access("few", _now()), FEW_PEOPLE)
    for item in bound(FoundItem, "audit").scan():
        left = item.expires_at - datetime.now(UTC)
        assert timedelta(days=29) < left <= timedelta(days=30)
    assert AuditTable("audit", MUNICIPALITY, timedelta(days=30)).knows(access("few", _now()), FEW_PEOPLE)


def test_a_received_file_is_in_the_statement_of_its_day(
    cloud: Cloud, trail: AuditTrail, tomorrow: FixedClock, receive_file: Handler
) -> None:
    key = "outbox/001o006-01/001o006_01_D_v1_20261120093000_000007.csv"
    receive_file(notification([cloud.put(key, body([row(), row(idojiyu="??")]))]), None)
    handler: Any = load("linkage/state_completeness").handler
    made = handler({}, Context())
    assert made["open"] == 0
    assert handler({}, Context()) == {"made": 0, "open": 0}
    objects = stating.Statements(cloud.s3, "audit", PREFIX)
    stated = [s for s in verify_chain(objects, "001", "001o006", "2000-01-01") if isinstance(s, Statement)]
    last = stated[-1]
    assert last.day == _day(datetime.now(UTC))
    assert last.files == {"PARTIALLY_ACCEPTED": 1, "OPEN": 0}
    assert (last.rows["read"], last.rows["applied"], last.rows["failed"]) == (2, 1, 1)
    copy = cloud.s3.get_object(Bucket=BUCKET, Key=f"answers/completeness/001o006/{last.day}.json")["Body"].read()
    assert json.loads(copy)["numbers"] == [{"branch": "01", "first": 7, "last": 7, "missing": []}]
