"""Heads as the stream tells of them become domain events, the same ones however often it tells."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from kyotsu.residents.applier import Head, StoredVersion
from tests.fakes.entries import entry
from tests.integration.cloud import Cloud
from tests.integration.conftest import Handler


def image(cloud: Cloud, **key: str) -> dict[str, Any] | None:
    """Return an item as a stream shows it: DynamoDB's JSON, binary values in base64."""
    found = cloud.dynamodb.get_item(TableName="residents", Key={name: {"S": value} for name, value in key.items()})
    item: Any = found.get("Item")
    return item and {
        name: {kind: b64encode(value).decode() if kind == "B" else value for kind, value in typed.items()}
        for name, typed in item.items()
    }


def record(sequence: int, old: dict[str, Any] | None, new: dict[str, Any] | None) -> dict[str, Any]:
    either = new or old or {}
    images = {name: image for name, image in (("OldImage", old), ("NewImage", new)) if image}
    keys = {name: either[name] for name in ("pk", "sk")}
    return {
        "eventID": str(sequence),
        "eventName": "MODIFY" if old else "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {"Keys": keys, "SequenceNumber": str(sequence), **images},
    }


def test_changes_of_heads_are_published_and_versions_are_not(cloud: Cloud, publish_changes: Handler) -> None:
    key = {"pk": "141003#1", "sk": "H"}
    cloud.residents.replace_heads([Head("1", 1, (entry(1, effect="1"),))])
    first = image(cloud, **key)
    cloud.residents.replace_heads([Head("1", 2, (entry(1, effect="1"), entry(2, 10, effect="2")))])
    second = image(cloud, **key)
    cloud.residents.put_versions([StoredVersion("1", entry(), "i/v1", ["a"])])
    (version,) = [
        item["sk"]["S"]
        for item in cloud.dynamodb.scan(TableName="residents")["Items"]
        if item["sk"]["S"].startswith("V#")
    ]
    records = [
        record(1, None, first),
        record(2, None, image(cloud, pk="141003#1", sk=version)),
        record(3, first, second),
    ]
    for _ in range(2):
        assert publish_changes({"Records": records}, None) == {"batchItemFailures": []}
        found = sorted(cloud.events(), key=lambda event: event[1]["event_id"])
        assert [(kind, detail["event_id"]) for kind, detail in found] == [
            ("ResidentRecorded", "141003-1-1"),
            ("ResidentCategoryChanged", "141003-1-1-category"),
            ("ResidentRecorded", "141003-1-2"),
            ("ResidentCategoryChanged", "141003-1-2-category"),
        ]
        assert (found[3][1]["before"], found[3][1]["after"]) == ("1", "2")
        assert found[3][1]["since"] == "2026-04-01T10:00:00+09:00"


def test_from_the_first_record_that_fails_everything_is_delivered_again(cloud: Cloud, publish_changes: Handler) -> None:
    cloud.residents.replace_heads([Head("1", 1, (entry(1, effect="1"),))])
    good = image(cloud, pk="141003#1", sk="H")
    assert good is not None
    broken = record(2, None, {**good, "b": {"B": b64encode(b"?").decode()}})
    answered = publish_changes({"Records": [record(1, None, good), broken]}, None)
    assert answered == {"batchItemFailures": [{"itemIdentifier": "2"}]}
