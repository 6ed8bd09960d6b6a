"""Birth dates compared: indefinite ones, and those that somebody mistyped or took from the wrong era."""

from __future__ import annotations

import functools

from kyotsu.addressees.candidates.levels import Birth

ERA_SHIFTS = frozenset({14, 30, 44, 63, 93})
"""Years between the same year of two eras: 大正–昭和 14, 平成–令和 30, 明治–大正 44, 昭和–平成 63, 昭和–令和 93."""
ANIMALS = 12
"""The 干支 comes round; people know theirs better than their year."""


@functools.lru_cache(maxsize=8192)
def compare(one: str, other: str) -> Birth:
    """Return how well two dates of a form agree."""
    if not one or not other:
        return Birth.NONE
    if one == other:
        return Birth.SAME if _full(one) else _partly(one, other)
    if not (_full(one) and _full(other)):
        return _partly(one, other)
    return _mistyped(one, other) or _one_part_off(one, other)


def _full(date: str) -> bool:
    return "00" not in (date[4:6], date[6:]) and date[:4] != "0000"


def _partly(one: str, other: str) -> Birth:
    pairs = ((one[:4], other[:4]), (one[4:6], other[4:6]), (one[6:], other[6:]))
    known = [(a, b) if a.strip("0") and b.strip("0") else None for a, b in pairs]
    if any(pair and pair[0] != pair[1] for pair in known):
        return Birth.FAR
    if known[0]:
        return Birth.YEAR_MONTH if known[1] else Birth.YEAR
    return Birth.PARTLY if any(known) else Birth.NONE


def _mistyped(one: str, other: str) -> Birth | None:
    if one[:4] == other[:4] and one[4:6] == other[6:] and one[6:] == other[4:6]:
        return Birth.SWAPPED
    differing = [place for place in range(8) if one[place] != other[place]]
    if len(differing) == 1:
        return Birth.DIGIT
    turned = len(differing) == 2 and differing[1] == differing[0] + 1
    if turned and one[differing[0]] == other[differing[1]] and one[differing[1]] == other[differing[0]]:
        return Birth.DIGIT
    return None


def _one_part_off(one: str, other: str) -> Birth:
    year, month, day = one[:4] == other[:4], one[4:6] == other[4:6], one[6:] == other[6:]
    if month and day:
        apart = abs(int(one[:4]) - int(other[:4]))
        return Birth.ERA if apart in ERA_SHIFTS or apart in {1, ANIMALS} else Birth.OTHER_YEAR
    if year and day:
        return Birth.OTHER_MONTH
    return Birth.OTHER_DAY if year and month else Birth.FAR
