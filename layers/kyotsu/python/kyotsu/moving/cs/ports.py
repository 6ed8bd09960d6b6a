"""What the CS gateway needs, and whom it hands messages to. Every call may fail, or work and not say so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kyotsu.moving.cs.lanes import Lane
from kyotsu.moving.cs.messages import Received


class UnreachableError(Exception):
    """The CS surely did not take what was sent, or did not answer a question. Its text holds no personal data."""


class UnclearError(Exception):
    """Nobody knows whether the CS took what was sent. Its text holds no personal data."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What the CS answered to a message."""

    taken: bool
    """Taken now or before; False: it never will be."""
    reason: str = ""
    """A code of the CS, why not."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the CS says of a message it was asked about."""

    known: bool
    accepted: bool | None = None
    """What its acknowledgement says; None: there is none yet."""
    reason: str = ""


class CommunicationServer(Protocol):
    """The way to the CS. It drops a repeat by the message's id."""

    def send(self, message_id: str, body: bytes) -> Sent:
        """Send a message. Raises UnreachableError or UnclearError."""
        ...

    def inquire(self, message_id: str) -> Found:
        """Ask what became of a message. Raises UnreachableError."""
        ...


@dataclass(frozen=True, slots=True)
class Hold:
    """That nothing is sent to a municipality, or to nobody at all (`*`)."""

    to: str
    by: str
    at: datetime


EVERYBODY = "*"


class LaneStore(Protocol):
    """Lanes, and where a message and a case's messages stand. Reads by key see every earlier write."""

    def read(self, key: str) -> Lane:
        """Return a lane; one that was never written is empty."""
        ...

    def write(self, lane: Lane) -> bool:
        """Write a lane that was read at `lane.revision`, as the next revision; False: somebody else wrote it since."""
        ...

    def note(self, case_id: str, lanes: Mapping[str, str]) -> None:
        """Note in which lanes messages (by id) of a case are going to stand; before they do."""
        ...

    def lane_of(self, message_id: str) -> str | None:
        """Return where a message was noted to stand."""
        ...

    def messages_of(self, case_id: str) -> Mapping[str, str]:
        """Return the lanes of a case's messages, by their ids."""
        ...

    def forget(self, case_id: str, message_ids: Sequence[str]) -> None:
        """Take back notes of messages that never came to stand in their lanes."""
        ...

    def open_lanes(self) -> Iterable[Lane]:
        """Yield lanes of which somebody has to look at a message again; of one just written, perhaps the state before.

        The one with the oldest such message comes first."""
        ...

    def all_lanes(self) -> Iterable[Lane]:
        """Yield every lane, open ones first."""
        ...

    def hold(self, hold: Hold) -> None:
        """Keep back what goes to a municipality, or everything; the first hold stays."""
        ...

    def release(self, to: str) -> bool:
        """End a hold; tell whether there was one."""
        ...

    def holds(self) -> Sequence[Hold]:
        """Return the holds there are."""
        ...


@dataclass(frozen=True, slots=True)
class Parked:
    """An object from the CS that can't be taken, put aside."""

    key: str
    """Where it lies now in the bucket, until that deletes it."""
    code: str
    at: datetime


class ReceivedStore(Protocol):
    """Which messages from the CS were dealt with."""

    def was_received(self, sender: str, message_id: str) -> bool:
        """Tell whether a message was dealt with."""
        ...

    def mark(self, sender: str, message_id: str, at: datetime) -> None:
        """Note that a message was dealt with. Repeating it changes nothing."""
        ...

    def park(self, parked: Parked) -> None:
        """Note an object that was put aside. Repeating it changes nothing."""
        ...

    def parked(self) -> Sequence[Parked]:
        """Return what was put aside, the oldest first."""
        ...


class ReceivedObjects(Protocol):
    """The bucket that the adapter beside the CS writes to. It keeps no versions: what is deleted is gone."""

    def read(self, key: str, limit: int) -> bytes | None:
        """Return an object, of a longer one no more than `limit` + 1 bytes; None: there is none."""
        ...

    def delete(self, key: str) -> None:
        """Delete an object, if it is there."""
        ...

    def put_aside(self, key: str, to: str) -> None:
        """Move an object; one that is gone was moved before."""
        ...


class Wakeups(Protocol):
    """Makes workers look at lanes."""

    def wake(self, lanes: Sequence[str]) -> None:
        """Have each lane worked on soon, at least once."""
        ...


class CertificateReceiver(Protocol):
    """Takes 転出証明書情報 of one person (`content` is a Certificate of one), and its cancellation (a Cancellation).

    Both may come more than once, in any order, with or without a reservation before. Whatever must stay is stored
    durably before they return. May raise MessageRefusedError: the message is put aside.
    """

    def receive(self, message: Received) -> None:
        """Take a certificate."""
        ...

    def cancel(self, message: Received) -> None:
        """Take the cancellation of one."""
        ...


class NoticeReceiver(Protocol):
    """Takes 転入通知 (`content` is a Notice), once or more: the latest counts. May raise MessageRefusedError."""

    def receive(self, message: Received) -> None:
        """Take a notice."""
        ...
