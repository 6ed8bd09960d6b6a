"""S3 and the event bus behind linkage's ports: exact versions, and writes that are whole or not there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from kyotsu.contracts.events import FileAnswered, ResidentRecorded
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.ports import ObjectGoneError
from kyotsu.runtime import clients
from kyotsu.runtime.events import EventBus, EventsRefusedError
from kyotsu.runtime.objects import S3Objects
from kyotsu.wiring.adapters import LinkageEvents, LinkageObjects
from tests.fakes.deployment import BUCKET
from tests.integration.cloud import Cloud

KEY = "outbox/x.csv"


@pytest.fixture
def objects(cloud: Cloud) -> LinkageObjects:
    return LinkageObjects(S3Objects(cloud.s3), "work")


def test_exactly_the_pinned_version_is_read(cloud: Cloud, objects: LinkageObjects) -> None:
    first = cloud.put(KEY, b"first", **{"Row-Count": "1"})
    cloud.put(KEY, b"second")
    with objects.open(first) as opened:
        assert (dict(opened.metadata), b"".join(opened.blocks)) == ({"row-count": "1"}, b"first")
    assert objects.read(first, 1, 3) == b"ir"


def test_blocks_are_of_one_mebibyte(cloud: Cloud, objects: LinkageObjects) -> None:
    ref = cloud.put(KEY, bytes(2 * 1024 * 1024 + 1))
    with objects.open(ref) as opened:
        assert [len(block) for block in opened.blocks] == [1024 * 1024, 1024 * 1024, 1]


def test_a_version_that_is_gone_is_told_apart_from_an_error(cloud: Cloud, objects: LinkageObjects) -> None:
    ref = cloud.put(KEY, b"x")
    marker = cloud.s3.delete_object(Bucket=BUCKET, Key=KEY)["VersionId"]
    with objects.open(ref) as opened:
        assert b"".join(opened.blocks) == b"x"
    cloud.s3.delete_object(Bucket=BUCKET, Key=KEY, VersionId=ref.version_id)
    for gone in (ref, ObjectRef(BUCKET, KEY, marker)):
        with pytest.raises(ObjectGoneError), objects.open(gone):
            pass
        with pytest.raises(ObjectGoneError):
            objects.read(gone, 0, 1)
    with pytest.raises(ClientError), objects.open(ObjectRef("kyotsu-test-141003-002", KEY, ref.version_id)):
        pass


def test_a_large_errors_file_goes_up_in_parts(cloud: Cloud, objects: LinkageObjects) -> None:
    pieces = [bytes([number]) * 1_500_000 for number in range(8)]
    with cloud.counted() as calls:
        objects.write(BUCKET, "answers/x.errors.csv", iter(pieces), "text/csv; charset=utf-8")
    assert calls == {"CreateMultipartUpload": 1, "UploadPart": 2, "CompleteMultipartUpload": 1}
    found = cloud.s3.get_object(Bucket=BUCKET, Key="answers/x.errors.csv")
    assert (found["Body"].read(), found["ContentType"]) == (b"".join(pieces), "text/csv; charset=utf-8")


def test_a_write_that_breaks_leaves_what_stood_there(cloud: Cloud, objects: LinkageObjects) -> None:
    objects.write(BUCKET, "answers/x.json", iter([b"before"]), "application/json")

    def breaking() -> Iterator[bytes]:
        yield bytes(9_000_000)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        objects.write(BUCKET, "answers/x.json", breaking(), "application/json")
    assert cloud.s3.get_object(Bucket=BUCKET, Key="answers/x.json")["Body"].read() == b"before"
    assert "Uploads" not in cloud.s3.list_multipart_uploads(Bucket=BUCKET)


def test_fragments_are_kept_in_our_own_bucket(cloud: Cloud, objects: LinkageObjects) -> None:
    objects.put_fragment("receipt", 3, b"lines")
    assert objects.fragment("receipt", 3) == b"lines"
    assert cloud.s3.list_objects_v2(Bucket="work")["Contents"][0]["Key"] == "errors/receipt/000003.csv"


def test_events_reach_the_bus_by_their_type(cloud: Cloud) -> None:
    bus = EventBus(clients.events(), "kyotsu")
    recorded = [
        ResidentRecorded(event_id=str(n), municipality="141003", addressee_number=str(n), sequence=1) for n in range(12)
    ]
    with cloud.counted() as calls:
        bus.publish(recorded)
    assert calls["PutEvents"] == 2
    found = cloud.events()
    assert {kind for kind, _ in found} == {"ResidentRecorded"}
    assert sorted(int(detail["event_id"]) for _, detail in found) == list(range(12))
    answered = FileAnswered(
        event_id="e",
        municipality="141003",
        receipt_id="e",
        provider="001",
        object_key=KEY,
        version_id="v",
        status="ACCEPTED",
        answered_at="2026-11-21T12:00:00.000+09:00",
    )
    LinkageEvents(bus).file_answered(answered)
    assert cloud.events() == [("FileAnswered", {name: getattr(answered, name) for name in answered.__struct_fields__})]


def test_refused_events_are_an_error(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    client = clients.events()
    refusal = {"FailedEntryCount": 1, "Entries": [{"EventId": "1"}, {"ErrorCode": "ThrottlingException"}]}
    monkeypatch.setattr(client, "put_events", lambda **_: refusal)
    event = ResidentRecorded(event_id="1", municipality="141003", addressee_number="1", sequence=1)
    with pytest.raises(EventsRefusedError, match=r"^ThrottlingException$"):
        EventBus(client, "kyotsu").publish([event, event])
