"""Check digits. All functions take ASCII digits only and expect their exact number."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from operator import mul

_ADDRESSEE = tuple([2, 3, 4, 5, 6, 7] * 3)
_NUMBER = (2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6)
_MUNICIPALITY = (2, 3, 4, 5, 6)
_ZERO = ord("0")


def _weighted(body: str, weights: Sequence[int]) -> int:
    """Sum the digits from the right, each times its weight."""
    digits = body.encode()[::-1]
    total: int = sum(map(mul, digits, weights))
    return total - _ZERO * sum(weights[: len(digits)])


def addressee_check_digit(body: str) -> str | None:
    """Return the check digit of an addressee number's body, or None if the body may not be issued.

    Modulus 11, weights 2–7 repeating from the right; remainder 0 gives "0" (共通機能標準仕様書 2.1, note 7).
    Remainder 1 has no digit and the standard is silent, so such a body is never issued.
    """
    remainder = _weighted(body, _ADDRESSEE) % 11
    if remainder == 1:
        return None
    return str((11 - remainder) % 11)


def _number_check_digit(body: str) -> str:
    """Modulus 11, weights 2–7 for the lowest six digits and 2 onwards again; remainders 0 and 1 give "0"."""
    remainder = _weighted(body, _NUMBER) % 11
    return "0" if remainder <= 1 else str(11 - remainder)


def is_individual_number(text: str) -> bool:
    """Tell whether 12 digits end in their check digit (平成26年総務省令85号 第5条)."""
    return text[11] == _number_check_digit(text[:11])


def is_resident_record_code(text: str) -> bool:
    """Tell whether 11 digits end in their check digit.

    The formula of 平成14年総務省告示436号 is known second-hand only; it fits all published specimens.
    """
    return text[10] == _number_check_digit(text[:10])


@functools.lru_cache(maxsize=4096)
def is_municipality_code(text: str) -> bool:
    """Tell whether 6 digits of a 全国地方公共団体コード end in their check digit."""
    return text[5] == str((11 - _weighted(text[:5], _MUNICIPALITY) % 11) % 10)
