"""How the simulator misbehaves when it is asked to."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock
from typing import Any


class FaultKind(StrEnum):
    """What goes wrong with a message."""

    REFUSE = "refuse"
    """POST answers 503, and nothing happens."""
    TIME_OUT = "time_out"
    """POST answers 504, although the message was taken."""
    TWICE = "twice"
    """The receiver gets the message twice, and so does the sender its acknowledgement."""
    REJECT = "reject"
    """The acknowledgement says no, with a reason; the receiver gets nothing."""
    HOLD = "hold"
    """Acknowledgements wait until this fault is removed."""
    REORDER = "reorder"
    """What is delivered waits until this fault is removed, and then goes the last one first."""


class UnusableFaultError(ValueError):
    """A fault was asked for that does not exist."""


@dataclass
class Fault:
    """One fault, of messages to a municipality or to all ("")."""

    kind: FaultKind
    municipality: str = ""
    times: int | None = None
    """How many messages it still hits; None: all, until it is removed."""
    reason: str = "NG99"

    @classmethod
    def of(cls, asked: Any) -> Fault:
        """Return the fault a request asks for: `{"kind", "municipality"?, "times"?, "reason"?}`."""
        if not isinstance(asked, dict) or not set(asked) <= {"kind", "municipality", "times", "reason"}:
            raise UnusableFaultError("a fault has kind, municipality, times and reason")
        times = asked.get("times")
        if times is not None and (not isinstance(times, int) or times < 1):
            raise UnusableFaultError("times counts from 1")
        try:
            kind = FaultKind(str(asked.get("kind")))
        except ValueError:
            raise UnusableFaultError(f"kind is one of {', '.join(FaultKind)}") from None
        return cls(kind, str(asked.get("municipality") or ""), times, str(asked.get("reason") or "NG99"))

    @property
    def shown(self) -> dict[str, Any]:
        """What GET /faults tells."""
        return {"kind": str(self.kind), "municipality": self.municipality, "times": self.times, "reason": self.reason}


@dataclass
class Faults:
    """The faults there are."""

    _faults: list[Fault] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def add(self, fault: Fault) -> None:
        """Misbehave from now on."""
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Behave again."""
        with self._lock:
            self._faults.clear()

    def hits(self, kind: FaultKind, municipality: str) -> Fault | None:
        """Return the fault of a kind that hits a message to a municipality, and count it; None: there is none."""
        with self._lock:
            for fault in self._faults:
                if fault.kind is kind and fault.municipality in ("", municipality) and fault.times != 0:
                    fault.times = fault.times - 1 if fault.times else None
                    return fault
        return None

    def shown(self) -> list[dict[str, Any]]:
        """Return the faults that can still hit."""
        with self._lock:
            return [fault.shown for fault in self._faults if fault.times != 0]
