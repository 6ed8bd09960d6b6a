"""Numbers of reserved blocks: no number twice, whoever asks, and a gap where a block was not used up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

from kyotsu.addressees.numbers import NumberKind, Ranges, Serials, issuable
from kyotsu.contracts import outcomes
from kyotsu.contracts.errors import KyotsuError


class NumbersExhaustedError(KyotsuError):
    """All serials of a kind's range are reserved; the municipality must give it another one."""

    def __init__(self) -> None:
        super().__init__(outcomes.NUMBERS_EXHAUSTED)


class SerialCounter(Protocol):
    """Reserves serials. A serial is reserved once at most, whatever fails."""

    def reserve(self, kind: NumberKind, count: int, within: Serials) -> Serials | None:
        """Reserve the next serials of a range, up to `count` of them; None: all of it is reserved."""
        ...


@dataclass(slots=True)
class ReservedNumbers:
    """`kyotsu.addressees.store.NumberSource` of one process; threads may share it."""

    counter: SerialCounter
    ranges: Ranges
    block: int
    """How many serials are reserved at once. Some nine in a hundred have no number (remainder 1) and are skipped."""
    _lock: Lock = field(default_factory=Lock)
    _left: dict[NumberKind, Iterator[tuple[int, str]]] = field(default_factory=dict)

    def next(self, kind: NumberKind) -> str:
        """Return a number that was never handed out; raises NumbersExhaustedError."""
        with self._lock:  # also around the reservation: a second thread uses the rest of the block
            while True:
                for _, number in self._left.get(kind, iter(())):
                    return number
                block = self.counter.reserve(kind, self.block, self.ranges.of(kind))
                if block is None:
                    raise NumbersExhaustedError
                self._left[kind] = issuable(block)
