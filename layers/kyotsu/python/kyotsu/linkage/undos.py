"""What is known of the undo of one file: from its request to its answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from kyotsu.contracts.errors import KyotsuError
from kyotsu.contracts.events import FileUndone
from kyotsu.contracts.rows import TakenBack
from kyotsu.japanese.dates import JST
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.receipts import Receipt


class UndoRefusedError(KyotsuError):
    """This file can't be taken back."""


@dataclass(frozen=True, slots=True)
class Undo:
    """The undo of one file. `finished_at` is None while it is under way."""

    receipt_id: str
    by: str
    """Who asked for it: an ARN, or a name that was given."""
    reason: str
    started_at: datetime
    counts: TakenBack = TakenBack()  # noqa: RUF009 - immutable
    applied_again: tuple[str, ...] = ()
    """Receipts of files that had brought some of the same rows: they were applied again, and those rows are theirs."""
    not_applied_again: tuple[str, ...] = ()
    """Such receipts whose file is no longer there."""
    finished_at: datetime | None = None
    answered: bool = False

    def answer(self, receipt: Receipt) -> dict[str, Any]:
        """Return the answer as it stands beside the file: Japanese time, names as in the published contract."""
        return {
            "receipt_id": self.receipt_id,
            "object_key": receipt.ref.key,
            "version_id": receipt.ref.version_id,
            "status": "UNDONE" if self.finished_at else None,
            "counts": self.counts.as_dict(),
            "applied_again": self.applied_again,
            "not_applied_again": self.not_applied_again,
            "by": self.by,
            "reason": self.reason,
            "started_at": _japanese(self.started_at),
            "finished_at": _japanese(self.finished_at),
        }


@dataclass(frozen=True, slots=True)
class Step:
    """A part of an undo that was done: a chunk taken back, or a chunk of another file applied again."""

    index: int
    """Of the chunk."""
    again: str = ""
    """Receipt of the file that was applied again; empty for a chunk of the undone file."""
    counts: TakenBack = TakenBack()  # noqa: RUF009 - immutable
    gone: bool = False
    """The other file is no longer there."""


class Undos(Protocol):
    """Undos and their ledger. Every read sees every earlier write, but that of `received`."""

    def begin(self, undo: Undo) -> Undo:
        """Store an undo unless there is one of its receipt; return the one that is there."""
        ...

    def find(self, receipt_id: str) -> Undo | None:
        """Return the undo of a receipt, or None."""
        ...

    def steps(self, receipt_id: str) -> list[Step]:
        """Return the steps done so far, in the order of their chunks."""
        ...

    def record(self, receipt_id: str, step: Step) -> None:
        """Note a step; the first note of a step stays."""
        ...

    def decide(self, undo: Undo) -> Undo:
        """Store the outcome unless one is stored already; return the one that is there."""
        ...

    def close(self, undo: Undo) -> None:
        """Note that the answer is out."""
        ...

    def release_content(self, receipt: Receipt) -> None:
        """Forget that a file's content was accepted, so that the same content is no duplicate any more."""
        ...

    def receipt(self, receipt_id: str) -> Receipt | None:
        """Return a receipt, or None."""
        ...

    def received(self, provider: str) -> Iterator[Receipt]:
        """Yield all receipts of a provider. One of the last second may still be missing."""
        ...


class UndoObjects(Protocol):
    """Objects of the providers' buckets."""

    def read(self, ref: ObjectRef, start: int, end: int) -> bytes:
        """Return bytes [start, end) of exactly this version; raises ObjectGoneError."""
        ...

    def write(self, bucket: str, key: str, body: Iterator[bytes], content_type: str) -> None:
        """Write an object from pieces; what stood there before stays until all is written."""
        ...


class UndoEvents(Protocol):
    """The domain event bus."""

    def file_undone(self, event: FileUndone) -> None:
        """Publish that a file was taken back; a repeat carries the same event id."""
        ...


def steps_by_file(steps: list[Step]) -> Mapping[str, dict[int, Step]]:
    """Return steps by file (empty: the undone one) and chunk."""
    found = dict[str, dict[int, Step]]()
    for step in steps:
        found.setdefault(step.again, {})[step.index] = step
    return found


def _japanese(moment: datetime | None) -> str | None:
    return moment.astimezone(JST).isoformat(timespec="milliseconds") if moment else None
