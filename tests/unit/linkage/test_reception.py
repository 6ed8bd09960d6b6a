"""A dropped file and its answer, in memory (design.md, File linkage)."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from kyotsu.contracts.events import FileAnswered
from kyotsu.linkage import scanning
from kyotsu.linkage.keys import ObjectRef
from tests.fakes.deployment import BUCKET, COLUMNS, NUMBER, Deployment, body, name, row

ROWS = [row(), row(atenabango="000000000000027", shimei="")]


@pytest.fixture
def deployment() -> Deployment:
    return Deployment()


def counts(answer: Any) -> dict[str, int]:
    return {key: count for key, count in answer["counts"].items() if count}


def test_a_file_becomes_records_and_an_answer(deployment: Deployment) -> None:
    data = body(ROWS)
    answer = deployment.send(name(), data, {"row-count": "2", "sha256": hashlib.sha256(data).hexdigest()})
    assert (answer["status"], answer["reason"]) == ("ACCEPTED", None)
    assert counts(answer) == {"read": 2, "added": 2, "warned": 1}
    assert answer["sha256"] == hashlib.sha256(data).hexdigest()
    record = deployment.reader.record(NUMBER)
    assert record is not None
    assert record["shimei"] == "架空　太郎"
    (shown,) = deployment.reader.categories([NUMBER])
    assert (shown.category, shown.since, shown.line) == ("1", "2026-04-01T09:30:00+09:00", 2)
    assert shown.receipt_id == answer["receipt_id"]


def test_bad_rows_fail_alone_and_remarks_are_told(deployment: Deployment) -> None:
    bad = row(atenabango="=1+1", juminjotai="7", sosajikoku="x")
    answer = deployment.send(name(), body([*ROWS, bad]))
    assert answer["status"] == "PARTIALLY_ACCEPTED"
    assert counts(answer) == {"read": 3, "added": 2, "failed": 1, "warned": 1}
    assert [(line["line"], line["item"], line["code"], line["atenabango"]) for line in deployment.errors(answer)] == [
        ("3", "氏名", "W1002", "000000000000027"),
        ("4", "住民状態", "E1002", ""),
        ("4", "操作時刻", "E1004", ""),
    ]


def test_a_file_whose_rows_all_fail_is_still_partially_accepted(deployment: Deployment) -> None:
    answer = deployment.send(name(), body([row(juminjotai="7")]))
    assert (answer["status"], counts(answer)) == ("PARTIALLY_ACCEPTED", {"read": 1, "failed": 1})


def test_an_addressee_number_that_is_a_formula_is_kept_but_never_repeated(deployment: Deployment) -> None:
    answer = deployment.send(name(), body([row(atenabango="=1+1")]))
    assert answer["status"] == "ACCEPTED"
    assert [(line["code"], line["atenabango"]) for line in deployment.errors(answer)] == [("W1003", "")]


def test_errors_files_hold_no_received_value(deployment: Deployment) -> None:
    secret = "secret架空の値"
    answer = deployment.send(name(), body([row(**{item: secret}) for item in COLUMNS]))
    (errors,) = [data for (_, key), data in deployment.objects.written.items() if key.endswith(".errors.csv")]
    assert answer["counts"]["failed"] > 40
    assert b"secret" not in errors


def test_a_file_without_remark_has_no_errors_file(deployment: Deployment) -> None:
    deployment.send(name(), body([row()]))
    assert [key for _, key in deployment.objects.written] == [f"answers/{name()[:-4]}.json"]


REJECTIONS = {
    "E1101": ("001o006_01_D_v1_2026_1.csv", body(ROWS), {}),
    "E1103": ("001o999_01_D_v1_20260401093000_000001.csv", body(ROWS), {}),
    "E1109": (name(version="v0"), body(ROWS), {}),
    "E1111": (name(), b"", {}),
    "E1112": (name(), body(ROWS).decode().encode("shift_jis"), {}),
    "E1114": (name(), body(ROWS)[:-5] + b'"x\n', {}),
    "E1116": (name(), b"x," + body(ROWS), {}),
    "E1117": (name(), body(ROWS), {"row-count": "3"}),
    "E1118": (name(), body(ROWS), {"sha256": "0" * 64}),
    "E1121": (name(), body(ROWS), {"row-count": "two"}),
}


@pytest.mark.parametrize("code", REJECTIONS)
def test_a_rejected_file_applies_nothing_and_reads_why(deployment: Deployment, code: str) -> None:
    answer = deployment.send(*REJECTIONS[code])
    assert (answer["status"], answer["reason"]["code"]) == ("REJECTED", code)
    assert (counts(answer), deployment.residents.versions) == ({}, {})
    assert deployment.events.answered[-1].status == "REJECTED"


def test_a_version_that_is_gone_is_rejected(deployment: Deployment) -> None:
    answer = deployment.receive(ObjectRef(BUCKET, f"outbox/001o006-01/{name()}", "gone"))
    assert (answer["status"], answer["reason"]["code"], answer["interface"]) == ("REJECTED", "E1120", "001o006")


@pytest.mark.usefixtures("tiny_chunks")
def test_a_version_that_goes_half_way_keeps_what_was_applied(deployment: Deployment) -> None:
    """Rows whose people others may have read can't be taken back; the answer tells how far it came."""
    read, objects = deployment.objects.read, deployment.objects

    def read_once(ref: ObjectRef, start: int, end: int) -> bytes:
        data = read(ref, start, end)
        objects.versions.clear()
        return data

    objects.read = read_once  # type: ignore[method-assign] # one object, one test
    answer = deployment.send(name(), body(ROWS * 3))
    assert (answer["status"], answer["reason"]["code"]) == ("PARTIALLY_ACCEPTED", "E1122")
    assert 0 < answer["counts"]["read"] < 6


@pytest.fixture
def tiny_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "CHUNK_BYTES", 100)
    monkeypatch.setattr(scanning, "MAX_RECORD_BYTES", 1000)


@pytest.mark.usefixtures("tiny_chunks")
def test_a_retry_goes_on_where_the_ledger_ends(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = deployment.objects.put(BUCKET, f"outbox/001o006-01/{name()}", body([row(shimei="架" * 90)] * 20))
    read, record = deployment.objects.read, deployment.receipts.record_chunk
    starts: list[int] = []

    def read_and_noted(place: ObjectRef, start: int, end: int) -> bytes:
        starts.append(start)
        return read(place, start, end)

    def recorded_then_stopped(*noted: Any) -> None:
        record(*noted)
        raise InterruptedError

    monkeypatch.setattr(deployment.objects, "read", read_and_noted)
    monkeypatch.setattr(deployment.receipts, "record_chunk", recorded_then_stopped)
    with pytest.raises(InterruptedError):
        deployment.receive(ref)
    monkeypatch.setattr(deployment.receipts, "record_chunk", record)
    assert deployment.receive(ref)["counts"]["read"] == 20
    assert len(starts) == len(set(starts)) > 3


def test_a_repeated_event_leaves_the_answer_as_it_is(deployment: Deployment) -> None:
    first = deployment.send(name(), body(ROWS))
    deployment.clock.move(timedelta(hours=1))
    again = deployment.receive(ObjectRef(BUCKET, first["object_key"], first["version_id"]))
    assert again == first
    assert len(deployment.events.answered) == 1


def test_a_new_version_of_a_key_is_a_new_attempt(deployment: Deployment) -> None:
    first = deployment.send(name(), body([row(juminjotai="7")]))
    second = deployment.send(name(), body([row()]))
    third = deployment.send(name(), body([row()]))
    assert [answer["status"] for answer in (first, second, third)] == ["PARTIALLY_ACCEPTED", "ACCEPTED", "ACCEPTED"]
    assert len({answer["receipt_id"] for answer in (first, second, third)}) == 3
    assert counts(third) == {"read": 1, "unchanged": 1}


def test_the_same_content_under_another_name_is_a_duplicate(deployment: Deployment) -> None:
    first = deployment.send(name(sequence=1), body(ROWS))
    second = deployment.send(name(sequence=2), body(ROWS))
    assert (second["status"], second["reason"]["code"], counts(second)) == ("DUPLICATE", "I1001", {})
    assert first["receipt_id"] in second["reason"]["message"]
    assert first["object_key"] in second["reason"]["message"]


def test_a_file_that_has_begun_is_no_duplicate_of_one_that_overtook_it(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it has added must be counted in its own answer, though a copy was accepted before its retry."""
    ref = deployment.objects.put(BUCKET, f"outbox/001o006-01/{name(sequence=1)}", body(ROWS))
    with monkeypatch.context() as crash:
        crash.setattr(deployment.receipts, "record_chunk", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            deployment.receive(ref)
    copy = deployment.send(name(sequence=2), body(ROWS))
    assert (copy["status"], counts(copy)) == ("ACCEPTED", {"read": 2, "unchanged": 2})
    answer = deployment.receive(ref)
    assert (answer["status"], counts(answer)) == ("ACCEPTED", {"read": 2, "added": 2, "warned": 1})


@pytest.mark.parametrize("other", [name(branch="02"), name(mode="F"), name(branch="05")])
def test_content_is_a_duplicate_only_within_its_branch_mode_and_version(deployment: Deployment, other: str) -> None:
    deployment.send(name(), body(ROWS))
    assert deployment.send(other, body(ROWS))["status"] == "ACCEPTED"


def test_content_that_was_not_wholly_accepted_may_be_sent_again(deployment: Deployment) -> None:
    rows = body([row(juminjotai="7"), *ROWS])
    assert deployment.send(name(sequence=1), rows)["status"] == "PARTIALLY_ACCEPTED"
    assert deployment.send(name(sequence=2), rows)["status"] == "PARTIALLY_ACCEPTED"


def test_a_file_of_nothing_but_its_header_is_accepted_every_time(deployment: Deployment) -> None:
    for sequence in (1, 2):
        answer = deployment.send(name(sequence=sequence), body([]))
        assert (answer["status"], answer["counts"]["read"]) == ("ACCEPTED", 0)


@pytest.mark.parametrize("key", ["outbox/001o006-01/", "outbox/read.me", f"answers/{name()}", name()])
def test_what_is_no_linkage_file_is_left_alone(deployment: Deployment, key: str) -> None:
    assert deployment.reception.receive(deployment.objects.put(BUCKET, key, b"x")) is None
    assert deployment.objects.written == {}
    assert deployment.receipts.receipts == {}


def test_every_answer_is_an_event_with_the_same_id_for_a_repeat(deployment: Deployment) -> None:
    answer = deployment.send(name(), body(ROWS))
    assert deployment.events.answered == [
        FileAnswered(
            event_id=answer["receipt_id"],
            municipality="141003",
            receipt_id=answer["receipt_id"],
            provider="001",
            object_key=answer["object_key"],
            version_id=answer["version_id"],
            status="ACCEPTED",
            answered_at=answer["answered_at"],
            interface="001o006",
            branch="01",
            mode="D",
        )
    ]
