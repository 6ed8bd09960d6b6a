"""Ports that let reception run on a local file and leave no trace: nothing is stored, answered or told to anybody."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Protocol

from kyotsu.contracts.events import FileAnswered, FileUndone
from kyotsu.linkage.grouping import Group
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.ports import OpenedObject
from kyotsu.linkage.receipts import ChunkResult, Receipt, Scan
from kyotsu.linkage.undos import Step, Undo, UndoObjects, Undos

BLOCK_BYTES = 1024 * 1024


@dataclass(slots=True)
class TrialObjects:
    """`Objects` over one local file. What is written is dropped, but the lines of the errors file: they are kept in
    a private temporary file. `progress` is told the bytes of every chunk that was read."""

    path: Path
    metadata: Mapping[str, str]
    progress: Callable[[int], object]
    problems: IO[bytes] = field(default_factory=tempfile.TemporaryFile)

    @contextmanager
    def open(self, _ref: ObjectRef) -> Iterator[OpenedObject]:
        """Open the file."""
        with self.path.open("rb") as stream:
            yield OpenedObject(self.metadata, iter(lambda: stream.read(BLOCK_BYTES), b""))

    def read(self, _ref: ObjectRef, start: int, end: int) -> bytes:
        """Return bytes [start, end) of the file."""
        with self.path.open("rb") as stream:
            stream.seek(start)
            data = stream.read(end - start)
        self.progress(len(data))
        return data

    def write(self, bucket: str, key: str, body: Iterator[bytes], content_type: str) -> None:
        """Drop an answer."""

    def create(self, _bucket: str, _key: str, _body: bytes, _content_type: str) -> bool:
        """Drop an answer as if it had been written."""
        return True

    def find(self, bucket: str, key: str) -> bytes | None:
        """Return nothing: nobody else's answer stands in the way of one that is dropped."""

    def delete(self, bucket: str, key: str) -> None:
        """Delete nothing."""

    def put_fragment(self, _receipt_id: str, _index: int, body: bytes) -> None:
        """Keep a chunk's lines of the errors file; chunks come in order."""
        self.problems.write(body)

    def fragment(self, _receipt_id: str, _index: int) -> bytes:
        """Return nothing: answers are dropped."""
        return b""


class AcceptedContents(Protocol):
    """Tells which content was accepted before."""

    def accepted_content(self, receipt: Receipt, sha256: str) -> tuple[str, str] | None:
        """Return receipt id and key of the file whose same content was ACCEPTED first, or None."""
        ...


@dataclass(slots=True)
class TrialReceipts:
    """`Receipts` of one file, in memory; only accepted contents are looked up in the real ones."""

    real: AcceptedContents
    receipt: Receipt | None = None
    results: list[ChunkResult] = field(default_factory=list)

    def open(self, receipt: Receipt) -> Receipt:
        """Keep the receipt."""
        self.receipt = receipt
        return receipt

    def let_go(self, _receipt: Receipt) -> None:
        """Do nothing: a trial holds nothing back."""

    def get(self, receipt_id: str) -> Receipt:
        """Return the receipt."""
        if self.receipt is None:
            raise KeyError(receipt_id)
        return self.receipt

    def save_scan(self, receipt: Receipt, scan: Scan) -> None:
        """Keep how the file is cut."""
        self.receipt = replace(receipt, scan=scan)

    def ledger(self, _receipt: Receipt) -> Sequence[ChunkResult]:
        """Return the results of the chunks so far."""
        return self.results

    def record_chunk(self, _receipt: Receipt, result: ChunkResult) -> None:
        """Keep a chunk's result."""
        self.results.append(result)

    def accepted_content(self, receipt: Receipt, sha256: str) -> tuple[str, str] | None:
        """Look the content up where it would be looked up."""
        return self.real.accepted_content(receipt, sha256)

    def decide(self, receipt: Receipt) -> Receipt:
        """Take the outcome."""
        return receipt

    def claim_content(self, receipt: Receipt) -> None:
        """Claim nothing."""

    def close(self, receipt: Receipt) -> None:
        """Close nothing."""


class TrialEvents:
    """`Events` and `UndoEvents` that nobody hears."""

    def file_undone(self, event: FileUndone) -> None:
        """Tell nobody."""

    def file_answered(self, event: FileAnswered) -> None:
        """Tell nobody."""


class NoHandOver:
    """`LargeFiles` for a reception that applies every file itself."""

    def start(self, receipt: Receipt, groups: Sequence[Group]) -> None:
        """Refuse: a file of any size is small here."""
        raise NotImplementedError("a trial applies every file itself")


@dataclass(frozen=True, slots=True)
class ReadObjects:
    """`UndoObjects` that reads the real ones, and drops what is written."""

    real: UndoObjects

    def read(self, ref: ObjectRef, start: int, end: int) -> bytes:
        """Return bytes [start, end) of exactly this version; raises ObjectGoneError."""
        return self.real.read(ref, start, end)

    def write(self, bucket: str, key: str, body: Iterator[bytes], content_type: str) -> None:
        """Drop an answer."""


@dataclass(slots=True)
class TrialUndos:
    """`Undos` over the real receipts, in memory."""

    real: Undos
    undo: Undo | None = None
    done: list[Step] = field(default_factory=list)

    def begin(self, undo: Undo) -> Undo:
        """Keep an undo."""
        self.undo = undo
        return undo

    def find(self, receipt_id: str) -> Undo | None:
        """Return a finished undo; one under way is tried from its beginning."""
        if self.undo is not None and self.undo.receipt_id == receipt_id:
            return self.undo
        found = self.real.find(receipt_id)
        return found if self.undo is not None or (found and found.finished_at) else None

    def steps(self, _receipt_id: str) -> list[Step]:
        """Return the steps so far."""
        return self.done

    def record(self, _receipt_id: str, step: Step) -> None:
        """Keep a step."""
        self.done.append(step)

    def decide(self, undo: Undo) -> Undo:
        """Take the outcome."""
        return undo

    def close(self, undo: Undo) -> None:
        """Close nothing."""

    def release_content(self, receipt: Receipt) -> None:
        """Forget nothing."""

    def receipt(self, receipt_id: str) -> Receipt | None:
        """Return a receipt, or None."""
        return self.real.receipt(receipt_id)

    def received(self, provider: str) -> Iterator[Receipt]:
        """Yield all receipts of a provider."""
        return self.real.received(provider)
