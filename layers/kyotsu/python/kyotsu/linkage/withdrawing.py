"""Ending deliveries. If a file was taken back, what was not offered never will be, and who was offered some is told."""

from __future__ import annotations

from datetime import datetime

from kyotsu.contracts.events import DeliveryWithdrawn
from kyotsu.linkage.answers import JSON
from kyotsu.linkage.deliveries import Delivery, End
from kyotsu.linkage.delivery_documents import body_of, undone_notice
from kyotsu.linkage.delivery_ports import DeliveryEvents, DeliveryObjects, DeliveryStore

UNDONE_SUFFIX = ".undone.json"


def ended(store: DeliveryStore, delivery: Delivery, end: End, undone_at: datetime | None = None) -> Delivery:
    """End a delivery, whatever others do with it meanwhile; return how it stands then."""
    while True:
        # A delivery that ended can still be replaced, or its file taken back.
        known = undone_at is None or delivery.undone_at
        if delivery.ended and known and (delivery.ended is end or end is not End.REPLACED):
            return delivery
        after = delivery.changed(ended=end, undone_at=undone_at or delivery.undone_at)
        if store.commit(after):
            return after
        delivery = store.find(delivery.lane, delivery.number) or delivery


def tell_undone(
    delivery: Delivery, municipality: str, store: DeliveryStore, objects: DeliveryObjects, events: DeliveryEvents
) -> bool:
    """Tell the recipient of an undone delivery, if it may have seen a part; tell whether it was. May be repeated."""
    # A candidate may have become visible though nobody could note that any more.
    if not delivery.parts and not store.parts(delivery.lane, delivery.number):
        return False
    key = f"{delivery.stem}{UNDONE_SUFFIX}"
    objects.write(delivery.bucket, key, iter([body_of(undone_notice(delivery))]), JSON)
    event = DeliveryWithdrawn(
        event_id=f"{delivery.delivery_id}-undone",
        municipality=municipality,
        delivery_id=delivery.delivery_id,
        recipient=delivery.recipient,
        provider=delivery.provider,
        interface=delivery.interface,
        receipt_id=delivery.receipt_id,
        bucket=delivery.bucket,
        object_key=key,
    )
    events.publish([event])
    return True
