"""The outbox: putting messages into lanes, taking them back, and repeating them on a clerk's order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kyotsu.contracts import outcomes
from kyotsu.contracts.errors import KyotsuError
from kyotsu.contracts.ports import Clock
from kyotsu.moving.cs.lanes import Entry, Lane, MessageState, repeats, taken_back
from kyotsu.moving.cs.mapping import notes_of, repeated
from kyotsu.moving.cs.ports import LaneStore, Wakeups
from kyotsu.moving.ports import Message, Papers

RESENDABLE = frozenset({MessageState.REJECTED, MessageState.ACKNOWLEDGED})


class ResendRefusedError(KyotsuError):
    """A message can't be repeated now."""


def paper(message_id: str) -> str:
    """Return the name of a message's body among the papers of its case."""
    return f"message/{message_id}"


def change(store: LaneStore, key: str, how: Callable[[Lane], Lane]) -> Lane:
    """Change a lane, however often somebody else is quicker; return it as it then stands."""
    while True:
        before = store.read(key)
        after = how(before)
        if after == before or store.write(after):
            return after


@dataclass(frozen=True, slots=True)
class CsOutbox:
    """`kyotsu.moving.ports.Outbox`, and a clerk's resend."""

    store: LaneStore
    papers: Papers
    wakeups: Wakeups
    clock: Clock

    def post(self, messages: Sequence[Message]) -> None:
        """Put messages into their lanes, durably and once by their ids, and wake their lanes.

        The case knows all of them before the first one can be acknowledged, so that "all acknowledged" is not said
        too early. Raises PapersDestroyedError.
        """
        for case_id in dict.fromkeys(message.case_id for message in messages):
            self.store.note(case_id, {m.id: m.lane for m in messages if m.case_id == case_id})
        for message in messages:
            if self.store.read(message.lane).find(message.id) is None:
                self.papers.put(message.case_id, paper(message.id), message.body)
                self._append(message)
        self.wakeups.wake(sorted({message.lane for message in messages}))

    def cancel(self, case_id: str) -> Sequence[str]:
        """Take back what was not begun to be sent or was rejected; return the ids of what was sent, or may have been.

        Cancellations stay: they undo what was sent. The lanes are woken, as what waits there may go now.
        """
        now, noted = self.clock.now(), self.store.messages_of(case_id)
        ids, lanes = list[str](), sorted(set(noted.values()))
        for key in lanes:
            lane = change(self.store, key, lambda lane: taken_back(lane, case_id, now)[0])
            ids += taken_back(lane, case_id, now)[1]
            # What a post that failed for good only announced would keep "all acknowledged" from ever being said.
            self.store.forget(case_id, [each for each, at in noted.items() if at == key and lane.find(each) is None])
        if lanes:
            self.wakeups.wake(lanes)
        return ids

    def resend(self, message_id: str) -> str:
        """Repeat a message that was rejected, or that took effect, as a new one that refers to it; return its id.

        It stands right behind a rejected one, and at the end of the lane otherwise. Ordered twice, it is the same new
        message as long as that one is under way. Raises ResendRefusedError.
        """
        key = self.store.lane_of(message_id)
        lane = self.store.read(key) if key else None
        while lane is not None and (first := lane.find(message_id)):
            under_way = next((entry for entry in repeats(lane, message_id) if entry.open), None)
            if under_way:
                self.wakeups.wake([lane.key])
                return under_way.id
            if first.state not in RESENDABLE or first.superseded_by:
                raise ResendRefusedError(outcomes.MESSAGE_UNDECIDED, state=first.state)
            after = self._with_repeat(lane, first)
            if self.store.write(after):
                self.wakeups.wake([lane.key])
                return next(entry.id for entry in after.entries if lane.find(entry.id) is None)
            lane = self.store.read(lane.key)
        raise ResendRefusedError(outcomes.MESSAGE_NOT_POSTED)

    def _with_repeat(self, lane: Lane, first: Entry) -> Lane:
        """Return the lane with a new message that refers to another; its body and its place are noted before."""
        # Machines number their own messages; `r` keeps a repeat's id apart from whatever they post later.
        number = 1 + sum(1 for entry in lane.entries if entry.id.startswith(f"{first.id}r"))
        new_id = f"{first.id}r{number}"
        body = self.papers.get(first.case_id, paper(first.id))
        if body is None:
            raise ResendRefusedError(outcomes.MESSAGE_GONE)
        self.papers.put(first.case_id, paper(new_id), repeated(body, new_id))
        self.store.note(first.case_id, {new_id: lane.key})
        new = Entry(
            id=new_id,
            case_id=first.case_id,
            kind=first.kind,
            position=first.position,
            to=first.to,
            posted_at=self.clock.now(),
            substituted=first.substituted,
            refers_to=first.id,
        )
        if first.state is MessageState.REJECTED:
            told = lane.with_changed(first.id, superseded_by=new_id, told=True)
            return told.with_entry(new, after=first.id)
        return lane.with_entry(new)

    def _append(self, message: Message) -> None:
        new = Entry(
            id=message.id,
            case_id=message.case_id,
            kind=message.kind,
            position=message.position,
            to=message.to,
            posted_at=self.clock.now(),
            substituted=len(notes_of(message.body)),
        )
        change(self.store, message.lane, lambda lane: lane.with_entry(new))
