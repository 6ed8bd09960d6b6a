"""Watching deliveries: lanes that must be woken, deliveries that are overdue, and how old the oldest are."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from kyotsu.contracts.events import FileUndelivered
from kyotsu.contracts.ports import Clock
from kyotsu.linkage.answers import JSON
from kyotsu.linkage.deliveries import Delivery, End, Lane
from kyotsu.linkage.delivery_documents import body_of, undelivered_report, why
from kyotsu.linkage.delivery_ports import DeliveryEvents, DeliveryObjects, DeliveryReceipts, DeliveryStore, Wakeups
from kyotsu.linkage.keys import undelivered_key

SHORTEST = timedelta(days=1)
"""Nobody has less time for an acknowledgement, so younger deliveries need not be looked at."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What one look has found; ages in seconds, 0 if there is none."""

    oldest_unoffered: float = 0
    oldest_unacknowledged: float = 0
    woken: int = 0
    undelivered: int = 0


@dataclass(frozen=True, slots=True)
class DeliveryWatch:
    """Looks after the deliveries of one deployment."""

    municipality: str
    store: DeliveryStore
    receipts: DeliveryReceipts
    objects: DeliveryObjects
    events: DeliveryEvents
    wakeups: Wakeups
    clock: Clock

    def look(self, give_up: Collection[str] = ()) -> Watched:
        """Wake lanes, tell providers of what is overdue, and measure. Deliveries to `give_up` (ids) are overdue."""
        now = self.clock.now()
        unoffered, refused = list(self.store.unoffered()), list(self.store.refused())
        lanes = sorted({d.lane for d in (*unoffered, *refused) if d.ended is None and not d.complete})
        if lanes:
            self.wakeups.wake(lanes)
        until = None if give_up else now - SHORTEST
        undelivered = sum(self._undelivered(d, now) for d in self._overdue([*unoffered, *refused], until, now, give_up))
        oldest = next(self.store.unacknowledged(), None)
        return Watched(
            oldest_unoffered=_age(unoffered[0].planned_at if unoffered else None, now),
            oldest_unacknowledged=_age(oldest.offered_at if oldest else None, now),
            woken=len(lanes),
            undelivered=undelivered,
        )

    def _overdue(
        self, found: list[Delivery], until: datetime | None, now: datetime, give_up: Collection[str]
    ) -> Iterator[Delivery]:
        for delivery in (*found, *self.store.unacknowledged(until)):
            lost = delivery.ended is End.SOURCE_GONE or delivery.refused or delivery.not_delivered_at
            if lost or delivery.deadline <= now or delivery.delivery_id in give_up:
                yield delivery

    def _undelivered(self, seen: Delivery, now: datetime) -> bool:
        """Tell the provider that a delivery did not arrive; tell whether this look was the one that did."""
        delivery = self._marked(seen.lane, seen.number, now)
        if delivery is None:
            return False
        self._report(delivery)
        event = FileUndelivered(
            event_id=f"{delivery.delivery_id}-undelivered",
            municipality=self.municipality,
            delivery_id=delivery.delivery_id,
            recipient=delivery.recipient,
            provider=delivery.provider,
            interface=delivery.interface,
            receipt_id=delivery.receipt_id,
            object_key=delivery.source_key,
            code=why(delivery).code,
        )
        self.events.publish([event])
        while not self.store.commit(delivery.changed(told=True)):
            standing = self.store.find(delivery.lane, delivery.number)
            if standing is None or standing.told:
                return False
            delivery = standing
        return True

    def _marked(self, lane: Lane, number: int, now: datetime) -> Delivery | None:
        """Note when a delivery was given up; None if it is settled by now."""
        while True:
            delivery = self.store.find(lane, number)
            if delivery is None or delivery.settled:
                return None
            if delivery.not_delivered_at:
                return delivery
            after = delivery.changed(not_delivered_at=now)
            if self.store.commit(after):
                return after

    def _report(self, delivery: Delivery) -> None:
        """Write the report beside the file's answer: every recipient that did not get it, those told before, too."""
        ref = self.receipts.get(delivery.receipt_id).ref
        told, found = list[Delivery](), self._given_up(delivery)
        while told != found:
            # Whoever else writes it meanwhile has marked its delivery before, so the last one to write knows of all.
            told = found
            body = body_of(undelivered_report(told))
            self.objects.write(ref.bucket, undelivered_key(ref), iter([body]), JSON)
            found = self._given_up(delivery)

    def _given_up(self, delivery: Delivery) -> list[Delivery]:
        return [d for d in self.store.of_receipt(delivery.receipt_id) if d.not_delivered_at]


def _age(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0
