"""Numbers with valid check digits, each given once. No number is looked up anywhere: all are computed."""

from __future__ import annotations

_WEIGHTS = (2, 3, 4, 5, 6, 7)
"""From the lowest digit, repeating; 宛名番号, 個人番号 and 住民票コード share them."""
_MUNICIPALITY_WEIGHTS = (6, 5, 4, 3, 2)
_INDIVIDUAL_STRIDE, _RECORD_STRIDE = 76_408_915_771, 3_141_592_653
"""Coprime to ten, so that multiplying by one permutes the bodies of a fixed number of digits."""
SPARE_NUMBERS = 4
"""How many 個人番号 and 住民票コード one person may need in a life, changes included."""


def _weighted_sum(body: str) -> int:
    return sum(int(digit) * _WEIGHTS[place % 6] for place, digit in enumerate(reversed(body)))


def addressee_check_digit(body: str) -> str | None:
    """Return the check digit of a 宛名番号's or 世帯番号's body, or None if the body is never issued (remainder 1)."""
    remainder = _weighted_sum(body) % 11
    if remainder == 1:
        return None
    return str((11 - remainder) % 11)


def national_check_digit(body: str) -> str:
    """Return the check digit of a 個人番号 (11 digits) or 住民票コード (10): weights 2–7 repeating; 0 or 1 gives 0."""
    remainder = _weighted_sum(body) % 11
    return "0" if remainder <= 1 else str(11 - remainder)


def is_municipality_code(code: str) -> bool:
    """Tell whether a code is six digits with the right check digit."""
    if len(code) != 6 or not code.isascii() or not code.isdecimal():
        return False
    remainder = sum(int(digit) * weight for digit, weight in zip(code, _MUNICIPALITY_WEIGHTS, strict=False)) % 11
    return int(code[5]) == (11 - remainder) % 10


class Serials:
    """Gives 15-digit numbers in ascending order: 14 digits of a serial and a check digit."""

    def __init__(self, first: int) -> None:
        self._serial = first - 1

    def issue(self) -> str:
        """Return the next number; bodies without a check digit are passed over."""
        while True:
            self._serial += 1
            body = f"{self._serial:014d}"
            digit = addressee_check_digit(body)
            if digit is not None:
                return body + digit


def individual_number(seed: int, person: int, change: int = 0) -> str:
    """Return the 個人番号 of the person of this index after so many changes; no two persons share one."""
    return _national(seed + 1, person, change, 11, _INDIVIDUAL_STRIDE)


def resident_record_code(seed: int, person: int, change: int = 0) -> str:
    """Return the 住民票コード of the person of this index after so many changes; no two persons share one."""
    return _national(seed + 2, person, change, 10, _RECORD_STRIDE)


def _national(salt: int, person: int, change: int, digits: int, stride: int) -> str:
    index = person * SPARE_NUMBERS + change
    body = f"{(index * stride + salt * 104_729_003) % 10**digits:0{digits}d}"
    return body + national_check_digit(body)
