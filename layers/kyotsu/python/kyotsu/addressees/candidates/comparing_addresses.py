"""Addresses compared: the town as a text, the numbers as far as both give them."""

from __future__ import annotations

import functools

from rapidfuzz.distance import OSA

from kyotsu.addressees.candidates.forms import AddressForm
from kyotsu.addressees.candidates.levels import Place


def compare(one: AddressForm, other: AddressForm) -> Place:
    """Return how well two addresses agree; symmetric."""
    if not (one.place or one.town) or not (other.place or other.town):
        return Place.NONE
    if not _town(one.town, other.town) or not _places_may_agree(one.place, other.place):
        return Place.MUNICIPALITY if one.place and one.place == other.place else Place.FAR
    return _numbers(one, other)


@functools.lru_cache(maxsize=8192)
def _town(one: str, other: str) -> bool:
    """Tell whether two town names are one, but for a slip in a longer one or a part left out."""
    if one == other:
        return bool(one)
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= 2 and (longer.endswith(shorter) or longer.startswith(shorter)):
        return True
    return len(shorter) >= 3 and OSA.distance(one, other, score_cutoff=1) <= 1


@functools.lru_cache(maxsize=8192)
def _places_may_agree(one: str, other: str) -> bool:
    """Tell whether two municipalities may be one: the same, or one of them written without its city or ward."""
    return one == other or one.startswith(other) or other.startswith(one) or one.endswith(other) or other.endswith(one)


def _numbers(one: AddressForm, other: AddressForm) -> Place:
    a, b = one.numbers, other.numbers
    if not a or not b:
        return Place.TOWN
    if a == b:
        return Place.SAME
    shared = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    street = min(one.street, other.street)
    if shared == min(len(a), len(b)):
        whole = shared >= max(one.street, other.street) or (shared >= street and shared >= 3)
        return Place.STREET if whole else Place.PART
    if shared >= max(one.street, other.street) or (shared >= 3 and shared >= street):
        return Place.ROOM
    return Place.DIGIT if _one_number_off(a, b) else Place.TOWN


def _one_number_off(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    """Tell whether one number differs, of at least two, or two are in each other's place."""
    length = min(len(a), len(b))
    if length < 2:
        return False
    differing = sum(x != y for x, y in zip(a, b, strict=False))
    return differing == 1 or (differing == 2 and length >= 2 and sorted(a[:length]) == sorted(b[:length]))
