"""Character classes and counts of the standard's string items."""

from __future__ import annotations

import re

_HALF_WIDTH = re.compile(r"[\x20-\x7e]*")
# Half-width katakana and punctuation, and everything ASCII, have no place in an N item; nor have controls.
_NOT_FULL_WIDTH = re.compile("[\x00-\x7f\x80-\x9f\u00a5\u203e\uff61-\uff9f\u2028\u2029\ufeff]")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_DIGITS = re.compile(r"[0-9]*")


def is_half_width(text: str) -> bool:
    """Tell whether every character is printable ASCII."""
    return _HALF_WIDTH.fullmatch(text) is not None


def is_full_width(text: str) -> bool:
    """Tell whether no character is half-width or a control character."""
    return _NOT_FULL_WIDTH.search(text) is None


def is_digits(text: str) -> bool:
    """Tell whether every character is an ASCII digit (`str.isdigit` would take full-width ones, too)."""
    return _DIGITS.fullmatch(text) is not None


def character_count(text: str) -> int:
    """Count characters; a base character with its variation selector is one."""
    return len(text) - len(_SELECTORS.findall(text))
