"""Requirement: a worker stopped before or after any single call, and the notification delivered again, end as the
undisturbed run does (design.md, Tenet 1; File linkage, Receipt)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from kyotsu.linkage import scanning
from kyotsu.linkage.keys import ObjectRef
from tests.fakes.deployment import BUCKET, NUMBER, Deployment, body, name, row
from tests.fakes.interruption import Interruption, StoppedError, another_worker, interrupted

OTHER = "000000000000027"
LONG = "方" * 150
FIRST = [
    row(jusho_katagaki=LONG),
    row(jusho_katagaki=LONG, atenabango=OTHER, shimei=""),
    row(jusho_katagaki=LONG, kojinrirekibango="2", saishinfuragu="0"),
    row(jusho_katagaki=LONG, juminjotai="7"),
]
SECOND = [
    row(jusho_katagaki=LONG, kojinrirekibango="3", sosajikoku="10:00:00", juminjotai="2"),
    row(jusho_katagaki=LONG, kojinrirekibango="1", sosajikoku="10:00:00", sakujofuragu="1"),
    row(jusho_katagaki=LONG, atenabango=OTHER, sosajikoku="11:00:00"),
    FIRST[0],
]
THIRD = [row(kojinrirekibango="4", sosajikoku="12:00:00")]
FILES = [
    (name("01", "F"), body(FIRST)),
    (name("03", "D", sequence=2), body(SECOND)),
    (name("10", "D", sequence=3), body(THIRD)),
    (name("10", "D", sequence=4), body(THIRD)),
    (name("10", "D", version="v9"), body(THIRD)),
]


@pytest.fixture
def several_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every chunk as small as the header allows: a row or two."""
    monkeypatch.setattr(scanning, "CHUNK_BYTES", 1)
    monkeypatch.setattr(scanning, "MAX_RECORD_BYTES", len(body([])))


def put(deployment: Deployment, file: tuple[str, bytes]) -> ObjectRef:
    folder = "-".join(file[0].split("_")[:2])
    return deployment.objects.put(BUCKET, f"outbox/{folder}/{file[0]}", file[1])


def deliver(deployment: Deployment, ref: ObjectRef) -> Any:
    """Deliver a notification until it is dealt with."""
    for _ in range(200):
        with suppress(StoppedError):
            return deployment.receive(ref)
    raise AssertionError("never ends")


def end(deployment: Deployment) -> list[Any]:
    """All there is at the end. An event may be told twice, but then with its id."""
    stored = deployment.objects.written, deployment.residents.stored, deployment.residents.versions
    return [*stored, deployment.receipts, {event.event_id: event for event in deployment.events.answered}]


def undisturbed() -> tuple[Deployment, list[str]]:
    counting = Interruption()
    deployment = interrupted(Deployment(), counting)
    for file in FILES:
        deliver(deployment, put(deployment, file))
    return deployment, counting.calls


@pytest.mark.usefixtures("several_chunks")
def test_the_files_go_through_every_port_and_status() -> None:
    deployment, calls = undisturbed()
    assert {receipt.status for receipt in deployment.receipts.receipts.values()} == {
        "ACCEPTED",
        "PARTIALLY_ACCEPTED",
        "DUPLICATE",
        "REJECTED",
    }
    methods = ("put_versions", "replace_heads", "record_chunk", "claim_content", "fragment", "close", "file_answered")
    assert all(any(call.endswith(f".{method}") for call in calls) for method in methods)
    assert sum(call.endswith(".record_chunk") for call in calls) > len(FILES)


@pytest.mark.usefixtures("several_chunks")
@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
def test_being_stopped_at_any_call_changes_nothing(after: bool) -> None:
    expected, calls = undisturbed()
    for at in range(1, len(calls) + 1):
        deployment = interrupted(Deployment(), Interruption(at, after))
        for file in FILES:
            deliver(deployment, put(deployment, file))
        assert end(deployment) == end(expected), calls[at - 1]


@pytest.mark.usefixtures("several_chunks")
@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
def test_being_stopped_one_call_later_each_time_changes_nothing(after: bool) -> None:
    expected, _ = undisturbed()
    deployment = Deployment()
    for file in FILES:
        ref = put(deployment, file)
        for at in range(1, 100):
            interrupted(deployment, Interruption(at, after))
            with suppress(StoppedError):
                deployment.receive(ref)
                break
    assert end(deployment) == end(expected)


@pytest.mark.usefixtures("several_chunks")
@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
def test_a_second_worker_on_the_same_file_at_any_call_changes_nothing(after: bool) -> None:
    """SQS delivers at least once, and may do so while the first delivery is still being worked on."""
    expected, calls = undisturbed()
    for at in range(1, len(calls) + 1):
        deployment, refs = Deployment(), list[ObjectRef]()
        second = another_worker(deployment)
        interrupted(deployment, Interruption(at, after, lambda: second.receive(refs[-1])))  # noqa: B023 - called in this turn
        for file in FILES:
            refs.append(put(deployment, file))
            deployment.receive(refs[-1])
        assert end(deployment) == end(expected), calls[at - 1]
        told = {(event.event_id, event.status, event.answered_at) for event in deployment.events.answered}
        assert len(told) == len(FILES)


PERSON = [
    [row(), row(kojinrirekibango="2", sosajikoku="10:00:00")],
    [
        row(kojinrirekibango="3", sosajikoku="11:00:00"),
        row(kojinrirekibango="2", sakujofuragu="1", sosajikoku="12:00:00"),
    ],
]


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_file_between_any_two_calls_of_another_counts_wholly_before_or_after_it(
    after: bool, order: tuple[int, int]
) -> None:
    """Two files on one person count as if one had come after the other."""
    files = [(name(sequence=index), body(PERSON[index])) for index in order]

    def counts(first: int) -> list[Any]:
        deployment = Deployment()
        refs = [put(deployment, file) for file in files]
        for index in (first, 1 - first):
            deliver(deployment, refs[index])
        return [deployment.receive(ref)["counts"] for ref in refs] + [deployment.reader.record(NUMBER)]

    serial = [counts(0), counts(1)]
    for at in range(1, 40):
        for stops in (True, False):
            deployment = Deployment()
            refs = [put(deployment, file) for file in files]
            assert outcome(deployment, refs, at, after=after, stops=stops) in serial, (at, stops)


def outcome(deployment: Deployment, refs: list[ObjectRef], at: int, *, after: bool, stops: bool) -> list[Any]:
    """Let the first file stop or pause at a call, the second be received meanwhile, and the first be finished."""
    second = another_worker(deployment)

    def meanwhile() -> None:
        second.receive(refs[1])
        if stops:
            raise StoppedError

    interrupted(deployment, Interruption(at, after, meanwhile))
    deliver(deployment, refs[0])
    found = [deliver(deployment, ref)["counts"] for ref in refs]
    return [*found, deployment.reader.record(NUMBER)]
