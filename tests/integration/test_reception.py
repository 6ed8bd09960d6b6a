"""The whole reception on moto, through its function: records, answers, events, and what a file costs in calls."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any

import pytest

from kyotsu.japanese.dates import JST
from kyotsu.linkage.keys import ObjectRef
from tests.fakes.deployment import NUMBER, body, name, row
from tests.integration.cloud import Cloud, notification
from tests.integration.conftest import Handler

OTHER = "000000000000027"
ROWS = [row(), row(atenabango=OTHER, shimei="")]


def outbox(file_name: str) -> str:
    return f"outbox/{'-'.join(file_name.split('_')[:2])}/{file_name}"


def send(cloud: Cloud, handler: Handler, file_name: str, data: bytes, **metadata: str) -> Any:
    ref = cloud.put(outbox(file_name), data, **metadata)
    assert handler(notification([ref]), None) == {"batchItemFailures": []}
    return cloud.answer(ref)


def test_a_file_becomes_records_an_answer_and_an_event(cloud: Cloud, receive_file: Handler) -> None:
    data = body([*ROWS, row(juminjotai="7")])
    sha256 = hashlib.sha256(data).hexdigest()
    answer = send(cloud, receive_file, name(), data, **{"row-count": "3", "sha256": sha256})
    assert (answer["status"], answer["sha256"]) == ("PARTIALLY_ACCEPTED", sha256)
    assert {key: count for key, count in answer["counts"].items() if count} == {
        "read": 3,
        "added": 2,
        "failed": 1,
        "warned": 1,
    }
    ref = ObjectRef(cloud.receipts.get(answer["receipt_id"]).ref.bucket, answer["object_key"], answer["version_id"])
    assert [(line["line"], line["code"]) for line in cloud.errors(ref)] == [("3", "W1002"), ("4", "E1002")]
    record = cloud.reader.record(NUMBER)
    assert record is not None
    assert record["shimei"] == "架空　太郎"
    assert [(shown.category, shown.line) for shown in cloud.reader.categories([NUMBER, OTHER, "0"])] == [
        ("1", 2),
        ("1", 3),
        (None, None),
    ]
    ((kind, event),) = cloud.events()
    assert (kind, event["receipt_id"], event["status"]) == ("FileAnswered", answer["receipt_id"], "PARTIALLY_ACCEPTED")
    receipt = cloud.receipts.get(answer["receipt_id"])
    assert (receipt.answered, receipt.answer()) == (True, answer)


def test_of_a_batch_only_what_failed_is_delivered_again(
    cloud: Cloud, receive_file: Handler, caplog: pytest.LogCaptureFixture
) -> None:
    good = cloud.put(outbox(name()), body(ROWS))
    foreign = ObjectRef("someone-elses-bucket", outbox(name()), "v")
    assert receive_file(notification([foreign, good]), None) == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
    assert cloud.answer(good)["status"] == "ACCEPTED"
    (line,) = [vars(record) for record in caplog.records if record.getMessage() == "file.failed"]
    assert (line["receipt_id"], line["error"]) == (foreign.receipt_id, "ValueError")
    assert foreign.bucket not in str(line)


def test_a_version_that_was_deleted_is_rejected(cloud: Cloud, receive_file: Handler) -> None:
    ref = cloud.put(outbox(name()), body(ROWS))
    cloud.s3.delete_object(Bucket=ref.bucket, Key=ref.key, VersionId=ref.version_id)
    assert receive_file(notification([ref]), None) == {"batchItemFailures": []}
    answer = cloud.answer(ref)
    assert (answer["status"], answer["reason"]["code"]) == ("REJECTED", "E1120")


ANSWER = {"PutItem": 1, "UpdateItem": 2, "PutObject": 1, "PutEvents": 1}
"""Receipt opened; decided and closed; the answer; its event."""


def test_what_a_file_costs_in_calls(cloud: Cloud, receive_file: Handler) -> None:
    """A change here is a change of the bill and of the seconds to an answer: make it on purpose."""

    def cost(sequence: int, data: bytes) -> dict[str, int]:
        ref = cloud.put(outbox(name(sequence=sequence)), data)
        with cloud.counted() as calls:
            receive_file(notification([ref]), None)
        return dict(calls)

    applied = {
        "GetObject": 2,  # scanned, then applied
        "GetItem": 1,  # the same content under another name?
        "UpdateItem": ANSWER["UpdateItem"] + 1,  # how the file is cut
        "Query": 1,  # the ledger
        "BatchGetItem": 1,
        "PutItem": ANSWER["PutItem"] + 2,  # the chunk's ledger entry, the accepted content
        "PutObject": ANSWER["PutObject"],
        "PutEvents": ANSWER["PutEvents"],
    }
    stored = applied | {
        "GenerateDataKey": 1,  # the chunk's data key,
        "PutItem": applied["PutItem"] + 1,  # and where it is kept
        "BatchWriteItem": 1,
        "TransactWriteItems": 1,
    }
    assert cost(1, body([row()])) == stored | {"GetSecretValue": 1}, "a worker's first file, a new one"
    assert cost(2, body([row(), row()])) == applied, "an unchanged file"
    assert cost(3, body([row(sosajikoku="10:00:00")])) == stored, "a changed file"
    assert cost(6, body([])) == ANSWER | {"GetObject": 2, "UpdateItem": 3, "Query": 1, "PutItem": 2}, "only a header"
    assert cost(4, body([row()])) == ANSWER | {"GetObject": 1, "GetItem": 1}, "a duplicate"
    assert cost(5, b"x\n") == ANSWER | {"GetObject": 1}, "a rejected file"
    told = stored | {"PutItem": stored["PutItem"] - 1}  # no accepted content
    told |= {"Query": 2}  # the ledger once more, for the errors file
    told |= {"GetObject": 4, "PutObject": 3}  # is the answer's place free? the chunk's errors, kept, read and written
    bad = body([row(atenabango=OTHER), row(juminjotai="7")])
    assert cost(7, bad) == told, "a file with a bad row"
    good = body([row(atenabango=OTHER), row(atenabango=OTHER, kojinrirekibango="2")])
    corrected = {"GetObject": 3, "PutObject": 2, "DeleteObject": 1}  # an answer is there: whose, and its errors file
    assert cost(7, good) == stored | corrected, "a corrected file"


def test_a_repeated_notification_costs_two_calls(cloud: Cloud, receive_file: Handler) -> None:
    ref = cloud.put(outbox(name()), body(ROWS))
    receive_file(notification([ref]), None)
    cloud.events()
    with cloud.counted() as calls:
        receive_file(notification([ref, ref]), None)
    assert calls == {"PutItem": 2, "GetItem": 2}
    assert cloud.events() == []


def groupings(seed: int) -> Iterator[list[tuple[str, list[dict[str, str]]]]]:
    """Yield the same difference rows as files of their branches: in order, and mixed with duplicates."""
    by_branch = {
        "01": [row(), row(atenabango=OTHER), row(kojinrirekibango="4", sosajikoku="14:00:00", sakujofuragu="1")],
        "03": [row(kojinrirekibango="2", juminjotai="2", sosajikoku="10:00:00")],
        "02": [row(kojinrirekibango="2", saishinfuragu="0", sosajikoku="11:00:00"), row(sosajikoku="12:00:00")],
        "06": [row(atenabango=OTHER, kojinrirekibango="2", juminjotai="3", sosajikoku="13:00:00")],
    }
    yield list(by_branch.items())
    random = Random(seed)
    dealt = [(branch, [found]) for branch, found_rows in by_branch.items() for found in [*found_rows, found_rows[0]]]
    random.shuffle(dealt)
    yield dealt


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_rows_in_other_files_end_the_same(seed: int, receive_file: Handler, cloud: Cloud) -> None:
    """Requirement: permutation, duplication and regrouping change nothing, on DynamoDB as in memory."""
    moments = [None, *(datetime(2026, 4, 1, hour, tzinfo=JST) for hour in (9, 10, 12, 13, 14))]
    shown: list[list[Any]] = []
    for index, grouping in enumerate(groupings(seed)):
        mine = [f"{number[:-1]}{index}" for number in (NUMBER, OTHER)]
        rename = dict(zip((NUMBER, OTHER), mine, strict=True))
        for sequence, (branch, found_rows) in enumerate(grouping, start=1 + 100 * index):
            renamed = [found | {"atenabango": rename[found["atenabango"]]} for found in found_rows]
            send(cloud, receive_file, name(branch, sequence=sequence), body(renamed))
        records = [{**(cloud.reader.record(number) or {}), "atenabango": ""} for number in mine]
        categories = [(s.category, s.since) for at in moments for s in cloud.reader.categories(mine, at)]
        history = [sorted((e.key, e.operated_at, e.effect) for e in cloud.reader.history(number)) for number in mine]
        shown.append([records, categories, history])
    assert shown[0] == shown[1], f"seed {seed}"
    assert shown[0][1][0] == ("2", "2026-04-01T10:00:00+09:00")
