"""Entries and values in compact form, so that a typical row and a typical head cost one write unit each."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kyotsu.residents.sealing import StoredValue
from kyotsu.residents.versions import Entry, Retraction


def pack_entries(entries: Sequence[Entry], retractions: Sequence[Retraction] = ()) -> bytes:
    """Return entries in compact form; each receipt's id stands once."""
    receipts = {receipt: index for index, receipt in enumerate(dict.fromkeys(entry.receipt_id for entry in entries))}
    rows = [(*entry[:8], receipts[entry.receipt_id], entry.line) for entry in entries]
    # Hardly anybody has one: without any, the form is that of heads stored before there were retractions.
    return msgspec.msgpack.encode((list(receipts), rows, retractions) if retractions else (list(receipts), rows))


def unpack_entries(packed: bytes) -> tuple[Entry, ...]:
    """Return the entries of `pack_entries`."""
    return unpack(packed)[0]


def unpack(packed: bytes) -> tuple[tuple[Entry, ...], tuple[Retraction, ...]]:
    """Return entries and retractions of `pack_entries`."""
    receipts, rows, *more = msgspec.msgpack.decode(packed)
    for row in rows:
        row[8] = receipts[row[8]]
    return tuple(map(Entry._make, rows)), tuple(Retraction._make(row) for rows in more for row in rows)


def version_key(entry: Entry) -> str:
    """Return the sort key of a stored version."""
    effect = f"{entry.effect or '-'}{entry.origin}"
    return f"V#{entry.history:09d}#{entry.sub:03d}#{entry.operated_at}#{effect}#{entry.digest}"


def pack_values(values: Sequence[StoredValue]) -> bytes:
    """Return a row's values, sealed where they must be, in compact form."""
    return msgspec.msgpack.encode(values)


def unpack_values(packed: bytes) -> list[StoredValue]:
    """Return the values of `pack_values`."""
    values: list[StoredValue] = msgspec.msgpack.decode(packed)
    return values
