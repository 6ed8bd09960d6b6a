"""What the functions that deliver files to recipients are made of. Built once per worker, on its first event."""

from __future__ import annotations

import functools
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kyotsu.catalogue.loading import layer_root, load_catalogue
from kyotsu.linkage.acknowledging import Acknowledging
from kyotsu.linkage.deliveries import Lane
from kyotsu.linkage.delivering import Delivering
from kyotsu.linkage.delivery_table import DeliveryTable
from kyotsu.linkage.delivery_watch import DeliveryWatch
from kyotsu.linkage.planning import Planning
from kyotsu.linkage.table import ReceiptTable
from kyotsu.linkage.undo_table import UndoTable
from kyotsu.runtime import clients
from kyotsu.runtime.batches import batches
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.events import EventBus
from kyotsu.runtime.objects import S3Objects
from kyotsu.runtime.settings import setting
from kyotsu.wiring.adapters import LinkageObjects
from kyotsu.wiring.audit import audit_trail
from kyotsu.wiring.functions import collect_rarely
from kyotsu.wiring.protection import protection_decision

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

_SEND_BATCH = 10


class NotWokenError(Exception):
    """SQS did not take all messages; sending all of them again is safe."""


@dataclass(frozen=True, slots=True)
class LaneQueue:
    """`kyotsu.linkage.delivery_ports.Wakeups` on a FIFO queue: a group for each lane, so that one waits for none."""

    client: SQSClient
    url: str
    once: bool = False
    """Whether a lane that was woken within five minutes is not woken again."""

    def wake(self, lanes: Sequence[Lane]) -> None:
        """Send a message to each lane; raises NotWokenError if one of them was not taken."""
        for batch in batches(lanes, _SEND_BATCH):
            entries: list[Any] = [self._entry(str(index), lane) for index, lane in enumerate(batch)]
            failed = self.client.send_message_batch(QueueUrl=self.url, Entries=entries).get("Failed", [])
            if failed:
                raise NotWokenError(", ".join(sorted({entry["Code"] for entry in failed})))

    def _entry(self, entry_id: str, lane: Lane) -> dict[str, str]:
        return {
            "Id": entry_id,
            "MessageBody": json.dumps({"interface": lane.interface, "recipient": lane.recipient}),
            "MessageGroupId": str(lane),
            # SQS drops a repeat of an id: good for the clock, but what is said twice for a reason must arrive twice.
            "MessageDeduplicationId": str(lane) if self.once else uuid.uuid4().hex,
        }


@dataclass(frozen=True, slots=True)
class UndoneFiles:
    """`kyotsu.linkage.delivery_ports.Undone` by the undos of file linkage."""

    undos: UndoTable

    def is_undone(self, receipt_id: str) -> bool:
        """Tell whether taking a file back was begun."""
        return self.undos.find(receipt_id) is not None


@functools.cache
def planning() -> Planning:
    """Return what plans deliveries and ends them."""
    return Planning(
        catalogue=load_catalogue(layer_root()),
        municipality=setting("MUNICIPALITY"),
        bucket_prefix=setting("BUCKET_PREFIX"),
        store=_store(),
        receipts=_receipts(),
        undone=_undone(),
        objects=_objects(),
        events=_bus(),
        wakeups=LaneQueue(clients.sqs(), setting("LANES_QUEUE")),
        clock=SystemClock(),
    )


@functools.cache
def delivering() -> Delivering:
    """Return what offers the deliveries of lanes."""
    collect_rarely()
    return Delivering(
        catalogue=load_catalogue(layer_root()),
        municipality=setting("MUNICIPALITY"),
        store=_store(),
        receipts=_receipts(),
        undone=_undone(),
        objects=_objects(),
        protection=protection_decision(),
        audit=audit_trail(),
        events=_bus(),
        wakeups=LaneQueue(clients.sqs(), setting("LANES_QUEUE")),
        clock=SystemClock(),
    )


@functools.cache
def acknowledging() -> Acknowledging:
    """Return what notes the acknowledgements of recipients."""
    return Acknowledging(
        municipality=setting("MUNICIPALITY"),
        store=_store(),
        objects=_objects(),
        events=_bus(),
    )


@functools.cache
def delivery_watch() -> DeliveryWatch:
    """Return the watch over deliveries."""
    return DeliveryWatch(
        municipality=setting("MUNICIPALITY"),
        store=_store(),
        receipts=_receipts(),
        objects=_objects(),
        events=_bus(),
        wakeups=LaneQueue(clients.sqs(), setting("LANES_QUEUE"), once=True),
        clock=SystemClock(),
    )


def _store() -> DeliveryTable:
    return DeliveryTable(setting("LINKAGE_TABLE"), setting("MUNICIPALITY"))


def _receipts() -> ReceiptTable:
    return ReceiptTable(setting("LINKAGE_TABLE"), setting("MUNICIPALITY"))


def _undone() -> UndoneFiles:
    return UndoneFiles(UndoTable(setting("LINKAGE_TABLE"), setting("MUNICIPALITY")))


def _objects() -> LinkageObjects:
    return LinkageObjects(S3Objects(clients.s3()), setting("WORK_BUCKET"))


def _bus() -> EventBus:
    return EventBus(clients.events(), setting("EVENT_BUS"))
