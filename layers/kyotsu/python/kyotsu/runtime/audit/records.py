"""A record of the audit trail: its bytes, its place, and what ties it to the one before. Pure.

    records/{source}/{JST day}/{writer}/{sequence}

The first line is JSON and is what the chain goes over; it holds the SHA-256 of the rest, which is the sorted addressee
numbers, one a line, compressed.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

import msgspec

from kyotsu.contracts.audit import Access

JST = timezone(timedelta(hours=9))
RECORDS = "records/"
PIECE = 100_000
"""People in one record; a larger access takes several, one after the other."""
LONGEST_NUMBER = 32
"""Characters. A lawful one has 15; what a file brought as one is a person's key here, too."""
_LARGEST = PIECE * LONGEST_NUMBER * 4
"""Bytes of the numbers of a record, at most."""


class RecordBrokenError(Exception):
    """These bytes are not a record of the audit trail, or not the one that should stand there."""


class Place(NamedTuple):
    """Where a record stands. A day is YYYY-MM-DD, JST, by the writer's clock."""

    source: str
    day: str
    writer: str
    sequence: int

    @property
    def key(self) -> str:
        """Its object key."""
        return f"{RECORDS}{self.source}/{self.day}/{self.writer}/{self.sequence:09d}"


class Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a record says, but for the numbers."""

    municipality: str
    source: str
    """What wrote it: a function, or `cli`."""
    writer: str
    """One run of it, on one day: nothing else ever writes under this name."""
    sequence: int
    """1, 2, 3 … of the writer's records."""
    previous: str
    """Hash of the writer's record before; empty in its first one."""
    recorded_at: str
    """ISO 8601, JST."""
    access: Access
    piece: int
    """Which of the records of this access it is, from 0."""
    pieces: int
    people: int
    first: str
    """The lowest number; likewise `last` is the highest."""
    last: str
    sha256: str
    """Of the compressed numbers."""

    @property
    def place(self) -> Place:
        """Where it must stand."""
        return Place(self.source, self.recorded_at[:10], self.writer, self.sequence)


class Record(NamedTuple):
    """A header and its line, and the people."""

    header: Header
    line: bytes
    numbers: Sequence[str]

    @property
    def hash(self) -> str:
        """What the writer's next record, and the digest of the day, say of it."""
        return hashlib.sha256(self.line).hexdigest()


def place_of(key: str) -> Place:
    """Return the place that an object key names; raises RecordBrokenError."""
    parts = key.removeprefix(RECORDS).split("/")
    if len(parts) != 4 or not (parts[3].isascii() and parts[3].isdigit()):
        raise RecordBrokenError(key)
    place = Place(parts[0], parts[1], parts[2], int(parts[3]))
    if place.key != key:
        raise RecordBrokenError(key)
    return place


def day_of(moment: datetime) -> str:
    """Return the JST day of a moment, YYYY-MM-DD."""
    return moment.astimezone(JST).date().isoformat()


def japanese(moment: datetime) -> str:
    """Return a moment as ISO 8601, JST, to the millisecond."""
    return moment.astimezone(JST).isoformat(timespec="milliseconds")


def pack(numbers: Sequence[str]) -> bytes:
    """Return sorted numbers as a record holds them."""
    return zlib.compress("\n".join(numbers).encode(), 6)


def encode(header: Header, packed: bytes) -> tuple[Record, bytes]:
    """Return a record, without its numbers, and its bytes."""
    line = msgspec.json.encode(header)
    return Record(header, line, ()), line + b"\n" + packed


def decode(key: str, body: bytes) -> Record:
    """Return the record that stands at a key; raises RecordBrokenError if it is not whole or not of this place."""
    line, _, packed = body.partition(b"\n")
    try:
        header = msgspec.json.decode(line, type=Header)
    except msgspec.MsgspecError as error:
        raise RecordBrokenError(key) from error
    if header.place.key != key or hashlib.sha256(packed).hexdigest() != header.sha256:
        raise RecordBrokenError(key)
    numbers = _unpack(key, packed)
    if (header.people, header.first, header.last) != (len(numbers), numbers[0], numbers[-1]):
        raise RecordBrokenError(key)
    return Record(header, line, numbers)


def distinct(numbers: Iterable[str]) -> list[str]:
    """Return numbers as records hold them: each once, sorted. Raises ValueError for what can't be one."""
    found = sorted(set(numbers))
    if not all(number.isprintable() and 0 < len(number) <= LONGEST_NUMBER for number in found):
        raise ValueError("not an addressee number")
    return found


def _unpack(key: str, packed: bytes) -> list[str]:
    decompress = zlib.decompressobj()
    try:
        text = decompress.decompress(packed, _LARGEST)
        if not decompress.eof or decompress.unused_data:
            raise RecordBrokenError(key)
        return text.decode().split("\n")
    except (zlib.error, UnicodeDecodeError) as error:
        raise RecordBrokenError(key) from error
