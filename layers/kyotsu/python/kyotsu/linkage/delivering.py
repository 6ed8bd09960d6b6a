"""Working on a lane: what waits and may go now, then the delivery whose turn it is, part by part.

An object is what counts. Before one is written, the part it would be is kept as a candidate and the access is recorded;
whichever candidate's bytes then stand there is the part that is offered, however often and by how many workers it was
tried. A part once offered is never rewritten.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from kyotsu.catalogue.model import Catalogue
from kyotsu.contracts import outcomes
from kyotsu.contracts.audit import AuditTrail
from kyotsu.contracts.errors import KyotsuError
from kyotsu.contracts.ports import Clock
from kyotsu.contracts.protection import ProtectionDecision
from kyotsu.linkage.deliveries import Delivery, End, Lane, Place, Wait
from kyotsu.linkage.delivery_ports import (
    DeliveryEvents,
    DeliveryObjects,
    DeliveryReceipts,
    DeliveryStore,
    Undone,
    Wakeups,
)
from kyotsu.linkage.delivery_rows import halved, lines_of, sheet, stretch
from kyotsu.linkage.delivery_source import Source, SpoiledError, blamed
from kyotsu.linkage.delivery_sources import Sources
from kyotsu.linkage.offering import Offering, OvertakenError, wait_of
from kyotsu.linkage.ports import ObjectGoneError
from kyotsu.linkage.withdrawing import ended, tell_undone

InTime = Callable[[], bool]


class DeliverySetAsideError(KyotsuError):
    """A delivery can't be delivered, however often it is tried; its lane has gone on without it."""


@dataclass(slots=True)
class Delivering:
    """Offers the deliveries of one deployment's lanes."""

    catalogue: Catalogue
    municipality: str
    store: DeliveryStore
    receipts: DeliveryReceipts
    undone: Undone
    objects: DeliveryObjects
    protection: ProtectionDecision
    audit: AuditTrail
    events: DeliveryEvents
    wakeups: Wakeups
    clock: Clock
    _sources: Sources = field(init=False)

    def __post_init__(self) -> None:
        self._sources = Sources(self.catalogue, self.store, self.receipts, self.undone, self.objects, self.protection)

    def work(self, lane: Lane, in_time: InTime, *, attempt: int = 1, attempts: int = 0) -> int:
        """Offer what can be offered; return how many parts were.

        One delivery is passed at a time; if there is more to do, or no time left, the lane is woken again. A delivery
        that turns out to be spoiled on the last of several `attempts` is set aside, and DeliverySetAsideError raised;
        the lane is woken for the others. Whatever else fails leaves the lane as it is. Raises DecisionsMissingError.
        """
        self._sources.kept.clear()
        try:
            return self._work(lane, in_time)
        except SpoiledError as error:
            if error.delivery is None or not attempts or attempt < attempts:
                raise
            self._set_aside(error.delivery)
            delivery_id = error.delivery.delivery_id
            raise DeliverySetAsideError(outcomes.DELIVERY_SET_ASIDE, delivery_id=delivery_id) from error

    def _work(self, lane: Lane, in_time: InTime) -> int:
        waits = self._living(self.store.waits(lane))
        try:
            offered = self._release(lane, waits, in_time) if waits else 0
        except OvertakenError:
            self.wakeups.wake([lane])
            return 1
        delivery = self.store.find(lane, self.store.turn(lane))
        if delivery is None:
            return offered
        waiting = self.store.waits(lane) if waits else []
        with blamed(delivery):
            after = self._pass(delivery, {person for wait in waiting for person in wait.held}, in_time)
        through = after.passed or after.ended is not None
        if through:
            self.store.pass_turn(lane, delivery.number)
        if not through or self.store.find(lane, delivery.number + 1):
            self.wakeups.wake([lane])
        return offered + after.parts - delivery.parts

    def _living(self, waits: Sequence[Wait]) -> list[Wait]:
        """Return what waits, without that of deliveries of which nothing goes out any more."""
        living, ended = list[Wait](), dict[int, bool]()
        for wait in waits:
            if wait.number not in ended:
                delivery = self.store.find(Lane(wait.interface, wait.recipient), wait.number)
                ended[wait.number] = delivery is None or delivery.ended is not None
            if ended[wait.number]:
                self.store.drop(wait)
            else:
                living.append(wait)
        return living

    def _release(self, lane: Lane, waits: Sequence[Wait], in_time: InTime) -> int:
        """Offer the rows of people on whom a decision can be had by now; of each person the earlier ones first."""
        offered, blocked = 0, set[str]()
        everybody = {person for wait in waits for person in wait.held}
        for wait in waits:
            delivery = self.store.find(lane, wait.number)
            if delivery is None:
                continue
            with blamed(delivery):
                source = self._sources.of(delivery)
                if source is None:
                    continue
                if everybody:
                    blocked = everybody - set(self.protection.decide(everybody, source.reader))
                    everybody = set()
                rest, parts = self._release_wait(delivery, source, wait, blocked, in_time)
            offered += parts
            blocked |= rest.keys()
        return offered

    def _release_wait(
        self, delivery: Delivery, source: Source, wait: Wait, blocked: set[str], in_time: InTime
    ) -> tuple[dict[str, list[int]], int]:
        """Offer what may go of one stretch; return what waits on, and how many parts were offered."""
        held, offered, standing = wait.held, 0, delivery
        try:
            while (ready := held.keys() - blocked) and in_time():
                after = self._release_some(standing, source, wait, held, ready)
                if after is None:
                    self._told(self.store.find(delivery.lane, delivery.number) or standing)
                    break
                (standing, held), offered = after, offered + 1
        except ObjectGoneError:
            ended(self.store, standing, End.SOURCE_GONE)
        return held, offered

    def _release_some(
        self, delivery: Delivery, source: Source, wait: Wait, held: dict[str, list[int]], ready: set[str]
    ) -> tuple[Delivery, dict[str, list[int]]] | None:
        """Offer rows of some people as one more part; return what still waits, None if nobody can go after all."""
        wanted = set(lines_of({person: held[person] for person in ready}))
        rows = [row for row in source.rows(wait.place.chunk) if row.line in wanted]
        taken = stretch(rows, source.shape, source.recipient)
        made = sheet(taken, source.shape, self._sources.verdicts(source, taken), ())
        if not made.rows:
            return None
        gone = {row.line for row in taken} - set(lines_of(made.held))
        left = {person: [line for line in lines if line not in gone] for person, lines in held.items()}
        rest = {person: lines for person, lines in left.items() if lines}
        last = delivery.passed and delivery.waiting == 1 and not rest
        part = self._offering.part(delivery, source, made, delivery.place, passed=delivery.passed, last=last)
        part = msgspec.structs.replace(part, held=rest, released=wait.place)
        offered = self._offering.release(delivery, source, made, part)
        return (offered[0], offered[1].held) if offered else None

    def _pass(self, delivery: Delivery, blocked: set[str], in_time: InTime) -> Delivery:
        """Go through a delivery's file from where it stopped; return the delivery as it stands in the end.

        That is after its last row, when there is no time for another part, or when somebody else changed it.
        """
        before = delivery.parts
        while delivery.ended is None and not delivery.passed:
            if delivery.parts > before and not in_time():
                return delivery
            source = self._sources.of(delivery)
            if source is None:
                return self.store.find(delivery.lane, delivery.number) or delivery
            try:
                after = self._next(delivery, source, blocked)
            except ObjectGoneError:
                return ended(self.store, delivery, End.SOURCE_GONE)
            if after is None:
                delivery = self.store.find(delivery.lane, delivery.number) or delivery
                break
            delivery = after
        return self._told(delivery)

    def _told(self, delivery: Delivery) -> Delivery:
        """Tell the recipient of a delivery whose file was taken back: a part may have become visible just then."""
        if delivery.undone_at:
            tell_undone(delivery, self.municipality, self.store, self.objects, self.events)
        return delivery

    def _next(self, delivery: Delivery, source: Source, blocked: set[str]) -> Delivery | None:
        """Offer the next stretch of a file; its people without verdict, and those who wait already, wait.

        Returns None if somebody else has changed the delivery.
        """
        place, rows = source.from_place(delivery.place)
        taken = stretch(rows, source.shape, source.recipient) if rows else []
        made = sheet(taken, source.shape, self._sources.verdicts(source, taken), blocked)
        while (fewer := halved(taken, made)) is not taken:
            taken = fewer
            made = sheet(taken, source.shape, self._sources.verdicts(source, taken), blocked)
        end, passed = source.after(place, taken, rows)
        blocked.update(made.held)
        last = passed and not delivery.waiting and not made.held
        start = Place(place.chunk, taken[0].line) if taken else place
        part = self._offering.part(delivery, source, made, end, passed=passed, last=last)
        part = msgspec.structs.replace(part, held=made.held, start=start)
        if made.rows or last:
            offered = self._offering.offer(delivery, source, made, part)
            blocked.update(offered[1].held if offered else ())
            return offered[0] if offered else None
        waiting = delivery.waiting + bool(made.held)
        after = delivery.changed(place=end, passed=passed, waiting=waiting)
        return after if self.store.commit(after, None, wait_of(part) if made.held else None) else None

    @property
    def _offering(self) -> Offering:
        return Offering(self.municipality, self.store, self.objects, self.audit, self.events, self.clock)

    def _set_aside(self, delivery: Delivery) -> None:
        """Give up on a delivery that is spoiled, and let its lane go on."""
        aside = ended(self.store, delivery, End.SET_ASIDE)
        if aside.number == self.store.turn(delivery.lane):
            self.store.pass_turn(delivery.lane, aside.number)
        self.wakeups.wake([delivery.lane])
