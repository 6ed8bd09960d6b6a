"""Requirement: an undo that is stopped, repeated or joined by others at any call ends like an undisturbed one
(issue part 2, item 4; docs/decisions/0050)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from kyotsu.linkage import scanning
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.reception import always
from kyotsu.linkage.undoing import Undoing
from kyotsu.linkage.undos import Undo, UndoRefusedError
from kyotsu.residents.retracting import ResidentRetractor
from tests.fakes.deployment import BUCKET, NUMBER, Deployment, body, name, row
from tests.fakes.interruption import Interruption, StoppedError, another_worker
from tests.fakes.undos import Undoable, undoable
from tests.properties.test_files import state

OTHER, THIRD = "000000000000027", "000000000000035"
SHARED = row(atenabango=OTHER, jusho_katagaki="方" * 150)
UNDONE = [
    row(jusho_katagaki="方" * 150),
    SHARED,
    row(atenabango=THIRD, jusho_katagaki="方" * 150),
    row(kojinrirekibango="2", jusho_katagaki="方" * 150),
]
LATER = [SHARED, row(kojinrirekibango="3", sosajikoku="10:00:00")]
FIRST, SECOND, AGAIN = (name(sequence=number) for number in (1, 2, 3))


@pytest.fixture(autouse=True)
def several_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every chunk as small as the header allows: a row or two."""
    monkeypatch.setattr(scanning, "CHUNK_BYTES", 1)
    monkeypatch.setattr(scanning, "MAX_RECORD_BYTES", len(body([])))


def prepared() -> tuple[Undoable, str]:
    """Return a deployment with a file to be undone and one that repeated a row of it, and the former's receipt."""
    deployment = Deployment()
    receipt = deployment.send(FIRST, body(UNDONE))["receipt_id"]
    assert deployment.send(SECOND, body(LATER))["counts"]["unchanged"] == 1
    return undoable(deployment), receipt


def disturbed(undo: Undoable, interruption: Interruption) -> Undoing:
    """Let the ports of the undo break; what they hold stays where it is."""
    around, real = interruption.around, undo.undoing
    residents = around(undo.deployment.residents)
    applier: Any = undo.deployment.reception.appliers["residents"]
    return replace(
        real,
        appliers={"residents": applier.over(residents)},
        retractors={"residents": ResidentRetractor(residents)},
        objects=around(real.objects),
        undos=around(real.undos),
        events=around(real.events),
    )


def finished(undoing: Undoing, receipt: str) -> Undo:
    """Ask until it is done."""
    for _ in range(200):
        with suppress(StoppedError):
            return undoing.undo(receipt, "test", "", always)
    raise AssertionError("never ends")


def end(undo: Undoable) -> list[Any]:
    """All there is at the end. An event may be told twice, but then with its id."""
    told = {event.event_id: event for event in undo.events.undone}
    return [state(undo.deployment), undo.deployment.residents.stored, undo.deployment.objects.written, undo.undos, told]


def undisturbed() -> tuple[Undoable, list[str]]:
    undo, receipt = prepared()
    counting = Interruption()
    finished(disturbed(undo, counting), receipt)
    return undo, counting.calls


def test_the_undo_goes_through_every_port() -> None:
    undo, calls = undisturbed()
    done = next(iter(undo.undos.undos.values()))
    # The first person's current record is of the other file; the second's is gone until that one is applied again.
    assert done.counts.as_dict() == {"versions": 4, "people": 3, "records_changed": 2, "categories_changed": 2}
    assert len(done.applied_again) == 1
    methods = ("begin", "steps", "record", "decide", "close", "release_content", "put_retractions", "replace_heads")
    assert all(any(call.endswith(f".{method}") for call in calls) for method in (*methods, "put_versions", "write"))
    category = {shown.addressee_number: shown.category for shown in undo.deployment.reader.categories([OTHER, THIRD])}
    assert category == {OTHER: "1", THIRD: None}


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
def test_being_stopped_at_any_call_changes_nothing(after: bool) -> None:
    expected, calls = undisturbed()
    for at in range(1, len(calls) + 1):
        undo, receipt = prepared()
        finished(disturbed(undo, Interruption(at, after)), receipt)
        assert end(undo) == end(expected), calls[at - 1]


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
def test_a_second_undo_of_the_same_file_at_any_call_changes_nothing(after: bool) -> None:
    expected, calls = undisturbed()
    for at in range(1, len(calls) + 1):
        undo, receipt = prepared()
        second = undo.undoing
        joined = Interruption(at, after, lambda: second.undo(receipt, "test", "", always))  # noqa: B023 - called in this turn
        one = disturbed(undo, joined).undo(receipt, "test", "", always)
        assert end(undo) == end(expected), calls[at - 1]
        assert replace(one, answered=True) == second.undo(receipt, "else", "other", always)


Meanwhile = Callable[[Undoable, str], object]


def send_again(undo: Undoable, _receipt: str) -> None:
    """Send the same rows as a file of another name."""
    another_worker(undo.deployment).send(AGAIN, body(UNDONE))


def undo_the_other(undo: Undoable, receipt: str) -> None:
    """Take back the file that repeated a row."""
    other = next(found for found in undo.deployment.receipts.receipts if found != receipt)
    undo.undoing.undo(other, "test", "", always)


def deliver_again(undo: Undoable, receipt: str) -> None:
    """Deliver the notification of the undone file once more."""
    ref = undo.deployment.receipts.receipts[receipt].ref
    another_worker(undo.deployment).receive(ref)


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
@pytest.mark.parametrize(
    ("meanwhile", "left"),
    [
        (send_again, [(SECOND, LATER), (AGAIN, UNDONE)]),
        (undo_the_other, []),
        (deliver_again, [(SECOND, LATER)]),
    ],
)
def test_what_happens_at_any_call_ends_as_the_files_that_are_left(
    after: bool, meanwhile: Meanwhile, left: list[tuple[str, list[dict[str, str]]]]
) -> None:
    _, calls = undisturbed()
    wanted = Deployment()
    for file, rows in left:
        wanted.send(file, body(rows))
    for at in range(1, len(calls) + 1):
        undo, receipt = prepared()
        disturbance = Interruption(at, after, lambda: meanwhile(undo, receipt))  # noqa: B023 - called in this turn
        finished(disturbed(undo, disturbance), receipt)
        duplicate = {found.status for found in undo.deployment.receipts.receipts.values()} & {"DUPLICATE"}
        # Until the undo begins, the same content is a duplicate, and brings nothing.
        expected = only_second() if duplicate else wanted
        assert shown(undo.deployment) == shown(expected), (at, calls[at - 1])


def only_second() -> Deployment:
    deployment = Deployment()
    deployment.send(SECOND, body(LATER))
    return deployment


def shown(deployment: Deployment) -> list[Any]:
    """What readers are shown; versions that were taken back stay stored."""
    return state(deployment)[:3]


def test_a_belated_worker_of_the_undone_file_brings_nothing() -> None:
    """A second delivery may still be at work on the file when it has its answer, and when it is undone."""
    _, calls = undisturbed()
    expected = shown(Deployment())
    for at in range(1, len(calls) + 1):
        deployment = Deployment()
        undo = undoable(deployment)
        ref = deployment.objects.put(BUCKET, f"outbox/001o006-01/{FIRST}", body(UNDONE))

        def meanwhile() -> None:
            another_worker(deployment).receive(ref)  # noqa: B023 - called in this turn
            undo.undoing.undo(ref.receipt_id, "test", "", always)  # noqa: B023 - called in this turn

        belated(deployment, ref, Interruption(at, happens=meanwhile))
        with suppress(UndoRefusedError):
            undo.undoing.undo(ref.receipt_id, "test", "", always)
        assert shown(deployment) == expected, at


def test_an_undo_at_any_call_of_a_file_that_repeats_rows_ends_as_that_file_alone() -> None:
    expected = shown(only_second())
    for at in range(1, 60):
        deployment = Deployment()
        undo = undoable(deployment)
        receipt = deployment.send(FIRST, body(UNDONE))["receipt_id"]
        ref = deployment.objects.put(BUCKET, f"outbox/001o006-01/{SECOND}", body(LATER))
        free = undo.undoing
        disturbance = Interruption(at, happens=lambda: free.undo(receipt, "test", "", always))  # noqa: B023 - in this turn
        belated(deployment, ref, disturbance)
        free.undo(receipt, "test", "", always)
        assert shown(deployment) == expected, at
    assert len(disturbance.calls) < at, "not every call was tried"


def belated(deployment: Deployment, ref: ObjectRef, interruption: Interruption) -> None:
    reception, around = deployment.reception, interruption.around
    applier: Any = reception.appliers["residents"]
    deployment.reception = replace(
        reception,
        appliers={"residents": applier.over(around(deployment.residents))},
        receipts=around(deployment.receipts),
        objects=around(deployment.objects),
    )
    deployment.receive(ref)
    deployment.reception = reception


def test_a_file_that_is_gone_is_told_and_not_waited_for() -> None:
    undo, receipt = prepared()
    other = next(found for found in undo.deployment.receipts.receipts.values() if found.receipt_id != receipt)
    del undo.deployment.objects.versions[other.ref]
    done = undo.undoing.undo(receipt, "test", "", always)
    assert (done.applied_again, done.not_applied_again) == ((), (other.receipt_id,))
    assert undo.deployment.reader.record(NUMBER) is not None


def test_a_file_whose_object_is_gone_can_not_be_undone() -> None:
    undo, receipt = prepared()
    del undo.deployment.objects.versions[undo.deployment.receipts.receipts[receipt].ref]
    before = end(undo)
    with pytest.raises(UndoRefusedError, match="削除済み"):
        undo.undoing.undo(receipt, "test", "", always)
    assert end(undo) == before
