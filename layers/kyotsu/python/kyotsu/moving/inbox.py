"""A case's inbox: the wait of its machine and the signals it has heard. One value, so that one write changes it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kyotsu.moving.cases import Signal, Wait
from kyotsu.moving.ports import Taken


@dataclass(frozen=True, slots=True)
class Inbox:
    """What `CaseStore` promises of waits and signals; every method returns the inbox as it is afterwards."""

    wait: Wait | None = None
    """The last one."""
    took: Signal | None = None
    """What the last wait took."""
    told: bool = True
    """Whether its machine was told, or there is nothing to tell."""
    pending: tuple[Signal, ...] = ()
    """Signals nobody took, oldest first."""
    heard: tuple[str, ...] = ()
    """Ids of all signals that were kept."""

    @property
    def taken(self) -> Taken | None:
        """What the last wait took, with its newest token."""
        return Taken(self.wait.token, self.took) if self.wait and self.took else None

    def registered(self, wait: Wait) -> Inbox:
        """Register a wait; one of an earlier visit or try changes nothing."""
        before = self.wait
        if before and (before.visit, before.attempt) > (wait.visit, wait.attempt):
            return self
        took = self.took if before and before.visit == wait.visit else None
        early = next((signal for signal in self.pending if signal.kind in wait.kinds), None) if took is None else None
        pending = tuple(signal for signal in self.pending if signal is not early)
        took = took or early
        # A token that was told already needs nothing more; another one has to hear it.
        told = took is None or (self.told and before is not None and before.token == wait.token and early is None)
        return replace(self, wait=wait, took=took, told=told, pending=pending)

    def with_signal(self, signal: Signal) -> Inbox:
        """Keep a signal, or give it to the wait that takes it; one that was heard before changes nothing."""
        if signal.id in self.heard:
            return self
        heard = (*self.heard, signal.id)
        waits = self.wait if self.took is None else None
        if waits and signal.kind in waits.kinds and signal.visit in (None, waits.visit):
            return replace(self, took=signal, told=False, heard=heard)
        if signal.visit is not None:
            return self
        return replace(self, pending=(*self.pending, signal), heard=heard)

    def after_telling(self, taken: Taken) -> Inbox:
        """Note that the machine was told what the last wait took."""
        return replace(self, told=True) if self.taken == taken else self
