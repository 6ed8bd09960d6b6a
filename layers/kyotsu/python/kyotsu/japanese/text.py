"""Character classes and counts of the standard's string items."""

from __future__ import annotations

import re
import unicodedata

HALF_WIDTH = r"[\x20-\x7e]"
"""Pattern of one character of an X item."""
# Half-width forms, and everything ASCII, have no place in an N item; nor have controls, characters nobody sees (they
# would make two equal names differ, or turn a line around), and code points that are no characters. The private use
# areas have one: MJ+ puts 外字 there.
_NOT_FULL_WIDTH = (
    "\x00-\xa0\u00a5\u00ad\u200b-\u200f\u2028-\u202e\u203e\u2060-\u206f\ufdd0-\ufdef\ufeff\uff61-\uffdc"
    "\uffe8-\uffee\ufff9-\ufffb\ufffe\uffff"
)
FULL_WIDTH = f"[^{_NOT_FULL_WIDTH}]"
"""Pattern of one character of an N item."""

_HALF_WIDTH_TEXT = re.compile(f"{HALF_WIDTH}*")
_NOT_FULL_WIDTH_CHARACTER = re.compile(f"[{_NOT_FULL_WIDTH}]")
_SELECTED = re.compile("[^\ufe00-\ufe0f\U000e0100-\U000e01ef][\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_HALF_WIDTH_KANA = re.compile("[\uff61-\uff9f]+")
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000, 0xA5: 0xFFE5}
UNKNOWN = "〓"
_DIGITS = re.compile(r"[0-9]*")


def is_half_width(text: str) -> bool:
    """Tell whether every character is printable ASCII."""
    return _HALF_WIDTH_TEXT.fullmatch(text) is not None


def is_full_width(text: str) -> bool:
    """Tell whether no character is half-width, a control character or invisible. The full-width space is none."""
    return _NOT_FULL_WIDTH_CHARACTER.search(text) is None


def full_width(text: str) -> str:
    """Return a text as an N item may hold it: ASCII and half-width kana in full width, what has no such form as 〓."""
    kana = _HALF_WIDTH_KANA.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return _NOT_FULL_WIDTH_CHARACTER.sub(UNKNOWN, kana.translate(_WIDE))


def is_digits(text: str) -> bool:
    """Tell whether every character is an ASCII digit (`str.isdigit` would take full-width ones, too)."""
    return _DIGITS.fullmatch(text) is not None


def character_count(text: str) -> int:
    """Count characters; a base character with its variation selector is one.

    A selector without a base of its own counts, and so does a combining mark (か followed by U+3099 is two).
    """
    return len(text) - len(_SELECTED.findall(text))
