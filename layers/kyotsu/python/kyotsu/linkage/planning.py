"""Planning deliveries: one for each recipient of a file that came in, one more for each that is offered anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kyotsu.catalogue.model import Catalogue, Recipient
from kyotsu.contracts import outcomes
from kyotsu.contracts.errors import KyotsuError
from kyotsu.contracts.events import FileAnswered, FileUndone
from kyotsu.contracts.ports import Clock
from kyotsu.linkage.deliveries import Delivery, End, Lane
from kyotsu.linkage.delivery_ports import (
    DeliveryEvents,
    DeliveryObjects,
    DeliveryReceipts,
    DeliveryStore,
    Undone,
    Wakeups,
)
from kyotsu.linkage.holding import protects
from kyotsu.linkage.keys import parse_key
from kyotsu.linkage.receipts import Receipt, Status
from kyotsu.linkage.withdrawing import ended, tell_undone

DELIVERIES = "deliveries/"


class ReofferRefusedError(KyotsuError):
    """This delivery can't be offered anew."""


@dataclass(frozen=True, slots=True)
class Planning:
    """Plans deliveries of one deployment, and ends them."""

    catalogue: Catalogue
    municipality: str
    bucket_prefix: str
    store: DeliveryStore
    receipts: DeliveryReceipts
    undone: Undone
    objects: DeliveryObjects
    events: DeliveryEvents
    wakeups: Wakeups
    clock: Clock

    def answered(self, answered: FileAnswered) -> int:
        """Plan the deliveries of a file that came in, and wake their lanes; return how many there are."""
        if protects(self.catalogue, answered.object_key):
            self.wakeups.wake(self._held_back())
        interface = self.catalogue.interfaces.get(answered.interface)
        came_in = answered.status in (Status.ACCEPTED, Status.PARTIALLY_ACCEPTED)
        if interface is None or not came_in or not interface.recipients:
            return 0
        if self.undone.is_undone(answered.receipt_id):
            return 0
        receipt = self.receipts.get(answered.receipt_id)
        planned = {(d.recipient, d.attempt) for d in self.store.of_receipt(receipt.receipt_id)}
        lanes = list[Lane]()
        for recipient in interface.recipients:
            lane = Lane(interface.id, recipient.id.lower())
            if (lane.recipient, 1) not in planned:
                self._plan(receipt, recipient, lane, attempt=1)
            lanes.append(lane)
        self.wakeups.wake(lanes)
        return len(lanes)

    def leaves_unprotected(self, answered: FileAnswered) -> bool:
        """Tell whether a file that was to protect people was not applied as a whole: somebody may be missing."""
        refused = answered.status in (Status.REJECTED, Status.PARTIALLY_ACCEPTED)
        return refused and protects(self.catalogue, answered.object_key)

    def _held_back(self) -> list[Lane]:
        """Return the lanes that may have stood still for a file that protects people."""
        return sorted({d.lane for d in self.store.unoffered() if d.ended is None})

    def taken_back(self, undone: FileUndone) -> int:
        """End the deliveries of a file that was taken back; return how many recipients were told."""
        told = 0
        for delivery in self.store.of_receipt(undone.receipt_id):
            cancelled = ended(self.store, delivery, End.CANCELLED, datetime.fromisoformat(undone.undone_at))
            told += tell_undone(cancelled, self.municipality, self.store, self.objects, self.events)
        return told

    def reoffer(self, lane: Lane, number: int) -> Delivery:
        """Plan one more attempt in place of a delivery, with everything decided anew; raises ReofferRefusedError.

        Asked for twice, the second one is refused: the delivery is replaced already.
        """
        old = self.store.find(lane, number)
        if old is None:
            raise ReofferRefusedError(outcomes.DELIVERY_UNKNOWN, delivery_id=f"{lane}-{number:06d}")
        if old.undone_at or self.undone.is_undone(old.receipt_id):
            raise ReofferRefusedError(outcomes.REOFFER_UNDONE, delivery_id=old.delivery_id)
        interface = self.catalogue.interfaces.get(lane.interface)
        recipient = interface.recipient(lane.recipient) if interface else None
        if recipient is None:
            raise ReofferRefusedError(outcomes.REOFFER_NO_RECIPIENT, delivery_id=old.delivery_id)
        later = [d for d in self.store.of_receipt(old.receipt_id) if d.lane == lane and d.attempt > old.attempt]
        if later and old.ended is End.REPLACED:
            raise ReofferRefusedError(outcomes.REOFFER_REPLACED, delivery_id=old.delivery_id)
        receipt = self.receipts.get(old.receipt_id)
        # An interruption between the two leaves a new attempt beside an old one that goes on: asking again mends it.
        new = later[-1] if later else self._plan(receipt, recipient, lane, old.attempt + 1, old.number)
        ended(self.store, old, End.REPLACED)
        self.wakeups.wake([lane])
        return new

    def _plan(self, receipt: Receipt, recipient: Recipient, lane: Lane, attempt: int, reoffer_of: int = 0) -> Delivery:
        while True:
            number = self.store.last_number(lane) + 1
            delivery = self._delivery(receipt, recipient, lane, number, attempt, reoffer_of)
            if self.store.add(delivery):
                return delivery
            # Another worker took the number, or planned just this.
            for standing in self.store.of_receipt(receipt.receipt_id):
                if (standing.recipient, standing.attempt) == (lane.recipient, attempt):
                    return standing

    def _delivery(
        self, receipt: Receipt, recipient: Recipient, lane: Lane, number: int, attempt: int, reoffer_of: int
    ) -> Delivery:
        now, within = self.clock.now(), int(recipient.acknowledge_within[1:-1])
        in_own = recipient.place == "recipient"
        name = parse_key(receipt.ref.key)
        label = f"{name.interface}_{name.branch}_{name.mode}_{name.version}_{name.sent_at:%Y%m%d%H%M%S}_{number:06d}"
        return Delivery(
            interface=lane.interface,
            recipient=lane.recipient,
            number=number,
            attempt=attempt,
            receipt_id=receipt.receipt_id,
            provider=receipt.provider,
            source_key=receipt.ref.key,
            bucket=f"{self.bucket_prefix}{lane.recipient}" if in_own else receipt.ref.bucket,
            stem=f"{DELIVERIES}{lane.recipient}/{lane.interface}/{label}",
            planned_at=now,
            within=within,
            deadline=now + timedelta(days=within),
            reoffer_of=reoffer_of,
        )
