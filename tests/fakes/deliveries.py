"""Deliveries over a deployment in memory: the product's own use cases over in-memory ports."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from kyotsu.catalogue.model import Catalogue, Recipient
from kyotsu.contracts.events import FileAnswered, FileUndone
from kyotsu.linkage.acknowledging import Acknowledging
from kyotsu.linkage.deliveries import Delivery, Lane, Part, Wait
from kyotsu.linkage.delivering import Delivering
from kyotsu.linkage.delivery_watch import DeliveryWatch
from kyotsu.linkage.planning import Planning
from kyotsu.linkage.reception import always
from tests.fakes.deployment import CATALOGUE, PREFIX, Deployment, body, name
from tests.fakes.interruption import Interruption, StoppedError
from tests.fakes.protection import MemoryAudit, MemoryProtection


@dataclass
class MemoryDeliveries:
    """`DeliveryStore` in memory."""

    deliveries: dict[tuple[Lane, int], Delivery] = field(default_factory=dict)
    made: dict[tuple[Lane, int, int, str], Part] = field(default_factory=dict)
    waiting: dict[tuple[Lane, int, int, int], Wait] = field(default_factory=dict)
    turns: dict[Lane, int] = field(default_factory=dict)

    def of_receipt(self, receipt_id: str) -> list[Delivery]:
        return [d for d in self.deliveries.values() if d.receipt_id == receipt_id]

    def last_number(self, lane: Lane) -> int:
        return max((number for other, number in self.deliveries if other == lane), default=0)

    def add(self, delivery: Delivery) -> bool:
        key = (delivery.lane, delivery.number)
        attempt = (delivery.recipient, delivery.attempt)
        if key in self.deliveries or attempt in {
            (d.recipient, d.attempt) for d in self.of_receipt(delivery.receipt_id)
        }:
            return False
        self.deliveries[key] = delivery
        return True

    def find(self, lane: Lane, number: int) -> Delivery | None:
        return self.deliveries.get((lane, number))

    def turn(self, lane: Lane) -> int:
        return self.turns.get(lane, 1)

    def pass_turn(self, lane: Lane, number: int) -> None:
        if self.turn(lane) == number:
            self.turns[lane] = number + 1

    def waits(self, lane: Lane) -> list[Wait]:
        return [self.waiting[key] for key in sorted(self.waiting) if key[0] == lane]

    def drop(self, wait: Wait) -> None:
        self.waiting.pop(_wait_key(wait), None)

    def candidate(self, part: Part) -> Part:
        return self.made.setdefault(_part_key(part), part)

    def parts(self, lane: Lane, number: int) -> list[Part]:
        return [self.made[key] for key in sorted(self.made) if key[:2] == (lane, number)]

    def commit(self, after: Delivery, part: Part | None = None, wait: Wait | None = None) -> bool:
        standing = self.deliveries[after.lane, after.number]
        if standing.revision != after.revision - 1:
            return False
        self.deliveries[after.lane, after.number] = after
        if part:
            self.made[_part_key(part)] = part
        if wait and wait.held:
            self.waiting[_wait_key(wait)] = wait
        elif wait:
            self.drop(wait)
        return True

    def unoffered(self) -> Iterator[Delivery]:
        found = [d for d in self.deliveries.values() if not (d.settled or d.complete or d.refused)]
        yield from sorted(found, key=lambda d: d.planned_at)

    def refused(self) -> Iterator[Delivery]:
        yield from (d for d in self.deliveries.values() if d.refused and not d.settled)

    def unacknowledged(self, offered_before: datetime | None = None) -> Iterator[Delivery]:
        for d in sorted(self.deliveries.values(), key=lambda d: d.offered_at or d.planned_at):
            offered = d.offered_at or d.planned_at
            if not (d.settled or d.refused) and d.complete and (offered_before is None or offered < offered_before):
                yield d

    def listed(self, lane: Lane, limit: int) -> Iterator[Delivery]:
        found = sorted((d for d in self.deliveries.values() if d.lane == lane), key=lambda d: -d.number)
        yield from found[:limit]


def _part_key(part: Part) -> tuple[Lane, int, int, str]:
    return Lane(part.interface, part.recipient), part.number, part.part, part.sha256


def _wait_key(wait: Wait) -> tuple[Lane, int, int, int]:
    return Lane(wait.interface, wait.recipient), wait.number, wait.place.chunk, wait.place.line


@dataclass
class MemoryBus:
    """Published events, a repeat once."""

    published: dict[str, msgspec.Struct] = field(default_factory=dict)

    def publish(self, events: Sequence[msgspec.Struct]) -> None:
        for event in events:
            self.published[event.event_id] = event  # type: ignore[attr-defined] # every event has one

    def of(self, kind: type[Any]) -> list[Any]:
        """Return the events of a kind, in the order of their first publication."""
        return [event for event in self.published.values() if isinstance(event, kind)]


@dataclass
class MemoryLanes:
    """The queue of lanes."""

    woken: list[Lane] = field(default_factory=list)

    def wake(self, lanes: Sequence[Lane]) -> None:
        self.woken += lanes


@dataclass
class MemoryUndone:
    """Files that are taken back."""

    receipts: set[str] = field(default_factory=set)

    def is_undone(self, receipt_id: str) -> bool:
        return receipt_id in self.receipts


def catalogue_for(*recipients: Recipient, base: Catalogue = CATALOGUE) -> Catalogue:
    """Return the catalogue with just these recipients of 001o006."""
    interface = msgspec.structs.replace(base.interfaces["001o006"], recipients=recipients)
    return msgspec.structs.replace(base, interfaces={**base.interfaces, "001o006": interface})


NARROW = Recipient(id="002", columns=("keys", "status", "person", "address"))
WIDE = Recipient(id="010", columns=("keys", "status", "person", "household", "address", "moves", "individual_number"))
BARE = Recipient(id="003", columns=("keys", "status"))


@dataclass
class DeliveryHouse:
    """A deployment whose files are delivered."""

    catalogue: Catalogue = field(default_factory=lambda: catalogue_for(NARROW, WIDE))
    deployment: Deployment = field(default_factory=Deployment)
    store: MemoryDeliveries = field(default_factory=MemoryDeliveries)
    protection: MemoryProtection = field(default_factory=MemoryProtection)
    audit: MemoryAudit = field(default_factory=MemoryAudit)
    bus: MemoryBus = field(default_factory=MemoryBus)
    lanes: MemoryLanes = field(default_factory=MemoryLanes)
    undone: MemoryUndone = field(default_factory=MemoryUndone)
    interruption: Interruption | None = None

    def _around(self, port: Any) -> Any:
        return self.interruption.around(port) if self.interruption else port

    def planning(self) -> Planning:
        """Return the use case that plans."""
        around = self._around
        return Planning(
            self.catalogue,
            "141003",
            PREFIX,
            around(self.store),
            around(self.deployment.receipts),
            around(self.undone),
            around(self.deployment.objects),
            around(self.bus),
            around(self.lanes),
            self.deployment.clock,
        )

    def delivering(self) -> Delivering:
        """Return the use case that offers."""
        around = self._around
        return Delivering(
            self.catalogue,
            "141003",
            around(self.store),
            around(self.deployment.receipts),
            around(self.undone),
            around(self.deployment.objects),
            around(self.protection),
            around(self.audit),
            around(self.bus),
            around(self.lanes),
            self.deployment.clock,
        )

    def acknowledging(self) -> Acknowledging:
        """Return the use case that notes what recipients say."""
        around = self._around
        return Acknowledging("141003", around(self.store), around(self.deployment.objects), around(self.bus))

    def watch(self) -> DeliveryWatch:
        """Return the watch."""
        around = self._around
        return DeliveryWatch(
            "141003",
            around(self.store),
            around(self.deployment.receipts),
            around(self.deployment.objects),
            around(self.bus),
            around(self.lanes),
            self.deployment.clock,
        )

    def receive(
        self, rows: Sequence[dict[str, str]], sequence: int = 1, file: str = "", system: str = "001"
    ) -> FileAnswered:
        """Send a file; return what was told of its answer."""
        self.deployment.send(file or name(sequence=sequence), body(rows), system=system)
        return self.deployment.events.answered[-1]

    def send(self, rows: Sequence[dict[str, str]], sequence: int = 1) -> FileAnswered:
        """Send a file and have it delivered."""
        answered = self.receive(rows, sequence)
        self.until_done(lambda: self.planning().answered(answered))
        self.run()
        return answered

    def run(self, in_time: Callable[[], bool] = always) -> None:
        """Work on lanes as the queue has it done, until it is empty; a run that is stopped is done again."""
        while self.lanes.woken:
            lane = self.lanes.woken.pop(0)
            self.until_done(lambda lane=lane: self.delivering().work(lane, in_time))  # type: ignore[misc]

    def until_done(self, work: Callable[[], object]) -> None:
        """Do something again for as long as it is stopped."""
        while True:
            try:
                work()
            except StoppedError:
                continue
            return

    def look(self, give_up: Sequence[str] = ()) -> Any:
        """Have the watch look once, and the lanes it wakes worked on."""
        watched = self.watch().look(give_up)
        self.run()
        return watched

    def take_back(self, answered: FileAnswered) -> None:
        """Tell that a file was taken back."""
        self.undone.receipts.add(answered.receipt_id)
        moment = self.deployment.clock.now().isoformat()
        event = FileUndone(
            event_id="undo",
            municipality="141003",
            receipt_id=answered.receipt_id,
            provider=answered.provider,
            object_key=answered.object_key,
            version_id=answered.version_id,
            undone_at=moment,
        )
        self.until_done(lambda: self.planning().taken_back(event))

    def written(self, recipient: str = "002", suffix: str = ".csv") -> dict[str, bytes]:
        """Return a recipient's objects of a kind, by key."""
        found = self.deployment.objects.written
        prefix = f"deliveries/{recipient}/"
        return {
            key: found[bucket, key] for bucket, key in sorted(found) if key.startswith(prefix) and key.endswith(suffix)
        }

    def rows(self, recipient: str = "002") -> list[dict[str, str]]:
        """Return all rows that a recipient was offered, part by part."""
        return [row for content in self.written(recipient).values() for row in read(content)]

    def manifests(self, recipient: str = "002") -> list[Any]:
        """Return the manifests beside a recipient's parts."""
        return [
            json.loads(content)
            for key, content in self.written(recipient, ".json").items()
            if key.replace(".json", ".csv") in self.written(recipient)
        ]

    def delivery(self, number: int = 1, recipient: str = "002") -> Delivery:
        """Return a delivery of 001o006."""
        found = self.store.find(Lane("001o006", recipient), number)
        assert found
        return found

    def acknowledge(
        self, part: int = 1, number: int = 1, recipient: str = "002", sequencer: str = "01", **said: Any
    ) -> Delivery | None:
        """Put an acknowledgement, and have it noted."""
        delivery = self.delivery(number, recipient)
        key = f"{delivery.stem}_{part:04d}.ack.json"
        document = {"state": "ACKNOWLEDGED", "sha256": self.sha256(part, number, recipient), **said}
        ref = self.deployment.objects.put(delivery.bucket, key, json.dumps(document).encode())
        return self.acknowledging().note(ref, sequencer)

    def sha256(self, part: int = 1, number: int = 1, recipient: str = "002") -> str:
        """Return the digest of an offered part."""
        parts = self.store.parts(Lane("001o006", recipient), number)
        return next(p.sha256 for p in parts if p.part == part and p.offered)


def read(content: bytes) -> list[dict[str, str]]:
    """Return the rows of a recipient's file."""
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


__all__ = ["BARE", "NARROW", "WIDE", "DeliveryHouse", "catalogue_for", "read"]
