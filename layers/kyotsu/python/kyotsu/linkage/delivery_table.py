"""Deliveries in the `Linkage` table.

| item | pk | sk |
|---|---|---|
| delivery | 団体コード#LANE#interface#recipient | D#number |
| part | same | P#number#part#sha256 |
| what waits | same | W#number#chunk#line |
| whose turn it is | same | TURN |
| plan | 団体コード#RECEIPT#id | DELIVERY#recipient#attempt |

A delivery that somebody has to look at again is in the index by_provider: 団体コード#UNOFFERED, #REFUSED or
#UNACKNOWLEDGED, moment#id.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from pynamodb.exceptions import PutError, UpdateError
from pynamodb.transactions import TransactWrite

from kyotsu.linkage.deliveries import Delivery, Lane, Part, Wait
from kyotsu.linkage.delivery_items import DeliveryItem, PartItem, PlanItem, TurnItem, WaitItem
from kyotsu.runtime.tables import all_or_nothing, bound, connection

TURN = "TURN"
CANDIDATE_KEPT = timedelta(days=400)
"""Parts stay longer than the objects they tell of."""


class DeliveryTable:
    """`DeliveryStore` on DynamoDB."""

    def __init__(self, table: str, municipality: str) -> None:
        self._municipality = municipality
        self._deliveries = bound(DeliveryItem, table)
        self._parts = bound(PartItem, table)
        self._waits = bound(WaitItem, table)
        self._turns = bound(TurnItem, table)
        self._plans = bound(PlanItem, table)

    def of_receipt(self, receipt_id: str) -> list[Delivery]:
        """Return every delivery of a file, old attempts included."""
        found = self._plans.query(
            f"{self._municipality}#RECEIPT#{receipt_id}", self._plans.sk.startswith("DELIVERY#"), consistent_read=True
        )
        planned = [self.find(Lane(item.interface, item.recipient), int(item.number)) for item in found]
        return [delivery for delivery in planned if delivery]

    def last_number(self, lane: Lane) -> int:
        """Return the number of the lane's last planned delivery, 0 if there is none."""
        for delivery in self.listed(lane, 1):
            return delivery.number
        return 0

    def add(self, delivery: Delivery) -> bool:
        """Store a new delivery, unless its number, or this attempt for its file and recipient, is taken."""
        plan = self._plans(
            f"{self._municipality}#RECEIPT#{delivery.receipt_id}",
            f"DELIVERY#{delivery.recipient}#{delivery.attempt:04d}",
            interface=delivery.interface,
            recipient=delivery.recipient,
            number=delivery.number,
        )
        with all_or_nothing() as outcome, TransactWrite(connection=connection()) as write:
            write.save(self._item(delivery), condition=self._deliveries.pk.does_not_exist())
            write.save(plan, condition=self._plans.pk.does_not_exist())
        return outcome.stored

    def find(self, lane: Lane, number: int) -> Delivery | None:
        """Return a delivery, or None."""
        try:
            return _delivery(self._deliveries.get(self._pk(lane), _delivery_sk(number), consistent_read=True))
        except self._deliveries.DoesNotExist:
            return None

    def turn(self, lane: Lane) -> int:
        """Return the number of the delivery whose turn it is."""
        return int(self._turn(lane).turn)

    def pass_turn(self, lane: Lane, number: int) -> None:
        """Give the turn to the one after `number`, if it is that one's turn."""
        item = self._turns(self._pk(lane), TURN)
        own = (self._turns.turn == number) | self._turns.turn.does_not_exist()
        try:
            item.update([self._turns.turn.set(number + 1)], condition=own)
        except UpdateError as error:
            _expect_refusal(error)

    def waits(self, lane: Lane) -> list[Wait]:
        """Return everything that waits in a lane, in the order in which it must go out."""
        found = self._waits.query(self._pk(lane), self._waits.sk.startswith("W#"), consistent_read=True)
        return [msgspec.json.decode(item.body, type=Wait) for item in found]

    def drop(self, wait: Wait) -> None:
        """Forget what waits of a delivery that has ended."""
        self._wait_item(wait).delete()

    def candidate(self, part: Part) -> Part:
        """Keep a part as one that may become visible, unless one of these bytes is kept; return the one that is."""
        item = self._part_item(part)
        try:
            item.save(condition=self._parts.pk.does_not_exist())
        except PutError as error:
            _expect_refusal(error)
            return msgspec.json.decode(self._parts.get(item.pk, item.sk, consistent_read=True).body, type=Part)
        return part

    def parts(self, lane: Lane, number: int) -> list[Part]:
        """Return the parts of a delivery, also those that are only candidates."""
        own = self._parts.sk.startswith(f"P#{number:09d}#")
        found = self._parts.query(self._pk(lane), own, consistent_read=True)
        return [msgspec.json.decode(item.body, type=Part) for item in found]

    def commit(self, after: Delivery, part: Part | None = None, wait: Wait | None = None) -> bool:
        """Store a delivery's next revision together with a part and what waits, unless somebody else has changed it."""
        unchanged = self._deliveries.revision == after.revision - 1
        with all_or_nothing() as outcome, TransactWrite(connection=connection()) as write:
            write.save(self._item(after), condition=unchanged)
            if part:
                write.save(self._part_item(part))
            if wait and wait.held:
                write.save(self._wait_item(wait))
            elif wait:
                write.delete(self._wait_item(wait))
        return outcome.stored

    def unoffered(self) -> Iterator[Delivery]:
        """Yield unsettled deliveries that are not complete, the first planned first."""
        return map(_delivery, self._deliveries.by_state.query(f"{self._municipality}#UNOFFERED"))

    def refused(self) -> Iterator[Delivery]:
        """Yield unsettled deliveries of which a part was refused."""
        return map(_delivery, self._deliveries.by_state.query(f"{self._municipality}#REFUSED"))

    def unacknowledged(self, offered_before: datetime | None = None) -> Iterator[Delivery]:
        """Yield unsettled complete deliveries, the first offered first."""
        until = self._deliveries.gsi1sk < _moment(offered_before) if offered_before else None
        return map(_delivery, self._deliveries.by_state.query(f"{self._municipality}#UNACKNOWLEDGED", until))

    def listed(self, lane: Lane, limit: int) -> Iterator[Delivery]:
        """Yield a lane's deliveries, the last one first."""
        own = self._deliveries.sk.startswith("D#")
        found = self._deliveries.query(self._pk(lane), own, consistent_read=True, scan_index_forward=False, limit=limit)
        return map(_delivery, found)

    def _turn(self, lane: Lane) -> TurnItem:
        try:
            return self._turns.get(self._pk(lane), TURN, consistent_read=True)
        except self._turns.DoesNotExist:
            return self._turns(self._pk(lane), TURN)

    def _item(self, delivery: Delivery) -> DeliveryItem:
        index: dict[str, Any] = {}
        if not delivery.settled:
            index["gsi1pk"] = f"{self._municipality}#{_missing(delivery)}"
            moment = delivery.offered_at if delivery.complete else None
            index["gsi1sk"] = f"{_moment(moment or delivery.planned_at)}#{delivery.delivery_id}"
        body = msgspec.json.encode(delivery).decode()
        keys = (self._pk(delivery.lane), _delivery_sk(delivery.number))
        return self._deliveries(*keys, revision=delivery.revision, body=body, **index)

    def _part_item(self, part: Part) -> PartItem:
        sk = f"P#{part.number:09d}#{part.part:05d}#{part.sha256[:32]}"
        pk = self._pk(Lane(part.interface, part.recipient))
        return self._parts(pk, sk, body=msgspec.json.encode(part).decode(), expires_at=CANDIDATE_KEPT)

    def _wait_item(self, wait: Wait) -> WaitItem:
        sk = f"W#{wait.number:09d}#{wait.place.chunk:06d}#{wait.place.line:09d}"
        pk = self._pk(Lane(wait.interface, wait.recipient))
        return self._waits(pk, sk, body=msgspec.json.encode(wait).decode())

    def _pk(self, lane: Lane) -> str:
        return f"{self._municipality}#LANE#{lane.interface}#{lane.recipient}"


def _missing(delivery: Delivery) -> str:
    """Return where in the index a delivery is that somebody must look at again."""
    if delivery.refused:
        return "REFUSED"
    return "UNACKNOWLEDGED" if delivery.complete else "UNOFFERED"


def _delivery_sk(number: int) -> str:
    return f"D#{number:09d}"


def _delivery(item: DeliveryItem) -> Delivery:
    return msgspec.json.decode(item.body, type=Delivery)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _expect_refusal(error: PutError | UpdateError) -> None:
    """Raise the error again unless a condition was not met."""
    if error.cause_response_code != "ConditionalCheckFailedException":
        raise error
