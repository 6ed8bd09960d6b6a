"""What recipients say of parts that were offered: `….ack.json` beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from kyotsu.contracts import outcomes
from kyotsu.contracts.errors import KyotsuError
from kyotsu.contracts.events import DeliveryAnswered
from kyotsu.linkage.answers import JSON
from kyotsu.linkage.deliveries import Delivery, Lane, Part, State
from kyotsu.linkage.delivery_documents import ACK_ERROR_SUFFIX, ACK_SUFFIX, body_of
from kyotsu.linkage.delivery_ports import DeliveryEvents, DeliveryObjects, DeliveryStore
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.planning import DELIVERIES
from kyotsu.linkage.ports import ObjectGoneError

MOST_BYTES = 64 * 1024
MOST_CHARACTERS = 500
_KEY = re.compile(
    r"deliveries/(?P<recipient>[0-9a-z]{3})/(?P<interface>[0-9A-Za-z]{3}[a-z][0-9]{3})"
    r"/(?P<label>[0-9A-Za-z_]+_(?P<number>[0-9]{6,9}))_(?P<part>[0-9]{4,5})\.ack\.json"
)
_ANSWERS = (State.FETCHED, State.ACKNOWLEDGED, State.REFUSED)


class AcknowledgementError(KyotsuError):
    """What a recipient put there can't be taken for an acknowledgement."""


class Acknowledgement(msgspec.Struct, frozen=True):
    """What a recipient says."""

    state: str = ""
    sha256: str | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledging:
    """Notes what recipients say. Each put counts once; a later one wins, but FETCHED takes nothing back."""

    municipality: str
    store: DeliveryStore
    objects: DeliveryObjects
    events: DeliveryEvents

    def note(self, ref: ObjectRef, sequencer: str) -> Delivery | None:
        """Note one put; return the delivery, or None if it was no acknowledgement of ours or was refused.

        A refused one is answered beside it.
        """
        if not (ref.key.startswith(DELIVERIES) and ref.key.endswith(ACK_SUFFIX)):
            return None
        try:
            with self.objects.open(ref) as opened:
                body = _first(opened.blocks, MOST_BYTES + 1)
        except ObjectGoneError:
            return None  # taken back by whoever put it
        try:
            return self._note(ref, body, sequencer)
        except AcknowledgementError as error:
            self._answer(ref, error)
            return None

    def _note(self, ref: ObjectRef, body: bytes, sequencer: str) -> Delivery:
        said = _read(body)
        while True:
            delivery, part = self._found(ref)
            state = State(said.state)
            if said.sha256 is None and state is State.ACKNOWLEDGED:
                raise AcknowledgementError(outcomes.ACK_SHA256_MISSING)
            if said.sha256 is not None and said.sha256.lower() != part.sha256 and state is not State.REFUSED:
                raise AcknowledgementError(outcomes.ACK_SHA256_DIFFERS)
            told = _after(part, state, sequencer, said.message)
            if told is None or self.store.commit(_counted(delivery, part.state, told.state), told):
                standing = self.store.find(delivery.lane, delivery.number) or delivery
                self._tell(standing, told or part, sequencer)
                return standing

    def _found(self, ref: ObjectRef) -> tuple[Delivery, Part]:
        match = _KEY.fullmatch(ref.key)
        if match is None:
            raise AcknowledgementError(outcomes.ACK_OF_NOTHING)
        lane, number = Lane(match["interface"], match["recipient"]), int(match["number"])
        delivery = self.store.find(lane, number)
        stem = ref.key[: -len(f"_{match['part']}{ACK_SUFFIX}")]
        if delivery is None or (delivery.bucket, delivery.stem) != (ref.bucket, stem):
            raise AcknowledgementError(outcomes.ACK_OF_NOTHING)
        parts: Sequence[Part] = self.store.parts(lane, number)
        part = next((p for p in parts if p.offered and p.part == int(match["part"])), None)
        if part is None:
            if delivery.ended is None and any(p.part == int(match["part"]) for p in parts):
                # Its recipient was faster than we are in noting that it is offered.
                raise NotYetOfferedError
            raise AcknowledgementError(outcomes.ACK_OF_NOTHING)
        return delivery, part

    def _answer(self, ref: ObjectRef, error: AcknowledgementError) -> None:
        key = f"{ref.key.removesuffix(ACK_SUFFIX)}{ACK_ERROR_SUFFIX}"
        document = {"object_key": ref.key, "version_id": ref.version_id, "code": error.code, "message": str(error)}
        self.objects.write(ref.bucket, key, iter([body_of(document)]), JSON)

    def _tell(self, delivery: Delivery, part: Part, sequencer: str) -> None:
        event = DeliveryAnswered(
            event_id=f"{delivery.delivery_id}-{part.part}-{sequencer}",
            municipality=self.municipality,
            delivery_id=delivery.delivery_id,
            recipient=delivery.recipient,
            provider=delivery.provider,
            interface=delivery.interface,
            receipt_id=delivery.receipt_id,
            part=part.part,
            state=part.state,
            delivery_state=delivery.state,
        )
        self.events.publish([event])


class NotYetOfferedError(Exception):
    """A part is visible, but not noted as offered yet; asking again later finds it."""


def _first(blocks: Iterable[bytes], size: int) -> bytes:
    """Return the first bytes of an object, not more of them than are needed to see that it is too long."""
    body = b""
    for block in blocks:
        body += block
        if len(body) >= size:
            break
    return body


def _read(body: bytes) -> Acknowledgement:
    if len(body) > MOST_BYTES:
        raise AcknowledgementError(outcomes.ACK_NOT_JSON)
    try:
        said = msgspec.json.decode(body, type=Acknowledgement)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise AcknowledgementError(outcomes.ACK_NOT_JSON) from error
    if said.state not in _ANSWERS:
        raise AcknowledgementError(outcomes.ACK_STATE)
    if len(said.message) > MOST_CHARACTERS:
        raise AcknowledgementError(outcomes.ACK_MESSAGE)
    return said


def _after(part: Part, state: State, sequencer: str, message: str) -> Part | None:
    """Return a part after one more put, None if it changes nothing. The order in which puts are told is no matter."""
    final = part.state in (State.ACKNOWLEDGED, State.REFUSED)
    if state is State.FETCHED and part.state is not State.OFFERED:
        return None
    if final and _order(sequencer) <= _order(part.sequencer):
        return None
    return msgspec.structs.replace(part, state=state, sequencer=sequencer, message=message)


def _order(sequencer: str) -> str:
    """S3: of two sequencers of one key, the shorter one is filled up with zeros on its right."""
    return sequencer.ljust(64, "0")


def _counted(delivery: Delivery, before: State, after: State) -> Delivery:
    counts = {"fetched": delivery.fetched, "acknowledged": delivery.acknowledged, "refused": delivery.refused}
    for state, change in ((before, -1), (after, 1)):
        if state in _ANSWERS:
            counts[state.lower()] += change
    return delivery.changed(**counts)
