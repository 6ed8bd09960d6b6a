"""Messages to and from the CS as JSON (docs/cs-messages.md). The layout is ours: the 電文 is not public."""

from __future__ import annotations

from datetime import datetime

import msgspec

from kyotsu.moving.cs.characters import Substituted
from kyotsu.moving.documents import Address, Certificate

ACKNOWLEDGEMENT = "juryotsuchi"
"""受領通知: what became of a message that we sent. Beside the values of MessageKind."""
LARGEST = 1_000_000
"""Bytes of a message."""


class Cancellation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """That 転出証明書情報 of a person no longer holds."""

    application_number: str = ""
    position: int
    """Of the person, as in what is cancelled."""
    cancelled: str
    """Id of the message that is cancelled."""


class Notice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """転入通知 of one person, to the municipality that was left. Dates are `YYYY-MM-DD`, "" where there is none."""

    application_number: str = ""
    position: int
    """Of the person, as in 転出証明書情報."""
    certificate: str = ""
    """Id of the message that brought 転出証明書情報; "" if none did."""
    notified_on: str = ""
    """通知年月日."""
    moved_on: str = ""
    """転入をした年月日."""
    new_address: Address = msgspec.field(default_factory=Address)
    name: str = ""
    name_kana: str = ""
    birth_date: str = ""
    sex: str = ""
    individual_number: str = ""
    resident_record_code: str = ""


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a message."""

    of: str
    """Its id."""
    accepted: bool
    reason: str = ""
    """A code of the CS (up to 32 letters, digits, `-`, `_`), why it was not."""


Content = Certificate | Cancellation | Notice | Acknowledgement


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"from_": "from"}):
    """What all messages have around their content."""

    message_id: str
    kind: str
    """A MessageKind, or `juryotsuchi`."""
    from_: str
    """市区町村コード of who says it; of an acknowledgement, of who took the message."""
    to: str
    refers_to: str = ""
    """Id of the message that this one repeats on a clerk's order."""
    substituted: tuple[Substituted, ...] = ()
    """Characters of the content that could not be sent."""
    content: msgspec.Raw


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A message that came from the CS, read and checked."""

    message_id: str
    kind: str
    sender: str
    to: str
    refers_to: str
    substituted: tuple[Substituted, ...]
    content: Content
    received_at: datetime
