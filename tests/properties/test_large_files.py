"""Requirement: a large file ends as the undisturbed run in one worker does, however its groups are worked on
(design.md, Tenet 1; docs/decisions/0004 and 0006)."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kyotsu.linkage import grouping, scanning
from kyotsu.linkage.applying import OutOfTimeError
from kyotsu.linkage.grouping import Group
from kyotsu.linkage.keys import ObjectRef, answer_key
from tests.fakes.deployment import BUCKET, Deployment, body, name, row
from tests.fakes.interruption import Interruption, StoppedError, another_worker, interrupted
from tests.properties.histories import rows

law = settings(
    derandomize=True,
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
PEOPLE = [f"{number:015d}" for number in range(1, 9)]
KEY = f"outbox/001o006-01/{name()}"


@contextmanager
def tiny(group_chunks: int = 1) -> Iterator[None]:
    """Cut files into chunks of a row or two, and groups into so few of them."""
    with pytest.MonkeyPatch.context() as small:
        small.setattr(scanning, "CHUNK_BYTES", 1)
        small.setattr(scanning, "MAX_RECORD_BYTES", len(body([])))
        small.setattr(grouping, "GROUP_CHUNKS", group_chunks)
        yield


def handed_over(data: bytes) -> tuple[Deployment, ObjectRef, list[Group]]:
    deployment = Deployment(small_chunks=0)
    ref = deployment.objects.put(BUCKET, KEY, data)
    deployment.reception.receive(ref)
    return deployment, ref, list(deployment.large_files.started[ref.receipt_id])


def undisturbed(data: bytes) -> Deployment:
    deployment = Deployment(small_chunks=10_000)
    deployment.reception.receive(deployment.objects.put(BUCKET, KEY, data))
    assert not deployment.large_files.started
    return deployment


def end(deployment: Deployment) -> list[Any]:
    """All there is at the end. An event may be told twice, but then with its id."""
    stored = deployment.objects.written, deployment.residents.stored, deployment.residents.versions
    return [*stored, deployment.receipts, {event.event_id: event for event in deployment.events.answered}]


@st.composite
def sorted_files(draw: st.DrawFn) -> bytes:
    """Draw a file of few people with many rows, sorted by 宛名番号, whatever else their order."""
    drawn = draw(st.lists(rows(PEOPLE), min_size=1, max_size=24))
    return body(sorted(drawn, key=lambda found: found["atenabango"]))


@law
@given(sorted_files(), st.integers(1, 4), st.data())
def test_groups_in_any_order_some_of_them_twice_end_like_one_worker(
    data: bytes, size: int, draws: st.DataObject
) -> None:
    with tiny(size):
        deployment, ref, groups = handed_over(data)
        again = draws.draw(st.lists(st.sampled_from(groups), max_size=3))
        for group in draws.draw(st.permutations([*groups, *again])):
            deployment.reception.apply_group(ref.receipt_id, group.first, group.last)
        deployment.reception.answer(ref.receipt_id)
        assert end(deployment) == end(undisturbed(data))


@law
@given(sorted_files(), st.data())
def test_groups_interleaved_chunk_by_chunk_end_like_one_worker(data: bytes, draws: st.DataObject) -> None:
    """Each turn one group gets time for one chunk."""
    with tiny(2):
        deployment, ref, groups = handed_over(data)
        while groups:
            group = draws.draw(st.sampled_from(groups))
            turn = iter([True, False])
            with suppress(OutOfTimeError):
                deployment.reception.apply_group(ref.receipt_id, group.first, group.last, lambda: next(turn))  # noqa: B023 - called in this turn
                groups.remove(group)
        deployment.reception.answer(ref.receipt_id)
        assert end(deployment) == end(undisturbed(data))


@law
@given(st.lists(rows(PEOPLE), min_size=1, max_size=24), st.booleans())
def test_nobody_stands_in_two_groups(drawn: list[dict[str, str]], in_order: bool) -> None:
    if in_order:
        drawn = sorted(drawn, key=lambda found: found["atenabango"])
    with tiny():
        deployment, ref, groups = handed_over(body(drawn))
        found = deployment.receipts.get(ref.receipt_id).scan
    assert found is not None
    assert [group.first for group in groups[1:]] == [group.last + 1 for group in groups[:-1]]
    people = [_people(deployment, ref, found.chunks[group.first : group.last + 1]) for group in groups]
    assert sum(map(len, people)) == len(set().union(*people))
    numbers = [row["atenabango"] for row in drawn]
    assert len(groups) == 1 or all(one <= other for one, other in pairwise(numbers))


def _people(deployment: Deployment, ref: ObjectRef, chunks: Any) -> set[str]:
    return {
        values[1]
        for chunk in chunks
        for values, line in scanning.parse(deployment.objects.read(ref, chunk.start, chunk.end), chunk.line)
        if line > 1
    }


HISTORY = [
    row(atenabango=person, kojinrirekibango=str(key), sosajikoku=f"1{key}:00:00", sakujofuragu=deleted, shimei=shimei)
    for person in PEOPLE[:4]
    for key, deleted, shimei in ((1, "0", "架空　太郎"), (2, "0", ""), (1, "1", "架空　太郎"))
]
REFUSED = row(atenabango=PEOPLE[1], juminjotai="7")
DATA = body([*HISTORY[:5], REFUSED, *HISTORY[5:]])


def worked_on(deployment: Deployment, ref: ObjectRef) -> None:
    """Play notification and state machine until the file is answered, starting anew whenever a worker is stopped."""
    for _ in range(200):
        with suppress(StoppedError):
            receipt = deployment.reception.receive(ref)
            if receipt and receipt.status is None:
                for group in deployment.large_files.started[ref.receipt_id]:
                    deployment.reception.apply_group(ref.receipt_id, group.first, group.last)
                deployment.reception.answer(ref.receipt_id)
            return
    raise AssertionError("never ends")


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
def test_being_stopped_at_any_call_changes_nothing(after: bool) -> None:
    with tiny():
        counting = Interruption()
        expected = interrupted(Deployment(small_chunks=0), counting)
        worked_on(expected, expected.objects.put(BUCKET, KEY, DATA))
        assert {"MemoryLargeFiles.start", "MemoryReceipts.get", "MemoryObjects.fragment"} <= set(counting.calls)
        assert end(expected) == end(undisturbed(DATA))
        for at in range(1, len(counting.calls) + 1):
            deployment = interrupted(Deployment(small_chunks=0), Interruption(at, after))
            worked_on(deployment, deployment.objects.put(BUCKET, KEY, DATA))
            assert end(deployment) == end(expected), counting.calls[at - 1]


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
def test_a_whole_second_machine_at_any_call_changes_nothing(after: bool) -> None:
    """An execution that timed out may have workers left while the next one goes on."""
    with tiny():
        counting = Interruption()
        expected = interrupted(Deployment(small_chunks=0), counting)
        worked_on(expected, expected.objects.put(BUCKET, KEY, DATA))
        for at in range(1, len(counting.calls) + 1):
            deployment = Deployment(small_chunks=0)
            ref, second = deployment.objects.put(BUCKET, KEY, DATA), another_worker(deployment)
            interrupted(deployment, Interruption(at, after, lambda: worked_on(second, ref)))  # noqa: B023 - called in this turn
            worked_on(deployment, ref)
            assert end(deployment) == end(expected), counting.calls[at - 1]


@pytest.mark.parametrize("seed", range(5))
def test_groups_in_threads_end_like_one_worker(seed: int) -> None:
    dice = random.Random(seed)
    with tiny(dice.randint(1, 3)):
        deployment, ref, groups = handed_over(DATA)
        dice.shuffle(groups)
        with ThreadPoolExecutor(max_workers=4) as workers:
            apply = deployment.reception.apply_group
            for done in [workers.submit(apply, ref.receipt_id, group.first, group.last) for group in groups]:
                done.result()
        deployment.reception.answer(ref.receipt_id)
        assert json.loads(deployment.objects.written[BUCKET, answer_key(ref)])["counts"]["failed"] == 1
        assert end(deployment) == end(undisturbed(DATA))
