"""By the clock: lanes that nobody woke, cases that nobody told, and how old the oldest messages are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kyotsu.contracts.ports import Clock
from kyotsu.moving.cs.gateway import ASK_AFTER, LEASE, asks, held
from kyotsu.moving.cs.lanes import UNSENT, Entry, Lane, MessageState
from kyotsu.moving.cs.ports import Hold, LaneStore, Wakeups
from kyotsu.moving.cs.telling import Telling


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep has found; ages in seconds, 0 if there is none."""

    oldest_unsent: float = 0
    """Since it was posted; messages that somebody holds back count."""
    oldest_unacknowledged: float = 0
    """Since it was sent."""
    unclear: int = 0
    rejected: int = 0
    """Messages that a clerk must resend or cancel."""
    woken: int = 0
    told: int = 0


@dataclass(frozen=True, slots=True)
class Sweep:
    """Looks after the lanes of one deployment."""

    store: LaneStore
    telling: Telling
    wakeups: Wakeups
    clock: Clock

    def look(self) -> Swept:
        """Look at every open lane once."""
        now, holds = self.clock.now(), self.store.holds()
        lanes = list(self.store.open_lanes())
        told = 0
        for lane in lanes:
            if any(e.state in (MessageState.ACKNOWLEDGED, MessageState.REJECTED) and not e.told for e in lane.entries):
                # The listing may be behind: what is told is what stands now.
                self.telling.tell(self.store.read(lane.key))
                told += 1
        entries = [entry for lane in lanes for entry in lane.entries]
        woken = [lane.key for lane in lanes if _due(lane, now, holds)]
        if woken:
            self.wakeups.wake(woken)
        return Swept(
            oldest_unsent=_age((e.posted_at for e in entries if e.state in UNSENT), now),
            oldest_unacknowledged=_age((e.sent_at for e in entries if e.state is MessageState.SENT), now),
            unclear=sum(e.state is MessageState.SENT_UNKNOWN for e in entries),
            rejected=sum(_waits_for_a_clerk(e) for e in entries),
            woken=len(woken),
            told=told,
        )


def _due(lane: Lane, now: datetime, holds: Iterable[Hold]) -> bool:
    """Tell whether a worker would find something to do on a lane."""
    entry = lane.head
    if entry is None:
        return False
    match entry.state:
        case MessageState.READY:
            return not held(entry, list(holds))
        case MessageState.SENDING:
            return entry.attempted_at is None or entry.attempted_at + LEASE <= now
        case MessageState.SENT_UNKNOWN:
            return True
        case MessageState.SENT:
            return asks(entry, now - ASK_AFTER)
    return False


def _waits_for_a_clerk(entry: Entry) -> bool:
    return entry.state is MessageState.REJECTED and not entry.superseded_by


def _age(moments: Iterable[datetime | None], now: datetime) -> float:
    oldest = min((moment for moment in moments if moment), default=now)
    return max(0.0, (now - oldest).total_seconds())
