"""Sealed items of a row: how they stand among its values, and to whom they are bound."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kyotsu.contracts.sealing import DataKey, Fingerprints, Sealer

StoredValue = str | bytes
"""A row's value as it is stored; bytes are sealed."""


@dataclass(frozen=True, slots=True)
class Sealing:
    """Everything that storing rows needs so that their sealed items are never in the clear."""

    sealer: Sealer
    fingerprints: Fingerprints
    items: Callable[[str], Mapping[int, str]]
    """Positions and romaji names of a layout's sealed items, by `interface/version`."""


def key_reference(wrapped: bytes) -> str:
    """Return the short name of a data key, 16 characters, made of its wrapped form: no two keys share one."""
    return urlsafe_b64encode(hashlib.sha256(wrapped).digest()[:12]).decode()


def seal_values(
    key: DataKey, items: Mapping[int, str], values: Sequence[str], municipality: str, number: str
) -> list[StoredValue]:
    """Return a person's values with the given items sealed; empty ones stay empty."""
    stored: list[StoredValue] = list(values)
    for position, item in items.items():
        if values[position]:
            stored[position] = key.seal(values[position], _place(municipality, number, item))
    return stored


def open_values(
    key: DataKey, columns: Sequence[str], stored: Sequence[StoredValue], municipality: str, number: str
) -> dict[str, str]:
    """Return a person's sealed values by romaji name; raises SealBrokenError if one of them belongs elsewhere."""
    return {
        item: key.open(value, _place(municipality, number, item))
        for item, value in zip(columns, stored, strict=True)
        if isinstance(value, bytes)
    }


def without_sealed(stored: Sequence[StoredValue]) -> list[str]:
    """Return the values with the sealed ones empty."""
    return [value if isinstance(value, str) else "" for value in stored]


def _place(municipality: str, number: str, item: str) -> str:
    return "\x1f".join((municipality, number, item))
