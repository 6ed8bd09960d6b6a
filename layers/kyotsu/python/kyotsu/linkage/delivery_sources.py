"""What deliveries are made from: their files, and what was decided on their people just now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kyotsu.catalogue.model import Catalogue
from kyotsu.contracts.protection import ProtectionDecision, Reader, Verdict
from kyotsu.contracts.rows import Row
from kyotsu.linkage.deliveries import Delivery, End
from kyotsu.linkage.delivery_ports import DeliveryObjects, DeliveryReceipts, DeliveryStore, Undone
from kyotsu.linkage.delivery_source import Source, SpoiledError
from kyotsu.linkage.withdrawing import ended

OUTAGE = 1_000
"""People of one stretch without a verdict: so many at once mean that nobody can be decided on. The lane stands still,
which costs nothing, instead of noting each of them."""


class DecisionsMissingError(Exception):
    """No decision can be had at present: nothing was offered, and the lane is looked at again later."""


@dataclass(slots=True)
class Sources:
    """Files of deliveries; the last one is kept."""

    catalogue: Catalogue
    store: DeliveryStore
    receipts: DeliveryReceipts
    undone: Undone
    objects: DeliveryObjects
    protection: ProtectionDecision
    kept: dict[str, Source] = field(default_factory=dict)

    def of(self, delivery: Delivery) -> Source | None:
        """Return the file of a delivery as its recipient may have it; of one that may have nothing, end it.

        Raises SpoiledError.
        """
        if delivery.ended:
            return None
        interface = self.catalogue.interfaces.get(delivery.interface)
        recipient = interface.recipient(delivery.recipient) if interface else None
        # Who was offered some of an undone file hears of it when `FileUndone` comes.
        if interface is None or recipient is None or self.undone.is_undone(delivery.receipt_id):
            ended(self.store, delivery, End.CANCELLED)
            return None
        if delivery.receipt_id not in self.kept:
            receipt = self.receipts.find(delivery.receipt_id)
            if receipt is None:
                raise SpoiledError("its receipt is gone")
            ledger = self.receipts.ledger(receipt)
            reader = Reader(delivery.recipient, recipient.purpose)
            self.kept.clear()  # one chunk is enough to keep
            source = Source.of(self.catalogue, interface, recipient, receipt, ledger, self.objects, reader)
            self.kept[delivery.receipt_id] = source
        return self.kept[delivery.receipt_id]

    def verdicts(self, source: Source, rows: Sequence[Row]) -> Mapping[str, Verdict] | None:
        """Return what was decided on the people of some rows just now; None where nothing could be withheld.

        Raises DecisionsMissingError, also while a file that protects people is received and not applied: whom it
        protects is not known yet.
        """
        if not source.shape.asks:
            return None
        if not rows:
            return {}
        # Asked first: what is applied by now is seen by the decision.
        if self.receipts.holding():
            raise DecisionsMissingError
        people = {source.shape.person(row) for row in rows}
        verdicts = self.protection.decide(people, source.reader)
        if len(people) - len(verdicts) >= OUTAGE:
            raise DecisionsMissingError
        return verdicts
