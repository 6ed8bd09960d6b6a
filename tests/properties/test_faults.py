"""Requirement: every call of every port fails, times out after its effect or is throttled, one at a time and in pairs;
after redelivery, state and answer equal the undisturbed run (issue part 2, Faults). Exhaustive, in memory; the AWS
adapters are sampled in tests/integration/test_faults.py."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import product
from random import Random
from typing import Any

import pytest

from kyotsu.linkage import scanning
from kyotsu.linkage.keys import ObjectRef
from kyotsu.residents.applier import Head
from tests.fakes.deployment import BUCKET, NUMBER, Deployment, body, name, row
from tests.fakes.faults import Fault, Faults
from tests.fakes.interruption import StoppedError, interrupted
from tests.fakes.memory import MemoryResidents

OTHER = "000000000000027"
LONG = "方" * 250
KEY = f"outbox/001o006-03/{name('03')}"
EARLIER = body([row(), row(atenabango=OTHER)])
LATER = body(
    [
        row(jusho_katagaki=LONG, kojinrirekibango="2", juminjotai="2", sosajikoku="10:00:00"),
        row(jusho_katagaki=LONG, atenabango=OTHER, sakujofuragu="1", sosajikoku="10:00:00"),
        row(jusho_katagaki=LONG, kojinrirekibango="3", juminjotai="7"),
        row(jusho_katagaki=LONG, kojinrirekibango="1", shimei="", sosajikoku="11:00:00"),
    ]
)


@pytest.fixture(autouse=True)
def two_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut the file in two."""
    monkeypatch.setattr(scanning, "CHUNK_BYTES", 1500)
    monkeypatch.setattr(scanning, "MAX_RECORD_BYTES", 1500)


def delivered(faults: Faults) -> Deployment:
    """Receive a file of two chunks, delivered again after every fault."""
    deployment = Deployment()
    deployment.send(name("01"), EARLIER)
    deployment.events.answered.clear()
    interrupted(deployment, faults)
    ref = deployment.objects.put(BUCKET, KEY, LATER)
    for _ in range(len(faults.faults) + 1):
        with suppress(StoppedError):
            deployment.receive(ref)
            return deployment
    raise AssertionError("more faults than were asked for")


def end(deployment: Deployment) -> list[Any]:
    """All there is at the end. An event may be told twice, but then it is the same."""
    residents, objects = deployment.residents, deployment.objects
    told = {(event.event_id, event.status, event.answered_at) for event in deployment.events.answered}
    return [objects.written, residents.stored, residents.versions, deployment.receipts, told]


def undisturbed() -> tuple[list[Any], list[str]]:
    counting = Faults()
    return end(delivered(counting)), counting.calls


def test_the_file_is_worth_disturbing() -> None:
    (written, *_), calls = undisturbed()
    assert len(written) == 3, "answers to both files, and an errors file"
    assert sum(call.endswith(".record_chunk") for call in calls) == 2
    methods = ("put_versions", "replace_heads", "save_scan", "put_fragment", "fragment", "write", "decide", "close")
    assert all(any(call.endswith(f".{method}") for call in calls) for method in methods)


@pytest.mark.parametrize("fault", Fault)
def test_any_call_may_fail(fault: Fault) -> None:
    expected, calls = undisturbed()
    for at in range(1, len(calls) + 1):
        assert end(delivered(Faults(faults={at: fault}))) == expected, (calls[at - 1], fault)


@pytest.mark.parametrize(("first", "second"), list(product(Fault, Fault)), ids=str)
def test_any_two_calls_may_fail(first: Fault, second: Fault) -> None:
    """The second may be any call of the delivery after the first: its number counts on from there."""
    expected, calls = undisturbed()
    for at in worth(first, calls, 1):
        after = Faults(faults={at: first})
        delivered(after)
        for later in worth(second, after.calls, at + 1):
            faults = Faults(faults={at: first, later: second})
            assert end(delivered(faults)) == expected, (at, first, later, second, faults.calls)


def worth(fault: Fault, calls: list[str], start: int) -> list[int]:
    """Return the numbers of the calls from `start` on at which a fault is another than the others."""
    batches = ("put_versions", "replace_heads")
    return [
        at
        for at, call in enumerate(calls, start=1)
        if at >= start and (fault is not Fault.PARTIAL or call.rpartition(".")[2] in batches)
    ]


@dataclass
class SharedResidents(MemoryResidents):
    """Residents whose every call is atomic, as a request to DynamoDB is, and between which threads may change."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    meet: threading.Barrier = field(default_factory=lambda: threading.Barrier(2, timeout=10))
    """Both threads have read the heads before either writes, the first time: they do collide."""
    met: set[int] = field(default_factory=set)

    def heads(self, numbers: Any) -> dict[str, Head]:
        with self.lock:
            found = super().heads(numbers)
        thread = threading.get_ident()
        if len(self.met) < self.meet.parties and thread not in self.met:
            self.met.add(thread)
            self.meet.wait()
        return found

    def put_versions(self, versions: Any) -> None:
        with self.lock:
            super().put_versions(versions)

    def replace_heads(self, heads: Any) -> set[str]:
        with self.lock:
            return super().replace_heads(heads)


def rows_of(seed: int) -> list[dict[str, str]]:
    random = Random(seed)
    return [
        row(
            kojinrirekibango=str(random.randint(1, 4)),
            sosajikoku=f"{random.randint(0, 23):02d}:00:00",
            sakujofuragu=random.choice("0001"),
            shimei=random.choice(["架空　太郎", "架空　次郎"]),
        )
        for _ in range(6)
    ]


@pytest.mark.parametrize("seed", range(10))
def test_two_files_on_one_person_at_once(seed: int) -> None:
    """With real threads that collide: both files count as if one had come after the other, whichever that is."""
    files = [(name(sequence=index), body(rows_of(10 * seed + index))) for index in (1, 2)]

    def put(deployment: Deployment) -> list[ObjectRef]:
        return [deployment.objects.put(BUCKET, f"outbox/001o006-01/{found}", data) for found, data in files]

    def serial(order: tuple[int, int]) -> list[Any]:
        deployment = Deployment()
        refs = put(deployment)
        answers = {index: deployment.receive(refs[index]) for index in order}
        return [answers[index]["counts"] for index in (0, 1)] + [shown(deployment)]

    together = Deployment(residents=SharedResidents())
    refs = put(together)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(together.receive, refs))
    assert [answer["counts"] for answer in answers] + [shown(together)] in [serial((0, 1)), serial((1, 0))], seed


def shown(deployment: Deployment) -> list[Any]:
    history = sorted(map(repr, (entry.identity for entry in deployment.reader.history(NUMBER))))
    versions = sorted(map(repr, (version.entry.identity for version in deployment.residents.versions.values())))
    return [deployment.reader.record(NUMBER), history, versions]
