"""Numbers of a former 団体内統合宛名 system that must never be issued here, of whomever they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from kyotsu.addressees.numbers import LENGTH, NumberKind, Ranges, follows_rule
from kyotsu.contracts.audit import Deed
from kyotsu.integrated.store import IntegratedStore, Taken
from kyotsu.japanese.digits import is_individual_number
from kyotsu.japanese.text import is_digits

AT_ONCE = 200
"""Numbers that are looked at, told to the audit trail and reserved together."""
_INDIVIDUAL = 12
"""Digits of a 個人番号."""


@dataclass(slots=True)
class Former:
    """What a list of numbers tells. Lines that hold no number are known by their place alone, counted from 1."""

    lines: int = 0
    """Lines that are not empty."""
    numbers: list[str] = field(default_factory=list)
    """Each once, with leading zeros: new numbers have 15 digits."""
    irregular: list[str] = field(default_factory=list)
    """Numbers, as written, that the check-digit rule could not have issued: these are reserved as well."""
    outside: int = 0
    """Numbers that lie in no range of 団体内統合宛名番号, and would not be issued anyway."""
    invalid: list[int] = field(default_factory=list)
    """Lines without a number of up to 15 digits."""
    individual: list[int] = field(default_factory=list)
    """Lines that may well hold a 個人番号, which must not stand in a key: these are not reserved."""


@dataclass(slots=True)
class Reserved:
    """What became of numbers."""

    free: int = 0
    """Reserved by this run or, if it only looks, free to be."""
    before: int = 0
    """Reserved before."""
    used: list[str] = field(default_factory=list)
    """A person here has, or had, the number: two people may have it now."""


def read(lines: Iterable[str], ranges: Ranges) -> Former:
    """Return what a list of numbers, one a line, tells; empty lines count for nothing."""
    found, seen = Former(), set[str]()
    for place, line in enumerate(lines, start=1):
        number = line.strip()
        if number:
            found.lines += 1
            _add(found, seen, place, number, ranges)
    return found


def reserve(
    store: IntegratedStore, numbers: Sequence[str], told: Callable[[Deed, Sequence[str]], object], *, writes: bool
) -> Iterator[tuple[int, Reserved]]:
    """Reserve numbers, some at a time; yield how many are through, and what became of them.

    `told`: tells the audit trail, before it happens, which numbers are shown to be a person's, and which are reserved.
    What a run that ended early did is found as such, so that doing it again does what is left. Without `writes` it
    only looks.
    """
    for first in range(0, len(numbers), AT_ONCE):
        batch = numbers[first : first + AT_ONCE]
        taken = store.taken(batch)
        used = [number for number in batch if taken.get(number) is Taken.PERSON]
        free = [number for number in batch if number not in taken]
        if used:
            told(Deed.READ, used)
        if writes and free:
            told(Deed.CHANGED, free)
            late = store.reserve(free)  # issued since they were looked at
            used += late
            free = [number for number in free if number not in late]
        yield len(batch), Reserved(len(free), len(batch) - len(free) - len(used), used)


def _add(found: Former, seen: set[str], place: int, number: str, ranges: Ranges) -> None:
    if len(number) > LENGTH or not is_digits(number):
        found.invalid.append(place)
        return
    outside = ranges.kind(number) is not NumberKind.INTEGRATED
    # Inside the range it must be reserved whatever it looks like; outside nothing is lost by leaving it out.
    if outside and len(number) == _INDIVIDUAL and is_individual_number(number):
        found.individual.append(place)
        return
    whole = number.zfill(LENGTH)
    if whole in seen:
        return
    seen.add(whole)
    found.numbers.append(whole)
    found.outside += outside
    if not follows_rule(number):
        found.irregular.append(number)
