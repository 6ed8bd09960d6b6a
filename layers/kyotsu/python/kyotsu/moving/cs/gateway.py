"""Working on a lane: the message whose turn it is goes to the CS, or the CS is asked what became of it.

A try is written down before it is made, under an id of its own, and what came of it afterwards. Whoever dies in
between leaves SENDING behind, which after `LEASE` means that nobody knows: the CS is asked before anything is sent
again, and then it is the same message id.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kyotsu.contracts import outcomes
from kyotsu.contracts.ports import Clock
from kyotsu.moving.cs.lanes import Concluded, Entry, Lane, MessageState, claimed, concluded, found, lapsed
from kyotsu.moving.cs.ports import (
    EVERYBODY,
    CommunicationServer,
    Found,
    Hold,
    LaneStore,
    UnclearError,
    UnreachableError,
)
from kyotsu.moving.cs.posting import change, paper
from kyotsu.moving.cs.telling import ContradictedError, Telling
from kyotsu.moving.ports import Papers

LEASE = timedelta(minutes=5)
"""Time after which a worker that has not told what came of its try is taken for dead; longer than it can live."""
ASK_AFTER = timedelta(minutes=10)
"""Time after which the CS is asked about a message whose acknowledgement has not come, and asked again."""
InTime = Callable[[], bool]


def held(entry: Entry, holds: Sequence[Hold]) -> bool:
    """Tell whether a message is kept back by somebody."""
    return any(hold.to in (EVERYBODY, entry.to) for hold in holds)


def _attempt() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class Gateway:
    """Works on the lanes of one deployment. Several workers on one lane do no harm."""

    store: LaneStore
    papers: Papers
    server: CommunicationServer
    telling: Telling
    clock: Clock
    new_attempt: Callable[[], str] = field(default=_attempt)

    def work(self, key: str, in_time: InTime) -> list[tuple[str, MessageState]]:
        """Do what can be done on a lane now; return what became of which message, in order.

        Ends at a message that waits for the CS, a clerk or a hold, and after a try or a question that failed: the
        sweep wakes the lane again.
        """
        done = list[tuple[str, MessageState]]()
        while in_time():
            lane = self.store.read(key)
            entry = lane.head
            # A rejected message may just have ended an earlier worker's run, before its case was told.
            if entry is None or entry.state is MessageState.REJECTED:
                self.telling.tell(lane)
                break
            after = self._step(lane, entry)
            if after is None:
                break
            if after == entry:
                continue  # somebody else was quicker
            done.append((entry.id, after.state))
            if after.state in (MessageState.READY, MessageState.SENT_UNKNOWN) and after.attempt != entry.attempt:
                break  # tried, in vain
        return done

    def _step(self, lane: Lane, entry: Entry) -> Entry | None:
        """Do the next thing for a message; return it as it then stands, None if there is nothing to do now."""
        now = self.clock.now()
        match entry.state:
            case MessageState.READY:
                return None if held(entry, self.store.holds()) else self._send(lane, entry)
            case MessageState.SENDING:
                if entry.attempted_at and entry.attempted_at + LEASE > now:
                    return None
                return self._changed(lane, entry, lambda lane: lapsed(lane, entry.id, entry.attempt))
            case MessageState.SENT_UNKNOWN:
                return self._ask(lane, entry)
            case MessageState.SENT if asks(entry, now - ASK_AFTER):
                return self._ask(lane, entry)
        return None

    def _send(self, lane: Lane, entry: Entry) -> Entry | None:
        # Read before the try is written down: a paper that can't be read now is no unclear send.
        body = self.papers.get(entry.case_id, paper(entry.id))
        attempt = self.new_attempt()
        if not self.store.write(claimed(lane, entry.id, attempt, self.clock.now())):
            return entry
        came = self._try(entry.id, body)
        return self._changed(lane, entry, lambda lane: concluded(lane, entry.id, attempt, came, self.clock.now()))

    def _try(self, message_id: str, body: bytes | None) -> Concluded:
        if body is None:
            return Concluded(MessageState.REJECTED, outcomes.MESSAGE_GONE.code)
        try:
            sent = self.server.send(message_id, body)
        except UnreachableError:
            return Concluded(MessageState.READY)
        except UnclearError:
            return Concluded(MessageState.SENT_UNKNOWN)
        return Concluded(MessageState.SENT) if sent.taken else Concluded(MessageState.REJECTED, rejected(sent.reason))

    def _ask(self, lane: Lane, entry: Entry) -> Entry | None:
        try:
            said = self.server.inquire(entry.id)
        except UnreachableError:
            return None
        if said.accepted is None:
            after = self._changed(lane, entry, lambda lane: found(lane, entry.id, self.clock.now(), known=said.known))
            return after if after.state is not entry.state else None
        return self._answer(lane, entry, said)

    def _answer(self, lane: Lane, entry: Entry, said: Found) -> Entry | None:
        accepted = bool(said.accepted)
        with contextlib.suppress(ContradictedError):  # somebody else heard of it meanwhile
            self.telling.note(lane, entry.id, accepted=accepted, reason="" if accepted else rejected(said.reason))
        return self.store.read(lane.key).find(entry.id)

    def _changed(self, lane: Lane, entry: Entry, how: Callable[[Lane], Lane]) -> Entry:
        return change(self.store, lane.key, how).find(entry.id) or entry


def asks(entry: Entry, before: datetime) -> bool:
    """Tell whether a message was sent, and last asked about, before a moment."""
    last = entry.asked_at or entry.sent_at
    return last is None or last <= before


def rejected(reason: str) -> str:
    """Return how a rejection is noted: our code, and the CS's own."""
    return f"{outcomes.MESSAGE_REJECTED.code} {reason}".strip()
