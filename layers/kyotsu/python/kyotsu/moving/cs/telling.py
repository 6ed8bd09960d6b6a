"""Telling a case how its messages ended: all acknowledged, or one rejected."""

from __future__ import annotations

from dataclasses import dataclass

from kyotsu.contracts.ports import Clock
from kyotsu.moving.cases import Signal, SignalKind
from kyotsu.moving.cs.lanes import Entry, Lane, MessageState, answered
from kyotsu.moving.cs.mapping import is_of
from kyotsu.moving.cs.ports import LaneStore, Wakeups
from kyotsu.moving.cs.posting import change
from kyotsu.moving.ports import CaseStore, Machines, NoSuchCaseError

BY = "cs"


class ContradictedError(Exception):
    """An acknowledgement that can't be true: of a message that was never sent, or was answered otherwise."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Notes answers, and tells cases of them once, however often it is tried."""

    store: LaneStore
    cases: CaseStore
    machines: Machines
    wakeups: Wakeups
    clock: Clock

    def note(self, lane: Lane, message_id: str, *, accepted: bool, reason: str = "") -> None:
        """Note a message's acknowledgement, tell its case, and wake its lane. Raises ContradictedError."""
        now = self.clock.now()

        def noted(lane: Lane) -> Lane:
            after = answered(lane, message_id, now, accepted=accepted, reason=reason)
            if after is None:
                raise ContradictedError
            return after

        after = change(self.store, lane.key, noted)
        self.tell(after)
        if after.head:
            self.wakeups.wake([lane.key])

    def tell(self, lane: Lane) -> None:
        """Tell the cases of a lane's messages what they have not heard."""
        for entry in lane.entries:
            if entry.told or entry.state not in (MessageState.ACKNOWLEDGED, MessageState.REJECTED):
                continue
            self._tell(entry)
            # Only now: who dies in between is followed by the sweep, and the case takes a signal's id once.
            self._mark(lane.key, entry.id)

    def _mark(self, key: str, message_id: str) -> None:
        change(self.store, key, lambda lane: lane.with_changed(message_id, told=True))

    def _tell(self, entry: Entry) -> None:
        if entry.state is MessageState.REJECTED:
            self._signal(entry, f"{entry.id}-rejected", SignalKind.REJECTED)
            return
        others = self._of_case(entry)
        if all(other is not None and _through(other) for other in others.values()):
            first = sum(1 for other in others.values() if other and not other.refers_to)
            self._signal(entry, f"{entry.case_id}-{entry.kind}-acknowledged-{first}", SignalKind.ACKNOWLEDGED)

    def _signal(self, entry: Entry, signal_id: str, kind: SignalKind) -> None:
        signal = Signal(id=signal_id, kind=kind, at=entry.settled_at or self.clock.now(), by=BY)
        try:
            taken = self.cases.signal(entry.case_id, signal)
        except NoSuchCaseError:
            return  # there is nobody to tell
        if taken:
            self.machines.tell(taken)
            self.cases.told(entry.case_id, taken)

    def _of_case(self, entry: Entry) -> dict[str, Entry | None]:
        """Return a case's messages of a kind as they stand; None: not put into its lane yet."""
        found = dict[str, Entry | None]()
        lanes = dict[str, Lane]()
        for message_id, key in self.store.messages_of(entry.case_id).items():
            if key not in lanes:
                lanes[key] = self.store.read(key)
            if is_of(message_id, entry.case_id, entry.kind):
                found[message_id] = lanes[key].find(message_id)
        return found


def _through(entry: Entry) -> bool:
    return entry.state in (MessageState.ACKNOWLEDGED, MessageState.CANCELLED) or bool(entry.superseded_by)
