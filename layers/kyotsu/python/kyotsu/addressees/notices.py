"""What a business finds in its own bucket when a record it uses was linked, unlinked or closed.

`notices/{event id}.json`, written once and never changed. It holds no personal data but addressee numbers; `revision`
tells the order of notices on one number. Japanese, for the people and the systems of the business.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from kyotsu.addressees.telling import Told
from kyotsu.contracts.events import AddresseeClosed, AddresseeLinked, AddresseeUnlinked, NoticeOffered

FOLDER = "notices"
_KINDS = {AddresseeLinked: "LINKED", AddresseeUnlinked: "UNLINKED", AddresseeClosed: "CLOSED"}
_SAYS = {
    "LINKED": "宛名番号 {number} を、名寄せ先宛名番号 {principal} に名寄せしました。宛名番号は変わりません。",
    "UNLINKED": "宛名番号 {number} の、名寄せ先宛名番号 {principal} への名寄せを解除しました。",
    "CLOSED": "宛名番号 {number} の住登外者宛名基本情報を削除しました。履歴は残っています。",
}


class Notice(NamedTuple):
    """A notice for one system."""

    system: str
    key: str
    body: bytes
    event: Told


def notices_of(event: Told) -> Iterator[Notice]:
    """Yield the notice for each system that an event concerns."""
    key, body = f"{FOLDER}/{event.event_id}.json", _body(event)
    for system in event.systems:
        yield Notice(system, key, body, event)


def offered(notice: Notice, bucket: str) -> NoticeOffered:
    """Return the event that says where a notice stands."""
    event, recipient = notice.event, notice.system.lower()
    return NoticeOffered(
        event_id=f"{event.event_id}-{recipient}",
        municipality=event.municipality,
        recipient=recipient,
        bucket=bucket,
        object_key=notice.key,
        addressee_number=event.addressee_number,
        sequence=event.sequence,
    )


def _body(event: Told) -> bytes:
    kind = _KINDS[type(event)]
    # Who hears of a closing may not know of a principal.
    principal = None if isinstance(event, AddresseeClosed) else event.principal
    document = {
        "notice_id": event.event_id,
        "kind": kind,
        "message": _SAYS[kind].format(number=event.addressee_number, principal=principal),
        "atenabango": event.addressee_number,
        "nayosesakiatenabango": principal,
        "revision": event.sequence,
        "operated_at": event.operated_at,
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
