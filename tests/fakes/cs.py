"""The CS gateway in memory: lanes, the bucket, and a communication server that fails as told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import msgspec

from kyotsu.moving.cases import Case, CaseKind, CasePerson, CaseState, Entry
from kyotsu.moving.cs.gateway import Gateway
from kyotsu.moving.cs.lanes import Lane
from kyotsu.moving.cs.mapping import message
from kyotsu.moving.cs.messages import ACKNOWLEDGEMENT, Acknowledgement, Cancellation, Envelope, Notice, Received
from kyotsu.moving.cs.ports import Found, Hold, Parked, Sent, UnclearError, UnreachableError
from kyotsu.moving.cs.posting import CsOutbox
from kyotsu.moving.cs.receiving import PREFIX, Receiving
from kyotsu.moving.cs.sweeping import Sweep
from kyotsu.moving.cs.telling import Telling
from kyotsu.moving.documents import Certificate, CertificatePerson
from kyotsu.moving.ports import Message
from tests.fakes.access import StoppedClock
from tests.fakes.moving import MemoryCases, MemoryMachines, MemoryPapers

HERE, THERE = "141003", "131016"
START = datetime(2026, 4, 1, 0, 0, tzinfo=UTC)


@dataclass
class MemoryLanes:
    """`LaneStore` and `ReceivedStore`."""

    lanes: dict[str, Lane] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    cases: dict[str, dict[str, str]] = field(default_factory=dict)
    held: dict[str, Hold] = field(default_factory=dict)
    received: set[tuple[str, str]] = field(default_factory=set)
    aside: dict[str, Parked] = field(default_factory=dict)

    def read(self, key: str) -> Lane:
        return self.lanes.get(key, Lane(key=key))

    def write(self, lane: Lane) -> bool:
        if self.read(lane.key).revision != lane.revision:
            return False
        self.lanes[lane.key] = msgspec.structs.replace(lane, revision=lane.revision + 1)
        return True

    def note(self, case_id: str, lanes: Mapping[str, str]) -> None:
        self.places |= lanes
        self.cases.setdefault(case_id, {}).update(lanes)

    def forget(self, case_id: str, message_ids: Sequence[str]) -> None:
        for message_id in message_ids:
            self.cases[case_id].pop(message_id, None)

    def lane_of(self, message_id: str) -> str | None:
        return self.places.get(message_id)

    def messages_of(self, case_id: str) -> dict[str, str]:
        return dict(sorted(self.cases.get(case_id, {}).items()))

    def open_lanes(self) -> list[Lane]:
        found = [lane for lane in self.lanes.values() if lane.open]
        return sorted(found, key=lambda lane: min(entry.posted_at for entry in lane.open))

    def all_lanes(self) -> list[Lane]:
        return [*self.open_lanes(), *(lane for lane in self.lanes.values() if not lane.open)]

    def hold(self, hold: Hold) -> None:
        self.held.setdefault(hold.to, hold)

    def release(self, to: str) -> bool:
        return self.held.pop(to, None) is not None

    def holds(self) -> list[Hold]:
        return [self.held[to] for to in sorted(self.held)]

    def was_received(self, sender: str, message_id: str) -> bool:
        return (sender, message_id) in self.received

    def mark(self, sender: str, message_id: str, at: datetime) -> None:
        self.received.add((sender, message_id))

    def park(self, parked: Parked) -> None:
        self.aside[parked.key] = parked

    def parked(self) -> list[Parked]:
        return sorted(self.aside.values(), key=lambda one: one.at)


@dataclass
class MemoryObjects:
    """`ReceivedObjects`."""

    objects: dict[str, bytes] = field(default_factory=dict)

    def read(self, key: str, limit: int) -> bytes | None:
        found = self.objects.get(key)
        return found if found is None else found[: limit + 1]

    def delete(self, key: str) -> None:
        self.objects.pop(key, None)

    def put_aside(self, key: str, to: str) -> None:
        if key in self.objects:
            self.objects[to] = self.objects.pop(key)


@dataclass
class MemoryWakeups:
    """`Wakeups`: what was woken and nobody worked on yet."""

    lanes: list[str] = field(default_factory=list)

    def wake(self, lanes: Sequence[str]) -> None:
        self.lanes += lanes


class Weather(StrEnum):
    """How the way to the CS is, for one call."""

    FAIR = "fair"
    UNREACHABLE = "unreachable"
    LOST = "lost"
    """Unclear, and it never arrives."""
    LATE = "late"
    """Unclear, and it arrives when `arrive` says so."""
    UNANSWERED = "unanswered"
    """Unclear, and it was taken."""
    REFUSED = "refused"
    """Refused for good."""


@dataclass
class MemoryServer:
    """`CommunicationServer`, and the CS behind it, which drops a repeat by its id."""

    weather: list[Weather] = field(default_factory=list)
    """Of the next calls; fair when it is empty."""
    effects: list[str] = field(default_factory=list)
    """Ids of what took effect, in order."""
    calls: list[str] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    under_way: list[str] = field(default_factory=list)
    said: dict[str, bool] = field(default_factory=dict)
    """What the CS acknowledged."""
    bodies: dict[str, bytes] = field(default_factory=dict)
    on_effect: Callable[[str], None] = lambda _: None
    during: list[Callable[[], None]] = field(default_factory=list)
    """What happens elsewhere while a send is on its way, one for each send."""

    def send(self, message_id: str, body: bytes) -> Sent:
        self.calls.append(message_id)
        self.bodies[message_id] = body
        if self.during:
            self.during.pop(0)()
        weather = self.weather.pop(0) if self.weather else Weather.FAIR
        if weather is Weather.UNREACHABLE:
            raise UnreachableError
        if weather is Weather.LOST:
            raise UnclearError
        if weather is Weather.LATE:
            self.under_way.append(message_id)
            raise UnclearError
        if message_id in self.refused or (weather is Weather.REFUSED and message_id not in self.effects):
            self.refused.add(message_id)
            return Sent(taken=False, reason="NG01")
        self._take(message_id)
        if weather is Weather.UNANSWERED:
            raise UnclearError
        return Sent(taken=True)

    def inquire(self, message_id: str) -> Found:
        weather = self.weather.pop(0) if self.weather else Weather.FAIR
        if weather is not Weather.FAIR:
            raise UnreachableError
        said = self.said.get(message_id)
        return Found(known=message_id in self.effects, accepted=said, reason="" if said is not False else "NG02")

    def arrive(self) -> None:
        """Let the first message that is still under way arrive."""
        if self.under_way:
            message_id = self.under_way.pop(0)
            if message_id not in self.refused:
                self._take(message_id)

    def _take(self, message_id: str) -> None:
        if message_id not in self.effects:
            self.on_effect(message_id)
            self.effects.append(message_id)


@dataclass
class Taken:
    """`CertificateReceiver` and `NoticeReceiver`: what was handed over, by id."""

    messages: dict[str, Received] = field(default_factory=dict)
    cancelled: dict[str, Received] = field(default_factory=dict)

    def receive(self, message: Received) -> None:
        self.messages[message.message_id] = message

    def cancel(self, message: Received) -> None:
        self.cancelled[message.message_id] = message


class CsWorld:
    """One deployment's gateway. `around` may put something between it and its ports."""

    def __init__(self, start: datetime, around: Callable[[Any], Any] = lambda port: port, store: Any = None) -> None:
        self.clock = StoppedClock(start)
        self.store = MemoryLanes() if store is None else store
        self.papers, self.cases, self.machines = MemoryPapers(), MemoryCases(), MemoryMachines()
        self.server, self.objects, self.wakeups = MemoryServer(), MemoryObjects(), MemoryWakeups()
        self.certificates, self.notices = Taken(), Taken()
        self.in_time: Callable[[], bool] = lambda: True
        self.through(around)

    def through(self, around: Callable[[Any], Any]) -> None:
        """Make the workers anew, with something between them and their ports."""
        store, papers, wakeups = around(self.store), around(self.papers), around(self.wakeups)
        self.telling = Telling(store, around(self.cases), around(self.machines), wakeups, self.clock)
        self.outbox = CsOutbox(store, papers, wakeups, self.clock)
        self.gateway = Gateway(store, papers, around(self.server), self.telling, self.clock)
        self.sweep = Sweep(store, self.telling, wakeups, self.clock)
        self.receiving = Receiving(
            accepted={HERE, "141011"},
            store=store,
            lanes=store,
            objects=around(self.objects),
            telling=self.telling,
            certificates=around(self.certificates),
            notices=around(self.notices),
            clock=self.clock,
        )

    def case(self, case_id: str, people: int = 1) -> str:
        """Open a case that is sending."""
        moment = self.clock.now()
        case = Case(
            id=case_id,
            kind=CaseKind.MOVE_OUT,
            municipality=HERE,
            application_number=case_id[2:],
            state=CaseState.SENDING,
            opened_at=moment,
            people=tuple(CasePerson(position) for position in range(1, people + 1)),
            counterpart=THERE,
        )
        self.cases.open(case, Entry(moment, "Open", "opened", "portal"))
        return case_id

    def work(self, most: int = 200) -> None:
        """Work on all lanes that were woken, until nobody is woken any more."""
        while self.wakeups.lanes and most:
            most -= 1
            self.gateway.work(self.wakeups.lanes.pop(0), self.in_time)
        assert most, "lanes are woken without end"

    def say(self, message_id: str, *, accepted: bool = True, reason: str = "", ack: str = "") -> str:
        """Have the CS acknowledge a message; return the key of the object."""
        self.server.said.setdefault(message_id, accepted)
        return self.bring(
            ack or f"K-{message_id}", ACKNOWLEDGEMENT, Acknowledgement(of=message_id, accepted=accepted, reason=reason)
        )

    def bring(self, message_id: str, kind: str, content: Any, *, to: str = HERE, sender: str = THERE) -> str:
        """Put a message into the bucket; return its key."""
        raw = msgspec.Raw(msgspec.json.encode(content))
        made = Envelope(message_id=message_id, kind=kind, from_=sender, to=to, content=raw)
        return self.put(f"{PREFIX}{message_id}.json", msgspec.json.encode(made))

    def put(self, key: str, body: bytes) -> str:
        """Put any object into the bucket."""
        self.objects.objects[key] = body
        return key

    def state(self, message_id: str) -> str:
        """Return a message's state."""
        lane = self.store.read(self.store.lane_of(message_id) or "")
        found = lane.find(message_id)
        return found.state if found else "NONE"

    def signals(self, case_id: str) -> list[str]:
        """Return the ids of all signals the case heard."""
        return [signal.id for signal in self.cases.pending(case_id)]


def certificate(name: str = "横浜　太郎", position: int = 1, **changes: Any) -> Certificate:
    """Return 転出証明書情報 of one invented person."""
    person = CertificatePerson(position=position, name=name, birth_date="1980-01-02", sex="1")
    made = Certificate(from_municipality=HERE, to_municipality=THERE, planned_on="2026-04-01", people=(person,))
    return msgspec.structs.replace(made, **changes)


def posted(
    case_id: str, lane: str, *, position: int = 1, number: int = 1, content: Any = None, to: str = THERE
) -> Message:
    """Return a message of a case."""
    return message(
        content or certificate(position=position),
        case_id=case_id,
        number=number,
        position=position,
        lane=lane,
        sender=HERE,
        to=to,
    )


def cancellation(case_id: str, lane: str, of: str) -> Message:
    """Return the cancellation of a message."""
    content = Cancellation(position=1, cancelled=of)
    return posted(case_id, lane, content=content)


def notice(**changes: Any) -> Notice:
    """Return 転入通知 of one invented person."""
    return msgspec.structs.replace(Notice(position=1, moved_on="2026-04-03", name="横浜　太郎"), **changes)


def relabelled(message: Message, **changes: Any) -> Message:
    """Return a message with other values."""
    return replace(message, **changes)
