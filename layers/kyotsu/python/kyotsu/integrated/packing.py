"""Integrated people, rows and history in compact form. What must be sealed never stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from kyotsu.addressees.records import Operation, Use
from kyotsu.integrated.records import (
    Category,
    Deed,
    HistoryEntry,
    Information,
    IntegratedPerson,
    RowKey,
    RowState,
    SealedNumber,
)


def pack_person(person: IntegratedPerson) -> bytes:
    """Return rows and categories of a person."""
    categories = {number: tuple(known) for number, known in person.categories.items()}
    return msgspec.msgpack.encode((person.rows, categories, person.changed_at, person.deleted))


def unpack_person(
    number: str, revision: int, fingerprint: bytes, sealed: SealedNumber | None, packed: bytes
) -> IntegratedPerson:
    """Return the person of `pack_person`."""
    rows, categories, changed_at, deleted = msgspec.msgpack.decode(packed)
    return IntegratedPerson(
        number=number,
        revision=revision,
        fingerprint=fingerprint,
        changed_at=changed_at,
        rows=tuple(RowState(*row) for row in rows),
        categories={key: Category(*known) for key, known in categories.items()},
        sealed=sealed,
        deleted=deleted,
    )


def pack_information(told: Information) -> bytes:
    """Return what a row tells."""
    return msgspec.msgpack.encode(_information(told))


def unpack_information(packed: bytes) -> Information:
    """Return what a row tells, of `pack_information`."""
    return _information_of(msgspec.msgpack.decode(packed))


def pack_entry(entry: HistoryEntry, at: str) -> bytes:
    """Return a history entry; `at`: when it was processed."""
    told = None if entry.information is None else _information(entry.information)
    return msgspec.msgpack.encode((entry.deed, entry.row, entry.by, told, entry.flagged, entry.former, at))


def unpack_entry(revision: int, packed: bytes) -> HistoryEntry:
    """Return the history entry of `pack_entry`."""
    deed, row, by, told, flagged, former, at = msgspec.msgpack.decode(packed)
    return HistoryEntry(
        revision=revision,
        deed=Deed(deed),
        row=RowKey(*row),
        by=Use(*by),
        information=None if told is None else _information_of(told),
        flagged=None if flagged is None else RowKey(*flagged),
        former=None if former is None else SealedNumber(*former),
        at=at,
    )


def _information(told: Information) -> tuple[object, ...]:
    person: Mapping[str, str] = dict(told.person)
    return (told.municipality, person, told.operation, told.reason)


def _information_of(packed: Any) -> Information:
    municipality, person, operation, reason = packed
    return Information(municipality=municipality, person=person, operation=Operation(*operation), reason=reason)
