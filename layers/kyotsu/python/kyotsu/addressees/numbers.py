"""Addressee numbers: 15 digits, of which the last is a check digit, from ranges of serials that never overlap.

A serial is what stands before the check digit. It counts up from the start of its kind's range; serials are reserved
in blocks, outside the transaction that issues a number, so that gaps are lawful and collisions impossible.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from kyotsu.japanese.digits import addressee_check_digit
from kyotsu.japanese.text import is_digits

LENGTH = 15
_SERIAL = LENGTH - 1


class NumberKind(StrEnum):
    """Who a number is issued for."""

    RESIDENT = "resident"
    NON_RESIDENT = "non-resident"
    INTEGRATED = "integrated"


@dataclass(frozen=True, slots=True)
class Serials:
    """Serials from `first` to `last`, both included: a range, or a block reserved of one."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if not 0 < self.first <= self.last < 10**_SERIAL:
            raise ValueError(f"serials have up to {_SERIAL} digits, and the first is not above the last")

    def __contains__(self, serial: int) -> bool:
        return self.first <= serial <= self.last

    def overlaps(self, other: Serials) -> bool:
        """Tell whether a serial is in both."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """The ranges of a deployment. The defaults are ours: the standard asks for no more than that they don't collide."""

    resident: Serials = Serials(1, 79_999_999_999_999)
    non_resident: Serials = Serials(80_000_000_000_000, 89_999_999_999_999)
    integrated: Serials = Serials(90_000_000_000_000, 99_999_999_999_999)

    def __post_init__(self) -> None:
        ordered = sorted((self.resident, self.non_resident, self.integrated), key=lambda serials: serials.first)
        if any(one.overlaps(other) for one, other in itertools.pairwise(ordered)):
            raise ValueError("ranges of addressee numbers must not overlap")

    def of(self, kind: NumberKind) -> Serials:
        """Return the range of a kind."""
        return {
            NumberKind.RESIDENT: self.resident,
            NumberKind.NON_RESIDENT: self.non_resident,
            NumberKind.INTEGRATED: self.integrated,
        }[kind]

    def kind(self, number: str) -> NumberKind | None:
        """Return the kind in whose range a number lies, whatever its check digit; None: in no range.

        Older systems' shorter numbers are read as if they had leading zeros.
        """
        if not number or len(number) > LENGTH or not is_digits(number):
            return None
        serial = int(number) // 10
        return next((kind for kind in NumberKind if serial in self.of(kind)), None)


def number_of(serial: int) -> str | None:
    """Return the number of a serial, or None if it has no check digit (remainder 1) and is never issued."""
    body = str(serial).zfill(_SERIAL)
    digit = addressee_check_digit(body)
    return None if digit is None else body + digit


def issuable(block: Serials, after: int | None = None) -> Iterator[tuple[int, str]]:
    """Yield the serials of a block that may be issued, with their numbers, in order; `after`: the last one used."""
    for serial in range(block.first if after is None else max(block.first, after + 1), block.last + 1):
        number = number_of(serial)
        if number is not None:
            yield serial, number


def follows_rule(number: str) -> bool:
    """Tell whether a number is one that this rule could have issued. Received and migrated ones need not be."""
    return len(number) == LENGTH and is_digits(number) and addressee_check_digit(number[:_SERIAL]) == number[_SERIAL:]
