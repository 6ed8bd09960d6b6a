"""Our documents as messages of the CS, and back. The one module to change when the 電文 is known."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import msgspec

from kyotsu.contracts import outcomes
from kyotsu.contracts.errors import KyotsuError
from kyotsu.moving.cs.characters import Repertoire, jis_x_0213, substituted
from kyotsu.moving.cs.messages import (
    ACKNOWLEDGEMENT,
    LARGEST,
    Acknowledgement,
    Cancellation,
    Content,
    Envelope,
    Notice,
    Received,
)
from kyotsu.moving.documents import Certificate
from kyotsu.moving.ports import Message, MessageKind

CONTENTS: dict[str, type[Certificate] | type[Cancellation] | type[Notice] | type[Acknowledgement]] = {
    MessageKind.CERTIFICATE: Certificate,
    MessageKind.CERTIFICATE_CANCEL: Cancellation,
    MessageKind.NOTICE: Notice,
    ACKNOWLEDGEMENT: Acknowledgement,
}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_REASON = re.compile(r"[A-Za-z0-9_-]{0,32}")
_ENCODER = msgspec.json.Encoder(order="deterministic")


class MessageRefusedError(KyotsuError):
    """A message from the CS can't be taken, however often it comes; it is put aside, with its code."""


def message_id(case_id: str, kind: MessageKind, position: int, number: int | str) -> str:
    """Return the id of a case's `number`th message (from 1) of a kind about a person: the same for every repeat.

    A clerk's repeat of number 1 is `1r1`, and so is a cancellation of it.
    """
    return f"{case_id}-{kind}-{position}-{number}"


def is_of(message_id: str, case_id: str, kind: MessageKind) -> bool:
    """Tell whether an id of ours is that of a case's message of a kind."""
    before, found, rest = message_id.partition(f"{case_id}-{kind}-")
    return not before and bool(found) and rest[:1].isdigit()


def is_message_id(text: str) -> bool:
    """Tell whether a text can be a message's id: 1 to 128 letters, digits, `-` and `_`."""
    return _ID.fullmatch(text) is not None


def message(
    content: Certificate | Cancellation | Notice,
    *,
    case_id: str,
    number: int | str,
    position: int,
    lane: str,
    sender: str,
    to: str,
    repertoire: Repertoire = jis_x_0213,
) -> Message:
    """Return the message of one person: equal content, equal bytes. What `notes_of` it tells, a clerk should see."""
    kind = next(kind for kind in MessageKind if CONTENTS[kind] is type(content))
    sendable, notes = substituted(msgspec.to_builtins(content), repertoire)
    made = Envelope(
        message_id=message_id(case_id, kind, position, number),
        kind=kind,
        from_=sender,
        to=to,
        substituted=notes,
        content=msgspec.Raw(_ENCODER.encode(sendable)),
    )
    return Message(
        id=made.message_id,
        case_id=case_id,
        kind=kind,
        position=position,
        lane=lane,
        to=to,
        body=_ENCODER.encode(made),
    )


def notes_of(body: bytes) -> list[tuple[str, int, str, str]]:
    """Return what a message of ours substitutes: item, position from 1, code point, substitute."""
    notes = msgspec.json.decode(body, type=Envelope).substituted
    return [(note.item, note.position, note.code_point, note.substitute) for note in notes]


def repeated(body: bytes, new_id: str) -> bytes:
    """Return a message of ours as a new one that refers to it."""
    first = msgspec.json.decode(body, type=Envelope)
    return _ENCODER.encode(msgspec.structs.replace(first, message_id=new_id, refers_to=first.message_id))


def read(body: bytes, received_at: datetime) -> Received:
    """Read a message from the CS. Raises MessageRefusedError, which tells where but never what stood there."""
    if len(body) > LARGEST:
        raise MessageRefusedError(outcomes.MESSAGE_TOO_LARGE, limit=LARGEST // 1000)
    envelope = _decode(body, Envelope)
    if envelope.kind not in CONTENTS:
        raise MessageRefusedError(outcomes.MESSAGE_KIND_UNKNOWN)
    ids = [envelope.message_id, *([envelope.refers_to] if envelope.refers_to else [])]
    content: Content = _decode(bytes(envelope.content), CONTENTS[envelope.kind])
    if isinstance(content, Acknowledgement):
        ids.append(content.of)
        if not _REASON.fullmatch(content.reason):
            raise MessageRefusedError(outcomes.MESSAGE_ITEM_WRONG, place="content.reason")
    if not all(map(is_message_id, ids)):
        raise MessageRefusedError(outcomes.MESSAGE_ID_WRONG)
    return Received(
        message_id=envelope.message_id,
        kind=envelope.kind,
        sender=envelope.from_,
        to=envelope.to,
        refers_to=envelope.refers_to,
        substituted=envelope.substituted,
        content=content,
        received_at=received_at,
    )


def _decode(body: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        # The error's text may quote what was read; its path names only items.
        _, mark, path = str(error).rpartition(" - at `")
        raise MessageRefusedError(outcomes.MESSAGE_ITEM_WRONG, place=path.rstrip("`") if mark else "$") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise MessageRefusedError(outcomes.MESSAGE_UNREADABLE) from None
