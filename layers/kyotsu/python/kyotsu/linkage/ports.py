"""What reception needs from outside; adapters stand in `runtime` and in `table.py`, fakes in the tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from kyotsu.contracts.events import FileAnswered
from kyotsu.linkage.grouping import Group
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.receipts import ChunkResult, Receipt, Scan


class ObjectGoneError(Exception):
    """This version of the object is no longer there."""


@dataclass(frozen=True, slots=True)
class OpenedObject:
    """An object being read: its user metadata (names in lower case) and its bytes, block by block."""

    metadata: Mapping[str, str]
    blocks: Iterable[bytes]


class Objects(Protocol):
    """Objects of the providers' buckets, and our own working copies."""

    def open(self, ref: ObjectRef) -> AbstractContextManager[OpenedObject]:
        """Open exactly this version; raises ObjectGoneError."""
        ...

    def read(self, ref: ObjectRef, start: int, end: int) -> bytes:
        """Return bytes [start, end) of exactly this version; raises ObjectGoneError."""
        ...

    def write(self, bucket: str, key: str, body: Iterator[bytes], content_type: str) -> None:
        """Write an object of any size from pieces; what stood there before stays until all is written."""
        ...

    def create(self, bucket: str, key: str, body: bytes, content_type: str) -> bool:
        """Write a small object unless there is one; tell whether it was written."""
        ...

    def find(self, bucket: str, key: str) -> bytes | None:
        """Return a small object, or None."""
        ...

    def delete(self, bucket: str, key: str) -> None:
        """Delete an object; that there is none is no error."""
        ...

    def put_fragment(self, receipt_id: str, index: int, body: bytes) -> None:
        """Keep a chunk's part of the errors file until the file is answered."""
        ...

    def fragment(self, receipt_id: str, index: int) -> bytes:
        """Return a chunk's part of the errors file."""
        ...


class Receipts(Protocol):
    """Receipts and their ledger. Every read sees every earlier write."""

    def open(self, receipt: Receipt) -> Receipt:
        """Store a receipt unless it is there already; return the one that is there.

        If it `holds`, deliveries are held back from that moment until `let_go`.
        """
        ...

    def let_go(self, receipt: Receipt) -> None:
        """Hold no delivery back for it any more; may be repeated."""
        ...

    def get(self, receipt_id: str) -> Receipt:
        """Return a receipt; raises whatever the table raises if there is none."""
        ...

    def save_scan(self, receipt: Receipt, scan: Scan) -> None:
        """Keep how the file is cut into chunks, so that every retry cuts it the same way."""
        ...

    def ledger(self, receipt: Receipt) -> Sequence[ChunkResult]:
        """Return the results of the chunks applied so far."""
        ...

    def record_chunk(self, receipt: Receipt, result: ChunkResult) -> None:
        """Note that a chunk has been applied; the first note of a chunk stays."""
        ...

    def accepted_content(self, receipt: Receipt, sha256: str) -> tuple[str, str] | None:
        """Return receipt id and key of the file of the same interface, branch, mode and version whose same content
        was ACCEPTED first, or None."""
        ...

    def decide(self, receipt: Receipt) -> Receipt:
        """Store the outcome unless one is stored already; return the one that is there."""
        ...

    def claim_content(self, receipt: Receipt) -> None:
        """Note an ACCEPTED file's content, unless another file has it already."""
        ...

    def close(self, receipt: Receipt) -> None:
        """Note that the answer is out."""
        ...


class Events(Protocol):
    """The domain event bus."""

    def file_answered(self, event: FileAnswered) -> None:
        """Publish an answer; a repeat carries the same event id."""
        ...


class LargeFiles(Protocol):
    """Whoever applies the groups of a large file, several at a time, and then answers it."""

    def start(self, receipt: Receipt, groups: Sequence[Group]) -> None:
        """Have a scanned file applied and answered, unless that is under way; one that failed is started anew."""
        ...
