"""A note of a search, so that an issue can name the search that preceded it, and what was picked of it shows.

It holds no personal data: numbers, points, and keyed fingerprints of the texts the index was asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple, Protocol

from kyotsu.contracts.sealing import Fingerprints

_PURPOSE, _DIGEST = "search", 8


class Note(NamedTuple):
    """What is kept of a search until it expires."""

    id: str
    system: str
    at: datetime
    until: datetime
    people: tuple[tuple[str, int], ...]
    """宛名番号 and 得点 of who was shown, in order."""
    asked: frozenset[bytes]
    """`digests` of the keys that were read."""


class Notes(Protocol):
    """Keeps notes."""

    def put(self, note: Note) -> None:
        """Keep a note durably."""
        ...

    def find(self, search: str) -> Note | None:
        """Return a note, which may have expired; None: there is none (any more)."""
        ...


def digests(keys: Iterable[str], fingerprints: Fingerprints) -> frozenset[bytes]:
    """Return keyed fingerprints of blocking keys."""
    return frozenset(fingerprints.of(_PURPOSE, key)[:_DIGEST] for key in keys)


def is_about(note: Note, keys: Collection[str], fingerprints: Fingerprints) -> bool:
    """Tell whether a search would have found somebody who stands under these keys."""
    return not note.asked.isdisjoint(digests(keys, fingerprints))
