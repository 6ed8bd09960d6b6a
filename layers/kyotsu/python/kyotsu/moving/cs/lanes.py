"""A lane: the messages of one person, in order. Pure: what may be sent next, and what each event makes of it.

| state | means | goes on when |
|---|---|---|
| READY | waits for its turn | a worker claims it |
| SENDING | a worker has begun, under an attempt's id | the worker tells, or its time is over: then SENT_UNKNOWN |
| SENT_UNKNOWN | nobody knows whether the CS has it | an inquiry tells: SENT, or READY with the same id |
| SENT | the CS has it | its acknowledgement comes, or an inquiry tells of it |
| ACKNOWLEDGED | it took effect | the end |
| REJECTED | it took no effect; the lane stops | a clerk resends it as a new message, or it is cancelled |
| CANCELLED | taken back before it was begun; it steps aside | the end |
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from kyotsu.moving.ports import MessageKind


class MessageState(StrEnum):
    """How far a message is."""

    READY = "READY"
    SENDING = "SENDING"
    SENT = "SENT"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    REJECTED = "REJECTED"
    SENT_UNKNOWN = "SENT_UNKNOWN"
    CANCELLED = "CANCELLED"


UNSENT = frozenset({MessageState.READY, MessageState.SENDING, MessageState.SENT_UNKNOWN})
SETTLED = frozenset({MessageState.ACKNOWLEDGED, MessageState.CANCELLED})


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message in its lane; its body is a paper of its case."""

    id: str
    case_id: str
    kind: MessageKind
    position: int
    to: str
    posted_at: datetime
    state: MessageState = MessageState.READY
    begun: bool = False
    """Whether the CS may have got it, now or at any time to come: a try may have reached it."""
    attempt: str = ""
    """Of the newest try; only who made it may say what came of it."""
    attempts: int = 0
    attempted_at: datetime | None = None
    asked_at: datetime | None = None
    """When the CS was last asked for it."""
    sent_at: datetime | None = None
    settled_at: datetime | None = None
    reason: str = ""
    """Outcome code, and the CS's own code after a blank, why it was rejected."""
    substituted: int = 0
    """How many characters of the content could not be sent as they are; which ones, its body says."""
    refers_to: str = ""
    """The message that this one repeats on a clerk's order."""
    superseded_by: str = ""
    told: bool = False
    """Whether the case has heard how it ended."""

    @property
    def open(self) -> bool:
        """Whether somebody has to look at it again."""
        if self.state in SETTLED or self.superseded_by:
            return not self.told
        return True

    def changed(self, **changes: Any) -> Entry:
        """Return it with other values."""
        return msgspec.structs.replace(self, **changes)


class Lane(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The messages of one person, the first posted first; a message that repeats a rejected one stands behind it."""

    key: str
    revision: int = 0
    """Counts up with every write; 0: nothing is stored."""
    entries: tuple[Entry, ...] = ()

    @property
    def head(self) -> Entry | None:
        """The message whose turn it is: no later one may be sent before this one is through."""
        return next((e for e in self.entries if e.state not in SETTLED and not e.superseded_by), None)

    @property
    def open(self) -> tuple[Entry, ...]:
        """Messages that somebody has to look at again."""
        return tuple(entry for entry in self.entries if entry.open)

    def find(self, message_id: str) -> Entry | None:
        """Return a message, or None."""
        return next((entry for entry in self.entries if entry.id == message_id), None)

    def with_entry(self, new: Entry, after: str = "") -> Lane:
        """Return the lane with a message at its end, or right behind another one; without change if it is known."""
        if self.find(new.id):
            return self
        place = next((at + 1 for at, e in enumerate(self.entries) if e.id == after), len(self.entries))
        return self._holding((*self.entries[:place], new, *self.entries[place:]))

    def with_changed(self, message_id: str, **changes: Any) -> Lane:
        """Return the lane with a message changed."""
        return self._holding(tuple(e.changed(**changes) if e.id == message_id else e for e in self.entries))

    def _holding(self, entries: tuple[Entry, ...]) -> Lane:
        return msgspec.structs.replace(self, entries=entries)


@dataclass(frozen=True, slots=True)
class Concluded:
    """What came of a try."""

    state: MessageState
    """SENT, REJECTED, SENT_UNKNOWN, or READY: surely not taken."""
    reason: str = ""


def claimed(lane: Lane, message_id: str, attempt: str, now: datetime) -> Lane:
    """Return the lane with a message that is about to be sent."""
    entry = _known(lane, message_id)
    return lane.with_changed(
        message_id, state=MessageState.SENDING, attempt=attempt, attempts=entry.attempts + 1, attempted_at=now
    )


def concluded(lane: Lane, message_id: str, attempt: str, came: Concluded, now: datetime) -> Lane:
    """Return the lane with what came of a try; without change if somebody else knows more by now."""
    entry = _known(lane, message_id)
    if entry.state is not MessageState.SENDING or entry.attempt != attempt:
        return lane
    changes: dict[str, Any] = {"state": came.state, "reason": came.reason}
    if came.state in (MessageState.SENT, MessageState.SENT_UNKNOWN):
        changes["begun"] = True
    if came.state is MessageState.SENT:
        changes["sent_at"] = now
    if came.state is MessageState.REJECTED:
        changes["settled_at"] = now
    return lane.with_changed(message_id, **changes)


def lapsed(lane: Lane, message_id: str, attempt: str) -> Lane:
    """Return the lane without a worker that never told what came of its try."""
    return concluded(
        lane, message_id, attempt, Concluded(MessageState.SENT_UNKNOWN), _known(lane, message_id).posted_at
    )


def found(lane: Lane, message_id: str, now: datetime, *, known: bool) -> Lane:
    """Return the lane after the CS was asked whether it has a message, and said so.

    What it does not have is sent again with the same id: a try that arrives late is then a repeat, which the CS drops.
    """
    entry = _known(lane, message_id)
    if entry.state not in (MessageState.SENT_UNKNOWN, MessageState.SENT):
        return lane
    if known:
        return lane.with_changed(message_id, state=MessageState.SENT, sent_at=entry.sent_at or now, asked_at=now)
    return lane.with_changed(message_id, state=MessageState.READY, asked_at=now)


def answered(lane: Lane, message_id: str, now: datetime, *, accepted: bool, reason: str = "") -> Lane | None:
    """Return the lane after a message's acknowledgement, without change if it is a repeat.

    None: it contradicts what is known, of a message that was never sent or was answered otherwise.
    """
    entry = _known(lane, message_id)
    state = MessageState.ACKNOWLEDGED if accepted else MessageState.REJECTED
    cancelled = entry.state is MessageState.CANCELLED and entry.begun  # after it was rejected
    if entry.state is state or (cancelled and not accepted):
        return lane
    sent = entry.state in (MessageState.SENDING, MessageState.SENT_UNKNOWN, MessageState.SENT)
    if not sent and not (entry.state is MessageState.READY and entry.begun):
        return None
    sent_at = entry.sent_at or now
    return lane.with_changed(message_id, state=state, begun=True, sent_at=sent_at, settled_at=now, reason=reason)


def taken_back(lane: Lane, case_id: str, now: datetime) -> tuple[Lane, tuple[str, ...]]:
    """Return the lane without what of a case was not begun to be sent or was rejected, and ids of what was or may be.

    Cancellations are never taken back: they undo what was sent, and come after this.
    """
    ids = list[str]()
    for entry in lane.entries:
        if entry.case_id != case_id or entry.kind is MessageKind.CERTIFICATE_CANCEL or entry.superseded_by:
            continue
        unbegun = entry.state is MessageState.READY and not entry.begun
        if unbegun or entry.state is MessageState.REJECTED:
            lane = lane.with_changed(entry.id, state=MessageState.CANCELLED, settled_at=now, told=True)
        elif entry.state is not MessageState.CANCELLED:
            ids.append(entry.id)
    return lane, tuple(ids)


def repeats(lane: Lane, message_id: str) -> Iterator[Entry]:
    """Yield messages that repeat a message on a clerk's order."""
    return (entry for entry in lane.entries if entry.refers_to == message_id)


def _known(lane: Lane, message_id: str) -> Entry:
    entry = lane.find(message_id)
    if entry is None:
        raise KeyError(message_id)
    return entry
