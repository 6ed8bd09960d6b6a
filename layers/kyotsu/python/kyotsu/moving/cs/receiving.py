"""What comes from the CS: read, handed to whom it is for, and only then deleted from the bucket.

Personal data does not stay there. What can't be taken is put aside under `parked/`, which the bucket empties itself,
with a code and an alarm; nothing that was taken before is touched by it.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum

from kyotsu.contracts import outcomes
from kyotsu.contracts.ports import Clock
from kyotsu.moving.cs.gateway import rejected
from kyotsu.moving.cs.mapping import MessageRefusedError, is_message_id, read
from kyotsu.moving.cs.messages import ACKNOWLEDGEMENT, LARGEST, Acknowledgement, Received
from kyotsu.moving.cs.ports import (
    CertificateReceiver,
    LaneStore,
    NoticeReceiver,
    Parked,
    ReceivedObjects,
    ReceivedStore,
)
from kyotsu.moving.cs.telling import ContradictedError, Telling
from kyotsu.moving.ports import MessageKind

PREFIX, PARKED = "received/", "parked/"
_KEY = re.compile(rf"{PREFIX}(?P<id>[^/]*)\.json")


class Handled(StrEnum):
    """What became of an object."""

    TAKEN = "taken"
    REPEATED = "repeated"
    """Its message was dealt with before."""
    GONE = "gone"
    """It is not there any more: it was dealt with before, or put aside."""
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an object, and its message as far as it could be read."""

    handled: Handled
    message_id: str = ""
    kind: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Receiving:
    """Receives for one deployment. Any object may be announced again, at any time."""

    accepted: Set[str]
    """市区町村コード whose messages are taken here."""
    store: ReceivedStore
    lanes: LaneStore
    objects: ReceivedObjects
    telling: Telling
    certificates: CertificateReceiver
    notices: NoticeReceiver
    clock: Clock

    def receive(self, key: str) -> Outcome:
        """Deal with the object of a key."""
        body = self.objects.read(key, LARGEST)
        if body is None:
            return Outcome(Handled.GONE)
        try:
            message = self._read(key, body)
            if self.store.was_received(message.sender, message.message_id):
                self.objects.delete(key)
                return Outcome(Handled.REPEATED, message.message_id, message.kind)
            self._take(message)
        except MessageRefusedError as error:
            return self._park(key, error.code)
        # In this order: what was not marked is taken again, and whoever takes it knows a repeat.
        self.store.mark(message.sender, message.message_id, self.clock.now())
        self.objects.delete(key)
        return Outcome(Handled.TAKEN, message.message_id, message.kind)

    def _read(self, key: str, body: bytes) -> Received:
        message = read(body, self.clock.now())
        named = _KEY.fullmatch(key)
        if named is None or named["id"] != message.message_id:
            raise MessageRefusedError(outcomes.MESSAGE_ID_WRONG)
        if message.to not in self.accepted:
            raise MessageRefusedError(outcomes.MESSAGE_FOR_ANOTHER)
        return message

    def _take(self, message: Received) -> None:
        match message.kind:
            case MessageKind.CERTIFICATE:
                self.certificates.receive(message)
            case MessageKind.CERTIFICATE_CANCEL:
                self.certificates.cancel(message)
            case MessageKind.NOTICE:
                self.notices.receive(message)
            case kind if kind == ACKNOWLEDGEMENT:
                self._acknowledge(message)

    def _acknowledge(self, message: Received) -> None:
        said = message.content
        if not isinstance(said, Acknowledgement):
            raise MessageRefusedError(outcomes.MESSAGE_ITEM_WRONG, place="content")
        key = self.lanes.lane_of(said.of)
        lane = self.lanes.read(key) if key else None
        entry = lane.find(said.of) if lane else None
        if lane is None or entry is None or entry.to != message.sender:
            raise MessageRefusedError(outcomes.MESSAGE_UNKNOWN)
        reason = "" if said.accepted else rejected(said.reason)
        try:
            self.telling.note(lane, said.of, accepted=said.accepted, reason=reason)
        except ContradictedError:
            raise MessageRefusedError(outcomes.MESSAGE_CONTRADICTED) from None

    def _park(self, key: str, code: str) -> Outcome:
        named = _KEY.fullmatch(key)
        # A name that is no message's id may hold anything; it goes no further than the bucket.
        message_id = named["id"] if named and is_message_id(named["id"]) else ""
        aside = PARKED + key.removeprefix(PREFIX)
        self.store.park(Parked(aside, code, self.clock.now()))
        self.objects.put_aside(key, aside)
        return Outcome(Handled.PARKED, message_id, "", code)
