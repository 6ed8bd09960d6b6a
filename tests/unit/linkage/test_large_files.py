"""A file too large for one worker: handed over, applied in groups, answered (docs/decisions/0006)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kyotsu.linkage import scanning
from kyotsu.linkage.applying import OutOfTimeError
from kyotsu.linkage.grouping import Group
from kyotsu.linkage.keys import ObjectRef, answer_key
from kyotsu.linkage.reception import ChunksMissingError, ScanMissingError
from tests.fakes.deployment import BUCKET, Deployment, body, name, row

PEOPLE = [f"{number:015d}" for number in range(60)]
ROWS = [row(atenabango=number, juminjotai="7" if number.endswith("5") else "1") for number in PEOPLE]


@pytest.fixture(autouse=True)
def _tiny_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "CHUNK_BYTES", 1)
    monkeypatch.setattr(scanning, "MAX_RECORD_BYTES", len(body([])))


@pytest.fixture
def deployment() -> Deployment:
    return Deployment(small_chunks=1)


@pytest.fixture
def ref(deployment: Deployment) -> ObjectRef:
    """A file that was received, and so handed over."""
    ref = deployment.objects.put(BUCKET, f"outbox/001o006-01/{name()}", body(ROWS))
    receipt = deployment.reception.receive(ref)
    assert receipt is not None
    assert receipt.status is None
    return ref


def groups(deployment: Deployment, ref: ObjectRef) -> list[Group]:
    return list(deployment.large_files.started[ref.receipt_id])


def answered(deployment: Deployment, ref: ObjectRef) -> Any:
    deployment.reception.answer(ref.receipt_id)
    return json.loads(deployment.objects.written[ref.bucket, answer_key(ref)])


def test_it_is_scanned_and_handed_over_without_effect_or_answer(deployment: Deployment, ref: ObjectRef) -> None:
    chunks = [index for group in groups(deployment, ref) for index in range(group.first, group.last + 1)]
    assert chunks == list(range(len(chunks)))
    assert len(groups(deployment, ref)) > 2
    assert deployment.residents.writes == 0
    assert deployment.objects.written == {}


def test_it_is_answered_like_a_small_one(deployment: Deployment, ref: ObjectRef) -> None:
    small = Deployment(small_chunks=1000)
    expected = small.send(name(), body(ROWS))
    for group in reversed(groups(deployment, ref)):
        deployment.reception.apply_group(ref.receipt_id, group.first, group.last)
    assert answered(deployment, ref) == expected
    assert expected["status"] == "PARTIALLY_ACCEPTED"
    assert deployment.objects.written == small.objects.written
    assert deployment.residents.stored == small.residents.stored


def test_it_may_be_a_duplicate_or_rejected_before_anybody_is_asked(deployment: Deployment) -> None:
    deployment.send(name(sequence=1), body(ROWS[:5]))
    asked = dict(deployment.large_files.started)
    assert deployment.send(name(sequence=2), body(ROWS[:5]))["status"] == "DUPLICATE"
    assert deployment.send(name(sequence=3), body(ROWS), {"row-count": "1"})["status"] == "REJECTED"
    assert deployment.large_files.started == asked


def test_a_worker_short_of_time_stops_between_two_chunks_and_another_goes_on(
    deployment: Deployment, ref: ObjectRef
) -> None:
    first, last = 0, groups(deployment, ref)[-1].last
    for done in range(last + 1):
        turns = iter([True, False])
        assert len(deployment.receipts.chunks.get(ref.receipt_id, {})) == done
        if done < last:
            with pytest.raises(OutOfTimeError):
                deployment.reception.apply_group(ref.receipt_id, first, last, lambda: next(turns))  # noqa: B023 - now
        else:
            deployment.reception.apply_group(ref.receipt_id, first, last, lambda: next(turns))  # noqa: B023 - now
    assert answered(deployment, ref)["counts"]["read"] == 60


def test_an_object_that_goes_away_midway_is_answered_with_what_was_applied(
    deployment: Deployment, ref: ObjectRef
) -> None:
    first, *others = groups(deployment, ref)
    deployment.reception.apply_group(ref.receipt_id, first.first, first.last)
    deployment.objects.versions.clear()
    for group in others:
        deployment.reception.apply_group(ref.receipt_id, group.first, group.last)
    answer = answered(deployment, ref)
    assert (answer["status"], answer["reason"]["code"]) == ("PARTIALLY_ACCEPTED", "E1122")
    assert 0 < answer["counts"]["read"] < 60


def test_an_object_that_goes_away_once_it_is_scanned_is_never_rejected(deployment: Deployment, ref: ObjectRef) -> None:
    """A group may have applied rows and not noted it: REJECTED would deny that."""
    deployment.objects.versions.clear()
    for group in groups(deployment, ref):
        deployment.reception.apply_group(ref.receipt_id, group.first, group.last)
    answer = answered(deployment, ref)
    assert (answer["status"], answer["reason"]["code"]) == ("PARTIALLY_ACCEPTED", "E1122")


def test_a_file_is_not_answered_while_chunks_are_missing(deployment: Deployment, ref: ObjectRef) -> None:
    with pytest.raises(ChunksMissingError):
        deployment.reception.answer(ref.receipt_id)
    assert deployment.objects.written == {}


def test_a_group_is_not_applied_before_the_scan(deployment: Deployment) -> None:
    ref = deployment.objects.put(BUCKET, f"outbox/001o006-01/{name()}", body(ROWS))
    receipt = deployment.receipts.open(deployment.reception.admission.arrived(ref, deployment.clock.now()))
    with pytest.raises(ScanMissingError):
        deployment.reception.apply_group(receipt.receipt_id, 0, 0)


def test_a_late_repeat_of_a_group_or_of_the_answer_changes_nothing(deployment: Deployment, ref: ObjectRef) -> None:
    for group in groups(deployment, ref):
        deployment.reception.apply_group(ref.receipt_id, group.first, group.last)
    answer = answered(deployment, ref)
    writes, events = deployment.residents.writes, list(deployment.events.answered)
    deployment.reception.apply_group(ref.receipt_id, 0, 3)
    assert answered(deployment, ref) == answer
    assert (deployment.residents.writes, deployment.events.answered) == (writes, events)


def test_a_repeated_notification_asks_again_and_does_nothing_else(deployment: Deployment, ref: ObjectRef) -> None:
    """Whoever was asked knows whether the file is under way, or must be started anew."""
    asked = deployment.large_files.started.pop(ref.receipt_id)
    deployment.objects.versions.clear()
    receipt = deployment.reception.receive(ref)
    assert receipt is not None
    assert receipt.status is None
    assert deployment.large_files.started == {ref.receipt_id: asked}
    assert deployment.objects.written == {}
