"""Requirement: a line of 2 GB and a file of millions of rows of one person break nothing (issue part 2, Bad input).

The bytes are made while they are read, so that what is measured is the product's memory and not the test's.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from kyotsu.contracts import outcomes
from kyotsu.linkage import scanning
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.ports import OpenedObject
from kyotsu.residents.applier import MAX_VERSIONS
from tests.fakes.deployment import BUCKET, NUMBER, Deployment, body, name, row
from tests.fakes.memory import MemoryObjects

MIB = 1024 * 1024
TWO_GB = 2 * 1024 * MIB
REF = ObjectRef(BUCKET, f"outbox/001o006-01/{name()}", "huge")
HEADER = body([])


@dataclass
class LazyObjects(MemoryObjects):
    """One object that exists only while it is read, and an errors file that is only counted."""

    blocks_read: int = 0
    fragment_lines: dict[int, int] = field(default_factory=dict)
    longest_piece: int = 0

    def blocks(self) -> Iterator[bytes]:
        """Yield the object's blocks."""
        raise NotImplementedError

    @contextmanager
    def open(self, ref: ObjectRef) -> Iterator[OpenedObject]:
        yield OpenedObject({}, self._counted())

    def _counted(self) -> Iterator[bytes]:
        for block in self.blocks():
            self.blocks_read += 1
            yield block

    def put_fragment(self, receipt_id: str, index: int, body: bytes) -> None:
        self.fragment_lines[index] = body.count(b"\n")

    def fragment(self, receipt_id: str, index: int) -> bytes:
        return b"x\n" * self.fragment_lines[index]

    def write(self, bucket: str, key: str, body: Iterator[bytes], content_type: str) -> None:
        if not key.endswith(".errors.csv"):
            super().write(bucket, key, body, content_type)
            return
        lines = 0
        for piece in body:
            self.longest_piece = max(self.longest_piece, len(piece))
            lines += piece.count(b"\n")
        self.written[bucket, key] = str(lines).encode()


@dataclass
class LongLine(LazyObjects):
    """A line of 2 GB after some bytes that are as they should be."""

    start: bytes = b""
    filler: bytes = b"x"

    def blocks(self) -> Iterator[bytes]:
        yield self.start
        block = self.filler * MIB
        for _ in range(TWO_GB // MIB):
            yield block


@contextmanager
def measured() -> Iterator[list[int]]:
    """Measure the peak of allocated bytes inside."""
    peak: list[int] = []
    tracemalloc.start()
    try:
        yield peak
        peak.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("start", "line"), [(b"", 1), (HEADER, 2), (body([row()]), 3), (HEADER + b'"', 2)], ids=["1", "2", "3", "quoted"]
)
def test_one_line_of_2_gb(start: bytes, line: int) -> None:
    objects = LongLine(start=start)
    deployment = Deployment(objects=objects)
    with measured() as peak:
        answer = deployment.receive(REF)
    assert (answer["status"], answer["reason"]["code"]) == ("REJECTED", "E1115")
    assert answer["reason"]["message"] == outcomes.RECORD_TOO_LONG.sentence(line=line)
    assert objects.blocks_read <= 5, "it is refused after a few MiB"
    assert peak[0] < 16 * MIB
    assert deployment.residents.versions == {}


@dataclass
class OnePerson(LazyObjects):
    """Many rows of one person, all different, each as long as the others."""

    rows: int = 0

    def __post_init__(self) -> None:
        line = body([row(sosanengappi="2026-03-01", kojinrirekibango="77777")])[len(HEADER) :]
        self.before, _, self.after = line.partition(b"77777")
        self.width = len(line)

    def blocks(self) -> Iterator[bytes]:
        size = 64 * 1024
        for start in range(0, len(HEADER) + self.rows * self.width, size):
            yield self.read(REF, start, start + size)

    def read(self, ref: ObjectRef, start: int, end: int) -> bytes:
        end = min(end, len(HEADER) + self.rows * self.width)
        first = max(0, (start - len(HEADER)) // self.width)
        last = min(self.rows, (end - len(HEADER)) // self.width + 1)
        rows = b"".join(self.before + b"%05d" % index + self.after for index in range(first, last))
        whole, offset = (HEADER + rows, 0) if first == 0 else (rows, len(HEADER) + first * self.width)
        return whole[start - offset : end - offset]


def received(rows: int) -> tuple[Deployment, OnePerson, Any, int]:
    objects = OnePerson(rows=rows)
    deployment = Deployment(objects=objects)
    with measured() as peak:
        answer = deployment.receive(REF)
    return deployment, objects, answer, peak[0]


def test_the_lazy_file_is_what_it_says() -> None:
    objects = OnePerson(rows=1000)
    whole = b"".join(objects.blocks())
    assert whole.count(b"\n") == 1001
    assert all(
        objects.read(REF, start, start + 999) == whole[start : start + 999] for start in range(0, len(whole), 777)
    )


def test_a_file_of_millions_of_rows_of_one_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one person may have is bounded, so that neither memory nor the work per row grows with the rows."""
    monkeypatch.setattr(scanning, "CHUNK_BYTES", 60_000)
    monkeypatch.setattr(scanning, "MAX_RECORD_BYTES", 10_000)
    few, many = 2_000, 8_000
    _, _, _, small_peak = received(few)
    deployment, objects, answer, peak = received(many)
    counts = answer["counts"]
    assert (answer["status"], counts["read"], counts["failed"]) == ("PARTIALLY_ACCEPTED", many, many - MAX_VERSIONS)
    assert counts["added"] + counts["stale"] == MAX_VERSIONS
    assert deployment.residents.writes == MAX_VERSIONS, "a row that is refused writes nothing"
    assert len(deployment.residents.stored[NUMBER].entries) == MAX_VERSIONS
    assert peak < 1.25 * small_peak, "memory is flat"
    chunks = len(objects.fragment_lines)
    assert sum(objects.fragment_lines.values()) == counts["failed"]
    assert objects.longest_piece <= 2 * max(objects.fragment_lines.values()) + 50, "the errors file is streamed"
    assert chunks > 10


def test_what_a_refused_row_costs_does_not_depend_on_how_many_came_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "CHUNK_BYTES", 20_000)
    monkeypatch.setattr(scanning, "MAX_RECORD_BYTES", 10_000)
    calls: list[int] = []
    for rows in (2_000, 4_000):
        objects = OnePerson(rows=rows)
        deployment = Deployment(objects=objects)
        heads = deployment.residents.heads
        asked: list[int] = []

        def counted(numbers: Any, heads: Any = heads, asked: list[int] = asked) -> Any:
            asked.append(len(list(numbers)))
            return heads(numbers)

        monkeypatch.setattr(deployment.residents, "heads", counted)
        deployment.receive(REF)
        assert set(asked) == {1}, "one head is read per chunk, whatever its rows"
        calls.append(len(asked))
    assert abs(calls[1] - 2 * calls[0]) <= 1
