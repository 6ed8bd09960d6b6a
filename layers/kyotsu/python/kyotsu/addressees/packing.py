"""Records and history in compact form, so that a typical item costs one write unit. What is stored, pure.

Values a reader of the table or of its stream needs by themselves stand beside the packed body: `RECORD` says which.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from kyotsu.addressees.items import PERSON
from kyotsu.addressees.records import AddresseeRecord, BusinessUse, Deed, HistoryEntry, Operation, Origin, Use
from kyotsu.addressees.store import Lease
from kyotsu.japanese import dates

Item = Mapping[str, Mapping[str, Any]]
"""An item as DynamoDB's API and its streams spell it."""

LAYOUT = 1
_LAYOUTS: Mapping[int, tuple[str, ...]] = {LAYOUT: PERSON}
"""Romaji names by place, for each layout that was ever stored. Whoever changes PERSON keeps the old order here."""

RECORD = ("n", "b", "o", "s", "g", "p", "x", "d")
"""Attributes of a number's item that are its record: revision, packed rest, owner, uses, since when it stands (JST,
YYYYMMDDhhmmss), principal, closed to others, deleted. The last three are absent if not so."""


def use_text(use: Use) -> str:
    """Return a use as it is stored."""
    return f"{use.business}/{use.local_system}"


def stored_use(text: str) -> Use:
    """Return the use of `use_text`."""
    return Use(*text.split("/", 1))


def record_attributes(record: AddresseeRecord) -> dict[str, dict[str, Any]]:
    """Return a record's attributes (`RECORD`) that are set."""
    attributes: dict[str, dict[str, Any]] = {
        "n": {"N": str(record.revision)},
        "b": {"B": msgspec.msgpack.encode(_body(record))},
        "o": {"S": use_text(record.owner)},
        "g": {"S": dates.operated_at(record.registered.day, record.registered.time)},
    }
    if record.uses:
        attributes["s"] = {"SS": sorted(map(use_text, record.uses))}
    if record.principal is not None:
        attributes["p"] = {"S": record.principal}
    attributes |= {name: {"N": "1"} for name, on in (("x", record.closed_to_others), ("d", record.deleted)) if on}
    return attributes


def record_of(number: str, item: Item) -> AddresseeRecord | None:
    """Return the record of a number's item, as DynamoDB or the table's stream shows it; None if it has none."""
    if "n" not in item:
        return None
    return AddresseeRecord(
        number=number,
        revision=int(item["n"]["N"]),
        owner=stored_use(item["o"]["S"]),
        uses=frozenset(map(stored_use, item.get("s", {}).get("SS", ()))),
        closed_to_others="x" in item,
        principal=item["p"]["S"] if "p" in item else None,
        deleted="d" in item,
        **_unpacked(msgspec.msgpack.decode(item["b"]["B"])),
    )


def pack_entry(entry: HistoryEntry) -> bytes:
    """Return a history entry in compact form."""
    record = entry.record
    standing = (
        record.owner,
        sorted(record.uses),
        record.closed_to_others,
        record.principal,
        record.deleted,
    )
    return msgspec.msgpack.encode((entry.deed, entry.by, standing, _body(record)))


def unpack_entry(number: str, revision: int, packed: bytes) -> HistoryEntry:
    """Return the entry of `pack_entry`."""
    deed, by, (owner, uses, closed, principal, deleted), body = msgspec.msgpack.decode(packed)
    record = AddresseeRecord(
        number=number,
        revision=revision,
        owner=Use(*owner),
        uses=frozenset(Use(*use) for use in uses),
        closed_to_others=closed,
        principal=principal,
        deleted=deleted,
        **_unpacked(body),
    )
    return HistoryEntry(Deed(deed), Use(*by), record)


def pack_lease(lease: Lease) -> str:
    """Return who holds a lease; two holders never have the same text."""
    return editor_text(lease.holder, lease.operator)


def editor_text(use: Use, operator: str) -> str:
    """Return an operator of a business as a lease names it."""
    return f"{use_text(use)}/{operator}"


def milliseconds(moment: datetime) -> int:
    """Return a moment as it is stored: milliseconds since 1970."""
    return int(moment.timestamp() * 1000)


def lease_of(item: Item) -> Lease | None:
    """Return the lease of a number's item, ended or not."""
    if "e" not in item:
        return None
    return Lease(*lease_holder(item["e"]["S"]), datetime.fromtimestamp(int(item["u"]["N"]) / 1000, UTC))


def lease_holder(text: str) -> tuple[Use, str]:
    """Return holder and operator of `pack_lease`."""
    business, local_system, operator = text.split("/", 2)
    return Use(business, local_system), operator


def seal_place(municipality: str, use: BusinessUse) -> str:
    """Return the one place a business's 個人番号 is sealed for: moved to another it can't be opened."""
    return f"{municipality}#{use.number}#{use_text(use.use)}"


def _body(record: AddresseeRecord) -> tuple[Any, ...]:
    person = {place: record.person[name] for place, name in enumerate(PERSON) if name in record.person}
    return LAYOUT, record.municipality, record.version, record.origin, person, record.registered, record.operation


def _unpacked(body: list[Any]) -> dict[str, Any]:
    layout, municipality, version, origin, person, registered, operation = body
    names = _LAYOUTS[layout]
    return {
        "municipality": municipality,
        "version": version,
        "origin": Origin(origin),
        "person": {names[place]: value for place, value in person.items()},
        "registered": Operation(*registered),
        "operation": Operation(*operation),
    }
