"""Rows that are plainly right, told by one regular expression per layout.

Nearly every row is right. Matching a whole row at once takes a few microseconds; looking at each of its items to find
no error takes ten times as long. What doesn't match is not wrong yet: the careful look decides, and finds the words.
Left to it are 29 February, indefinite dates, values that begin with a space, and those that are too long unless their
selectors are left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kyotsu.catalogue.layouts import Item, ItemType, Layout
from kyotsu.contracts import outcomes
from kyotsu.japanese.forms import Holds
from kyotsu.japanese.text import FULL_WIDTH, HALF_WIDTH
from kyotsu.linkage.rules import form_of

_SEPARATOR = "\x1f"
"""Joins a row's values; no lawful item holds it."""
_KEY = r"[\x21-\x7e]"
_DATE = (
    "(?!0000)[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    "|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?"
_CHARACTERS = {ItemType.INTEGER: "[0-9]", ItemType.HALF_WIDTH: HALF_WIDTH, ItemType.FULL_WIDTH: FULL_WIDTH}


class PlainRows:
    """Recognises rows of one layout in which no rule about an item is broken."""

    def __init__(self, layout: Layout) -> None:
        self._row = re.compile(_SEPARATOR.join(map(_part, layout.items)))
        self._checked = [(place, check) for place, item in enumerate(layout.items) for check in _check_digits(item)]

    def matches(self, values: Sequence[str]) -> bool:
        """Tell whether a row of the layout's width is plainly right; False means that nobody knows yet."""
        if self._row.fullmatch(_SEPARATOR.join(values)) is None:
            return False
        return all(check(values[place]) for place, check in self._checked if values[place])


def _part(item: Item) -> str:
    required = item.presence == "required" or item.key
    text = f"(?:{'' if item.codes else _no_space_first(item)}{_text(item)})"
    return text if required else f"{text}?"


def _no_space_first(item: Item) -> str:
    return r"(?!\s)" if item.type in (ItemType.HALF_WIDTH, ItemType.FULL_WIDTH) else ""


def _text(item: Item) -> str:
    if item.romaji.endswith("_fushofuragu"):
        return "0"  # an indefinite date loosens one rule and brings others
    if item.codes:
        return "|".join(map(re.escape, sorted(item.codes)))
    for rule in form_of(item).rules:
        if rule.outcome is outcomes.FIXED_LENGTH:
            return f"[0-9]{{{rule.fields['length']}}}"
    if item.type is ItemType.DATE:
        return _DATE
    if item.type is ItemType.TIME:
        return _TIME
    character = _KEY if item.key and item.type is ItemType.HALF_WIDTH else _CHARACTERS[item.type]
    return f"{character}{{1,{item.length}}}"


def _check_digits(item: Item) -> list[Holds]:
    return [rule.holds for rule in form_of(item).rules if rule.outcome is outcomes.CHECK_DIGIT]
