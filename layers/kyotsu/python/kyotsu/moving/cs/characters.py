"""Characters that a message may hold, and what stands for those that it may not.

Which characters the CS takes (住基ネット統一文字) is not public. The default is what JIS X 0213:2004 or Windows-31J can
write (髙 and 﨑 are of the latter alone); whoever knows better gives another `Repertoire`. A character outside becomes
the geta mark 〓; a variation selector is left out, its base character stays. Both are noted with their place and code
point, for the clerks on both sides: nothing changes silently.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

Repertoire = Callable[[str], bool]
"""Tells whether one character may be sent."""
GETA = "〓"
TABLE = "cs-characters.txt"
"""Of the catalogue: what a deployment knows that the CS takes; none is the default."""
_LINE = re.compile(r"(?i:U\+)(?P<first>[0-9A-Fa-f]{4,6})(?:\s*\.\.\s*(?i:U\+)(?P<last>[0-9A-Fa-f]{4,6}))?")
_CODECS = ("euc_jis_2004", "cp932")


class Substituted(msgspec.Struct, frozen=True):
    """One character that a message does not hold as it was."""

    item: str
    """Path of the item: `people[0].name`."""
    position: int
    """Of the character in the item as it was, from 1, in code points."""
    code_point: str
    """`U+20BB7`."""
    substitute: str
    """`〓`, or "" where a variation selector was left out."""


def jis_x_0213(character: str) -> bool:
    """Tell whether JIS X 0213:2004 or Windows-31J can write a character."""
    for codec in _CODECS:
        try:
            character.encode(codec)
        except UnicodeEncodeError:
            continue
        return True
    # か゚ and the like are one character of JIS X 0213 and two code points; alone, a mark says nothing.
    return character in "\u309a\u0300\u0301\u02e5\u02e9"


def of_file(path: Path) -> Repertoire:
    """Return the repertoire of a file, if a deployment has one, else JIS X 0213; raises ValueError as `of_table`."""
    return of_table(path.read_text("utf-8").splitlines()) if path.is_file() else jis_x_0213


def of_table(lines: Iterable[str]) -> Repertoire:
    """Return the repertoire of a table: a code point (`U+4E00`) or a range (`U+4E00..U+9FFF`) a line; # comments.

    Raises ValueError if a line is neither, or if there is none: then every character would be substituted.
    """
    ranges = [_range(line.partition("#")[0].strip()) for line in lines]
    known = [found for found in ranges if found]
    if not known:
        raise ValueError("a table of characters has none")
    return lambda character: any(ord(character) in each for each in known)


def _range(line: str) -> range | None:
    if not line:
        return None
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"{line!r} is no code point and no range of them")
    first, last = int(found["first"], 16), int(found["last"] or found["first"], 16)
    if not first <= last <= sys.maxunicode:
        raise ValueError(f"{line!r} is no range of code points")
    return range(first, last + 1)


def substituted(value: Any, repertoire: Repertoire = jis_x_0213) -> tuple[Any, tuple[Substituted, ...]]:
    """Return a JSON value whose texts hold nothing but characters of a repertoire, and what was substituted."""
    notes = list[Substituted]()
    return _walk(value, "", repertoire, notes), tuple(notes)


def _walk(value: Any, path: str, repertoire: Repertoire, notes: list[Substituted]) -> Any:
    if isinstance(value, str):
        return "".join(_character(c, Substituted(path, at, "", ""), repertoire, notes) for at, c in enumerate(value, 1))
    if isinstance(value, dict):
        return {
            name: _walk(item, f"{path}.{name}" if path else str(name), repertoire, notes)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_walk(item, f"{path}[{index}]", repertoire, notes) for index, item in enumerate(value)]
    return value


def _character(character: str, place: Substituted, repertoire: Repertoire, notes: list[Substituted]) -> str:
    if repertoire(character):
        return character
    substitute = "" if is_selector(character) else GETA
    code_point = f"U+{ord(character):04X}"
    notes.append(msgspec.structs.replace(place, code_point=code_point, substitute=substitute))
    return substitute


def is_selector(character: str) -> bool:
    """Tell whether a code point only chooses a form of the character before it."""
    return "VARIATION SELECTOR" in unicodedata.name(character, "")
