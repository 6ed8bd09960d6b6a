"""Whether two rows are about the same person, and whether two numbers could be taken for one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from kyotsu.addressees.numbers import LENGTH
from kyotsu.addressees.suspects import folded
from kyotsu.japanese.text import is_digits

_SEPARATOR = "\x1f"
_NAMES = ("shimei", "shimei_gaikokujinkanji", "shimei_gaikokujinromaji", "tsusho", "shimei_furigana")
_ADDRESS = ("jusho_todofuken", "jusho_shikugunchosonmei", "jusho_choaza", "jusho_banchigohyoki", "jusho_kokugaijusho")


def value_of(number: str) -> str:
    """Return what numbers have in common that differ in leading zeros alone: receivers would take them for one."""
    return number.zfill(LENGTH) if number and is_digits(number) else number


def person_key(key: bytes, items: Mapping[str, str]) -> bytes:
    """Return 16 keyed bytes that are equal for the same person: name, birth date and sex, as far as they are told.

    Width, spaces and variation selectors of names don't count. Without a definite birth date the address counts, too.
    `items`: by romaji name, of 031i001, of a record or of a resident.
    """
    name = items.get("shimei") or items.get("uji_nihonjin", "") + items.get("na_nihonjin", "")
    parts = [name or next((items[item] for item in _NAMES if items.get(item)), "")]
    parts += [items.get("seinengappi", ""), items.get("seibetsu", "")]
    if not items.get("seinengappi") or items.get("seinengappi_fushofuragu") == "1":
        parts += [items.get(item, "") for item in _ADDRESS]
    told = _SEPARATOR.join(map(folded, parts))
    return hashlib.blake2b(told.encode(), digest_size=16, key=key).digest()
