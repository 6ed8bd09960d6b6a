"""Ports by which a file that was applied before is applied once more, without touching its own ledger and answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kyotsu.contracts.rows import Counts
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.receipts import ChunkResult, Receipt
from kyotsu.linkage.undos import Step, UndoObjects, Undos


@dataclass(frozen=True, slots=True)
class AgainObjects:
    """`ChunkObjects` that drops what the errors file would get: it has all that already."""

    real: UndoObjects

    def read(self, ref: ObjectRef, start: int, end: int) -> bytes:
        """Return bytes [start, end) of exactly this version; raises ObjectGoneError."""
        return self.real.read(ref, start, end)

    def put_fragment(self, receipt_id: str, index: int, body: bytes) -> None:
        """Drop a chunk's part of the errors file."""


@dataclass(frozen=True, slots=True)
class AgainLedger:
    """`Ledger` of a file that is applied again, kept with the undo that wants it."""

    undos: Undos
    undone: str
    """Receipt of the file that is taken back."""
    done: Mapping[int, Step]

    def ledger(self, _receipt: Receipt) -> Sequence[ChunkResult]:
        """Return the chunks that were applied again so far; what they counted is told in the file's own answer."""
        return [ChunkResult(index, Counts(), 0) for index in self.done]

    def record_chunk(self, receipt: Receipt, result: ChunkResult) -> None:
        """Note that a chunk has been applied again."""
        self.undos.record(self.undone, Step(result.index, again=receipt.receipt_id))
