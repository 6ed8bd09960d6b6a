"""Applying one chunk of a file: rows validated, handed to their owner, and noted in the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from kyotsu.contracts.ports import RowApplier
from kyotsu.contracts.rows import Applied, FileContext, Row, RowProblem
from kyotsu.linkage import answers
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.receipts import Chunk, ChunkResult, Receipt
from kyotsu.linkage.scanning import parse
from kyotsu.linkage.validation import RowValidator

InTime = Callable[[], bool]


class OutOfTimeError(Exception):
    """The worker would be stopped in the middle of the next chunk; another goes on where the ledger ends."""


class ChunkObjects(Protocol):
    """What applying a chunk needs of `kyotsu.linkage.ports.Objects`."""

    def read(self, ref: ObjectRef, start: int, end: int) -> bytes:
        """Return bytes [start, end) of exactly this version; raises ObjectGoneError."""
        ...

    def put_fragment(self, receipt_id: str, index: int, body: bytes) -> None:
        """Keep a chunk's part of the errors file until the file is answered."""
        ...


class Ledger(Protocol):
    """What applying a chunk needs of `kyotsu.linkage.ports.Receipts`."""

    def ledger(self, receipt: Receipt) -> Sequence[ChunkResult]:
        """Return the results of the chunks applied so far."""
        ...

    def record_chunk(self, receipt: Receipt, result: ChunkResult) -> None:
        """Note that a chunk has been applied; the first note of a chunk stays."""
        ...


@dataclass(frozen=True, slots=True)
class FileApplication:
    """Applies the chunks of one file; may be repeated, and goes on where the ledger ends."""

    receipt: Receipt
    file: FileContext
    validator: RowValidator
    applier: RowApplier
    objects: ChunkObjects
    receipts: Ledger

    def apply(self, chunks: Iterable[Chunk], in_time: InTime) -> list[ChunkResult]:
        """Return every chunk's result, from the ledger where it has been applied before.

        Raises OutOfTimeError before a chunk if `in_time` denies that there is time for one, and ObjectGoneError.
        """
        done = {result.index: result for result in self.receipts.ledger(self.receipt)}
        results = list[ChunkResult]()
        for chunk in chunks:
            if chunk.index not in done:
                if not in_time():
                    raise OutOfTimeError
                done[chunk.index] = self._apply_chunk(chunk)
            results.append(done[chunk.index])
        return results

    def _apply_chunk(self, chunk: Chunk) -> ChunkResult:
        rows = list(rows_of(self.objects.read(self.receipt.ref, chunk.start, chunk.end), chunk))
        opened = self.applier.open(self.file, rows)
        valid, told = list[Row](), list[RowProblem]()
        failed = 0
        for row in rows:
            if row.line in opened.known:
                continue
            errors = self.validator.validate(row)
            told += errors or self.validator.remarks(row)
            failed += bool(errors)
            if not errors:
                valid.append(row)
        applied = opened.apply(valid)
        applied.counts.unchanged += len(opened.known)
        return self._record(chunk, applied, told, failed)

    def _record(self, chunk: Chunk, applied: Applied, told: Sequence[RowProblem], failed: int) -> ChunkResult:
        failed_lines = {p.line for p in applied.problems if p.refuses}
        # A remark is about a row that is stored now.
        unremarked = failed_lines | applied.unchanged_lines
        kept = (p for p in (*told, *applied.problems) if p.refuses or p.line not in unremarked)
        problems = sorted(kept, key=lambda problem: problem.line)
        warned_lines = {p.line for p in problems if not p.refuses}
        counts = applied.counts
        counts.failed += failed + len(failed_lines)
        counts.warned += len(warned_lines)
        counts.read = counts.added + counts.updated + counts.deleted + counts.unchanged + counts.stale + counts.failed
        if problems:
            self.objects.put_fragment(self.receipt.receipt_id, chunk.index, answers.errors_body(problems))
        result = ChunkResult(chunk.index, counts, len(problems))
        self.receipts.record_chunk(self.receipt, result)
        return result


def rows_of(data: bytes, chunk: Chunk) -> Iterator[Row]:
    """Yield the rows of a chunk, given its bytes; the header is none."""
    records = parse(data, chunk.line)
    if chunk.index == 0:
        next(records)  # the header
    for values, line in records:
        yield Row(line, values)
