"""AWS as it fails: a call that is refused, that takes effect and is not answered, or that takes effect in part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tests.fakes.interruption import Interruption, StoppedError


class Fault(StrEnum):
    """How one call fails."""

    REFUSED = "refused"
    """Nothing happened: an error, a throttled call, a process killed before it."""
    UNANSWERED = "unanswered"
    """It took effect: a time-out, a process killed after it."""
    PARTIAL = "partial"
    """A batch of which the first half took effect and the rest was throttled. Of a single item: refused."""


@dataclass
class Faults(Interruption):
    """Ports whose calls number `faults` fail, counted over all deliveries."""

    faults: Mapping[int, Fault] = field(default_factory=dict)

    def call(self, name: str, method: Callable[..., Any], *args: Any) -> Any:
        """Make one call of a port, or let it fail."""
        self.calls.append(name)
        fault = self.faults.get(len(self.calls))
        if fault is Fault.UNANSWERED:
            method(*args)
        elif fault is Fault.PARTIAL and len(args) == 1 and isinstance(args[0], Sequence) and len(args[0]) > 1:
            method(args[0][: len(args[0]) // 2])
        if fault:
            raise StoppedError
        return method(*args)
