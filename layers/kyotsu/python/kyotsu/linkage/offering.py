"""Making one part of a delivery visible, and telling of it. It may be tried by many workers, and stopped anywhere."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import msgspec

from kyotsu.contracts.audit import Access, AuditTrail, Deed
from kyotsu.contracts.events import DeliveryOffered
from kyotsu.contracts.ports import Clock
from kyotsu.japanese.dates import JST
from kyotsu.linkage.answers import CSV, JSON
from kyotsu.linkage.deliveries import MANIFEST_SUFFIX, Delivery, Part, Place, Wait, key_of
from kyotsu.linkage.delivery_documents import body_of, japanese, manifest
from kyotsu.linkage.delivery_ports import DeliveryEvents, DeliveryObjects, DeliveryStore
from kyotsu.linkage.delivery_rows import Sheet
from kyotsu.linkage.delivery_source import Source, SpoiledError


class OvertakenError(Exception):
    """Another part than the one made of rows that waited is visible, and noted now: what waits must be read anew."""


@dataclass(frozen=True, slots=True)
class Offering:
    """Writes the parts of one deployment's deliveries."""

    municipality: str
    store: DeliveryStore
    objects: DeliveryObjects
    audit: AuditTrail
    events: DeliveryEvents
    clock: Clock

    def part(self, delivery: Delivery, source: Source, made: Sheet, end: Place, *, passed: bool, last: bool) -> Part:
        """Return what a sheet would be as the next part of a delivery."""
        return Part(
            interface=delivery.interface,
            recipient=delivery.recipient,
            number=delivery.number,
            part=delivery.parts + 1,
            sha256=made.sha256,
            size=len(made.body),
            rows=made.rows,
            withheld_rows=made.withheld_rows,
            columns=source.shape.columns,
            last=last,
            made_at=self.clock.now().astimezone(JST).isoformat(timespec="milliseconds"),
            end=end,
            passed=passed,
        )

    def offer(self, delivery: Delivery, source: Source, made: Sheet, part: Part) -> tuple[Delivery, Part] | None:
        """Make a part visible and tell its recipient; return the delivery after it, and the part that is visible.

        That may be one of other rows, which an earlier attempt made visible. None if somebody else has changed the
        delivery: then that must be looked at first.
        """
        part = self.store.candidate(part)
        self._record(delivery, source, made, part)
        key = key_of(delivery.stem, part.part)
        if not self.objects.create(delivery.bucket, key, made.body, CSV):
            part = self._standing(delivery, part, key)
        document, beside = body_of(manifest(delivery, part)), key_of(delivery.stem, part.part, MANIFEST_SUFFIX)
        self.objects.create(delivery.bucket, beside, document, JSON)
        self.events.publish([self._event(delivery, part, key)])
        after = delivery.offering(part)
        offered = msgspec.structs.replace(part, offered=True, held={})
        touched = part.held or part.released
        stored = self.store.commit(after, offered, wait_of(part) if touched else None)
        return (after, part) if stored else None

    def release(self, delivery: Delivery, source: Source, made: Sheet, part: Part) -> tuple[Delivery, Part] | None:
        """Offer a part made of rows that waited; raises OvertakenError, as other rows than these may have gone."""
        offered = self.offer(delivery, source, made, part)
        if offered and offered[1].released != part.released:
            raise OvertakenError
        return offered

    def _standing(self, delivery: Delivery, part: Part, key: str) -> Part:
        """Return the candidate whose bytes an earlier attempt has made visible."""
        body = self.objects.find(delivery.bucket, key)
        if body is None or (digest := hashlib.sha256(body).hexdigest()) == part.sha256:
            return part
        for candidate in self.store.parts(delivery.lane, delivery.number):
            if (candidate.part, candidate.sha256) == (part.part, digest):
                return candidate
        raise SpoiledError("an object that is none of ours stands in its place")

    def _record(self, delivery: Delivery, source: Source, made: Sheet, part: Part) -> None:
        """Record whose data the recipient is about to see; whoever can't be recorded is not shown."""
        for withheld, people in ((False, made.open), (True, made.withheld)):
            if people:
                access = Access(
                    access_id=f"{delivery.delivery_id}-{part.part}-{part.sha256[:16]}-{'w' if withheld else 'o'}",
                    at=part.made_at,
                    actor=delivery.recipient,
                    business=delivery.recipient,
                    purpose=source.recipient.purpose,
                    deed=Deed.OFFERED,
                    subject=delivery.delivery_id,
                    withheld=withheld,
                )
                self.audit.record(access, sorted(people))

    def _event(self, delivery: Delivery, part: Part, key: str) -> DeliveryOffered:
        return DeliveryOffered(
            event_id=f"{delivery.delivery_id}-{part.part}",
            municipality=self.municipality,
            delivery_id=delivery.delivery_id,
            recipient=delivery.recipient,
            provider=delivery.provider,
            interface=delivery.interface,
            receipt_id=delivery.receipt_id,
            bucket=delivery.bucket,
            object_key=key,
            manifest_key=key_of(delivery.stem, part.part, MANIFEST_SUFFIX),
            part=part.part,
            last=part.last,
            rows=part.rows,
            sha256=part.sha256,
            deadline=str(japanese(delivery.offering(part).deadline)),
        )


def wait_of(part: Part) -> Wait:
    """Return what waits of the stretch that a part was made from."""
    return Wait(
        interface=part.interface,
        recipient=part.recipient,
        number=part.number,
        place=part.released or part.start,
        held=part.held,
    )
