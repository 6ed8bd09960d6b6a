"""Ports for values that may not be stored in the clear: sealing with data keys, and keyed fingerprints."""

from __future__ import annotations

from typing import Protocol


class SealBrokenError(Exception):
    """Sealed bytes were changed, moved to another place, or sealed with another key."""


class DataKey(Protocol):
    """A key for the values of one chunk."""

    @property
    def wrapped(self) -> bytes:
        """The key itself, as only its `Sealer` can open it."""
        ...

    def seal(self, value: str, place: str) -> bytes:
        """Return the value sealed for one place; the same value gives other bytes each time."""
        ...

    def open(self, sealed: bytes, place: str) -> str:
        """Return a sealed value; raises SealBrokenError unless it was sealed with this key for this place."""
        ...

    def seal_bytes(self, body: bytes, place: str) -> bytes:
        """Return a body sealed for one place."""
        ...

    def open_bytes(self, sealed: bytes, place: str) -> bytes:
        """Return a sealed body; raises SealBrokenError."""
        ...


class Sealer(Protocol):
    """Makes data keys and opens wrapped ones."""

    def new_key(self) -> DataKey:
        """Return a new data key. Costs one remote call."""
        ...

    def open_key(self, wrapped: bytes) -> DataKey:
        """Return the data key of its wrapped form; raises SealBrokenError. Costs one remote call."""
        ...


class Fingerprints(Protocol):
    """Keyed hashes: equal texts have equal fingerprints, and without the key no text can be tried out."""

    @property
    def key_id(self) -> str:
        """Which key they are made with; it tells nothing about the key."""
        ...

    def of(self, purpose: str, text: str) -> bytes:
        """Return 32 bytes. Fingerprints of different purposes (`row`, or an item's romaji name) never match."""
        ...
