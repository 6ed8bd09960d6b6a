"""Deliveries: what one recipient gets of one file, from its plan to its acknowledgement.

A lane is an interface and a recipient. Its deliveries are numbered from 1 in the order in which they were planned, and
are offered in that order, part by part. Rows of people on whom no decision could be had wait; everything else goes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

import msgspec

CSV_SUFFIX = ".csv"
MANIFEST_SUFFIX = ".json"


class Lane(NamedTuple):
    """Deliveries of one interface to one recipient: one after the other, and whatever happens to others."""

    interface: str
    recipient: str

    def __str__(self) -> str:
        """Return the lane as logs, messages and commands name it."""
        return f"{self.interface}-{self.recipient}"


class State(StrEnum):
    """How far a delivery has come."""

    PLANNED = "PLANNED"
    OFFERED = "OFFERED"
    FETCHED = "FETCHED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    REFUSED = "REFUSED"
    NOT_DELIVERED = "NOT_DELIVERED"


class End(StrEnum):
    """Why nothing more of a delivery is offered, though not everything was."""

    CANCELLED = "CANCELLED"
    """Its file was taken back, or its recipient is none any more."""
    REPLACED = "REPLACED"
    """An operator had it offered anew."""
    SET_ASIDE = "SET_ASIDE"
    """It failed again and again; the lane went on without it."""
    SOURCE_GONE = "SOURCE_GONE"
    """Its file is no longer there."""


class Place(msgspec.Struct, frozen=True, order=True):
    """A place in a file: the next row to look at is the first of a chunk from a physical line on."""

    chunk: int = 0
    line: int = 0


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to bring one file to one recipient. `revision` counts its changes."""

    interface: str
    recipient: str
    number: int
    attempt: int
    receipt_id: str
    provider: str
    source_key: str
    bucket: str
    stem: str
    """Key of its objects, up to the number of the part."""
    planned_at: datetime
    within: int
    """Days that the recipient has for its acknowledgement."""
    deadline: datetime
    reoffer_of: int = 0
    """Number of the delivery that this one replaces."""
    revision: int = 1
    place: Place = Place()
    passed: bool = False
    """Every row was looked at; some may be waiting."""
    waiting: int = 0
    """How many `Wait`s there are."""
    parts: int = 0
    rows: int = 0
    fetched: int = 0
    """Parts that were fetched and not answered yet; likewise `acknowledged` and `refused` count parts."""
    acknowledged: int = 0
    refused: int = 0
    offered_at: datetime | None = None
    """When its latest part was offered."""
    ended: End | None = None
    undone_at: datetime | None = None
    not_delivered_at: datetime | None = None
    told: bool = False
    """The provider knows that it was not delivered."""

    @property
    def lane(self) -> Lane:
        """Whose turn it is in."""
        return Lane(self.interface, self.recipient)

    @property
    def delivery_id(self) -> str:
        """The id that manifests and commands show."""
        return f"{self.lane}-{self.number:06d}"

    @property
    def complete(self) -> bool:
        """Whether everything that the recipient may have of the file is offered."""
        return self.passed and not self.waiting and self.ended is None

    @property
    def state(self) -> State:
        """How far it has come; what a recipient says late counts, too."""
        if self.refused:
            return State.REFUSED
        if self.complete and self.acknowledged == self.parts:
            return State.ACKNOWLEDGED
        if self.not_delivered_at:
            return State.NOT_DELIVERED
        if self.complete and self.acknowledged + self.fetched == self.parts:
            return State.FETCHED
        return State.OFFERED if self.parts else State.PLANNED

    @property
    def settled(self) -> bool:
        """Whether nobody has to look at it again."""
        if self.told or self.ended in (End.CANCELLED, End.REPLACED):
            return True
        return self.state is State.ACKNOWLEDGED

    def changed(self, **changes: object) -> Delivery:
        """Return it as it will be after one more change."""
        return msgspec.structs.replace(self, revision=self.revision + 1, **changes)

    def offering(self, part: Part) -> Delivery:
        """Return it with a part offered; the recipient has its whole time from now on."""
        waiting = self.waiting - (not part.held) if part.released else self.waiting + bool(part.held)
        offered = datetime.fromisoformat(part.made_at)
        return self.changed(
            place=part.end,
            passed=part.passed,
            waiting=waiting,
            parts=part.part,
            rows=self.rows + part.rows,
            offered_at=offered,
            deadline=max(self.deadline, offered + timedelta(days=self.within)),
        )


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One object of a delivery as it was made. Until `offered`, it is one of those that may have become visible."""

    interface: str
    recipient: str
    number: int
    part: int
    sha256: str
    size: int
    rows: int
    withheld_rows: int
    columns: tuple[str, ...]
    last: bool
    """Nothing of the file comes after it."""
    made_at: str
    """ISO 8601."""
    end: Place
    passed: bool
    held: dict[str, list[int]] = {}
    """Rows of this part's range that wait: lines by addressee number."""
    released: Place | None = None
    """Key of the `Wait` that it is made from; None: of rows that were looked at for the first time."""
    start: Place = Place()
    offered: bool = False
    state: State = State.OFFERED
    sequencer: str = ""
    """Of the put that told the state; a later one is greater."""
    message: str = ""


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of a stretch of a delivery's file, all of one chunk, that wait for a decision on their people."""

    interface: str
    recipient: str
    number: int
    place: Place
    """Where the stretch begins."""
    held: dict[str, list[int]]
    """Lines by addressee number."""


def key_of(stem: str, part: int, suffix: str = CSV_SUFFIX) -> str:
    """Return the key of a part's object."""
    return f"{stem}_{part:04d}{suffix}"
