"""What deliveries need from outside; adapters stand in `delivery_table.py` and `wiring`, fakes in the tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

import msgspec

from kyotsu.linkage.deliveries import Delivery, Lane, Part, Wait
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.ports import OpenedObject
from kyotsu.linkage.receipts import ChunkResult, Receipt


class DeliveryStore(Protocol):
    """Deliveries, their parts, and what waits. Every read sees every earlier write, unless it says otherwise."""

    def of_receipt(self, receipt_id: str) -> list[Delivery]:
        """Return every delivery of a file, old attempts included."""
        ...

    def last_number(self, lane: Lane) -> int:
        """Return the number of the lane's last planned delivery, 0 if there is none."""
        ...

    def add(self, delivery: Delivery) -> bool:
        """Store a new delivery, unless its number, or this attempt for its file and recipient, is taken."""
        ...

    def find(self, lane: Lane, number: int) -> Delivery | None:
        """Return a delivery, or None."""
        ...

    def turn(self, lane: Lane) -> int:
        """Return the number of the delivery whose turn it is; there may be none of that number yet."""
        ...

    def pass_turn(self, lane: Lane, number: int) -> None:
        """Give the turn to the one after `number`, if it is that one's turn."""
        ...

    def waits(self, lane: Lane) -> list[Wait]:
        """Return everything that waits in a lane, in the order in which it must go out."""
        ...

    def drop(self, wait: Wait) -> None:
        """Forget what waits of a delivery that has ended."""
        ...

    def candidate(self, part: Part) -> Part:
        """Keep a part as one that may become visible, unless one of these bytes is kept; return the one that is."""
        ...

    def parts(self, lane: Lane, number: int) -> list[Part]:
        """Return the parts of a delivery, also those that are only candidates."""
        ...

    def commit(self, after: Delivery, part: Part | None = None, wait: Wait | None = None) -> bool:
        """Store a delivery's next revision together with a part and what waits of a stretch (nobody: no longer),
        unless another worker has changed the delivery; tell whether it was stored."""
        ...

    def unoffered(self) -> Iterator[Delivery]:
        """Yield unsettled deliveries that are not complete, the first planned first. The latest may be missing.

        Those of which a part was refused are not among them.
        """
        ...

    def refused(self) -> Iterator[Delivery]:
        """Yield unsettled deliveries of which a part was refused. The latest may be missing."""
        ...

    def unacknowledged(self, offered_before: datetime | None = None) -> Iterator[Delivery]:
        """Yield unsettled complete deliveries, the first offered first. The latest may be missing."""
        ...

    def listed(self, lane: Lane, limit: int) -> Iterator[Delivery]:
        """Yield a lane's deliveries, the last one first."""
        ...


class DeliveryReceipts(Protocol):
    """Receipts and their ledgers, to read."""

    def get(self, receipt_id: str) -> Receipt:
        """Return a receipt; raises whatever the table raises if there is none."""
        ...

    def find(self, receipt_id: str) -> Receipt | None:
        """Return a receipt, or None."""
        ...

    def holding(self) -> bool:
        """Tell whether a file that protects people was received and is not applied yet."""
        ...

    def ledger(self, receipt: Receipt) -> Sequence[ChunkResult]:
        """Return the results of the chunks that were applied."""
        ...


class Undone(Protocol):
    """Tells which files are taken back."""

    def is_undone(self, receipt_id: str) -> bool:
        """Tell whether taking a file back was begun."""
        ...


class DeliveryObjects(Protocol):
    """Objects of the buckets that files are exchanged in, and fragments of errors files."""

    def open(self, ref: ObjectRef) -> AbstractContextManager[OpenedObject]:
        """Open exactly this version; raises ObjectGoneError."""
        ...

    def read(self, ref: ObjectRef, start: int, end: int) -> bytes:
        """Return bytes [start, end) of exactly this version; raises ObjectGoneError."""
        ...

    def create(self, bucket: str, key: str, body: bytes, content_type: str) -> bool:
        """Write an object unless there is one; tell whether it was written."""
        ...

    def write(self, bucket: str, key: str, body: Iterator[bytes], content_type: str) -> None:
        """Write an object; what stood there before stays until all is written."""
        ...

    def find(self, bucket: str, key: str) -> bytes | None:
        """Return an object, or None."""
        ...

    def fragment(self, receipt_id: str, index: int) -> bytes:
        """Return a chunk's part of the errors file; raises ObjectGoneError if it is no longer kept."""
        ...


class DeliveryEvents(Protocol):
    """The domain event bus."""

    def publish(self, events: Sequence[msgspec.Struct]) -> None:
        """Publish events; a repeat carries the same ids."""
        ...


class Wakeups(Protocol):
    """Whoever works on lanes: at most one at a time on each."""

    def wake(self, lanes: Sequence[Lane]) -> None:
        """Have each of the lanes looked at, soon."""
        ...
