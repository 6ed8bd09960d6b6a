"""Addresses as they are compared: the town's name, the numbers after it, and the building, whatever the notation.

５丁目３３番２７号　レジデンス513号室, 5-33-27-513 and 五丁目三十三番二十七号 are the same as far as each goes.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from kyotsu.japanese import variants

_PREFECTURES = """
北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 新潟県 富山県
石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県
岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県
"""


class Address(NamedTuple):
    """An address taken apart; every part may be empty."""

    place: str
    """Municipality and ward, without the prefecture."""
    town: str
    """町字 without 大字 and 字; a 町 at its end is dropped, since it is often not written."""
    street: tuple[int, ...]
    """丁目, 番, 号, as far as given."""
    rooms: tuple[int, ...]
    """Numbers after the street's: of buildings, floors and rooms."""
    building: str

    @property
    def numbers(self) -> tuple[int, ...]:
        """All numbers in order: 5-33-27-513 doesn't say where the street ends and the room begins."""
        return self.street + self.rooms


_KANJI_DIGITS = "〇零一二三四五六七八九"
_PLACES = {"十": 10, "百": 100, "千": 1000}
_NUMERAL = f"[{_KANJI_DIGITS}十百千]+"
_UNIT = r"丁目|番地|番(?!町)|号室|号|条|階|線|地割"
_KANJI_NUMBER = re.compile(
    rf"{_NUMERAL}(?={_UNIT}|[-ー](?:[0-9]|{_NUMERAL})|[のノ](?:[0-9]|{_NUMERAL}(?![^\s\-のノ号]))(?![町丁]))"
    rf"|(?<=[-0-9]){_NUMERAL}(?![^\s\-のノ])|(?<=番地[のノ]){_NUMERAL}|(?<=[番地目]){_NUMERAL}(?=[\s\-]|$)"
    rf"|(?<=[0-9][のノー]){_NUMERAL}(?=[\s\-のノ]|$)"
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－ｰ~〜～―─━", "-"))
_KE = str.maketrans({"ヶ": "ケ", "ヵ": "ケ", "ゖ": "ケ", "之": "ノ", "乃": "ノ", "ッ": "ツ", "っ": "ツ"})
_GA_NO = re.compile(r"(?<=[一-鿿])[がガの](?=[一-鿿])")
_AZA = re.compile(r"大字|小字|字")
_STREET = re.compile(r"[0-9]+(?!条|線|[0-9])")
_SEPARATOR = re.compile(r"\s*(?:丁目|番地[のノ]?|番[のノ]?|号室|号|地割|[-ーのノ・,])\s*[-ー]?\s*")
_NUMBERS = re.compile(r"[0-9]+")
_NOT_BUILDING = re.compile(r"[0-9\s\-]|号室|号|階")
_POSTCODE = re.compile(r"^〒?\s*[0-9]{3}-?[0-9]{4}\s+|〒")
_PLACE = re.compile(r"^(?:(?:四日市|廿日市|野々市|八日市)市|[^0-9]{1,5}?[市郡](?=.))?(?:[^0-9市]{1,4}?区(?=.))?")
_DISTRICT = re.compile(r"^[^0-9]{1,4}?郡[^0-9]{1,6}?[町村](?=.)")
_TOWN_END = re.compile(r"(?<=.)[町村]$")


def _value(kanji: str) -> int:
    """Return the number that kanji numerals say, positional ones (二〇三) included."""
    if not any(place in kanji for place in _PLACES):
        return int("".join(str(max(_KANJI_DIGITS.index(digit) - 1, 0)) for digit in kanji))
    total, digit = 0, 0
    for character in kanji:
        if character in _PLACES:
            total, digit = total + (digit or 1) * _PLACES[character], 0
        else:
            digit = max(_KANJI_DIGITS.index(character) - 1, 0)
    return total + digit


def _arabic(match: re.Match[str]) -> str:
    return str(_value(match[0]))


def _plain(text: str) -> str:
    """Return an address in one notation: widths, variants, dashes and numerals unified."""
    folded = variants.fold(text).translate(_DASHES).translate(_KE)
    folded = _GA_NO.sub(lambda m: "ノ" if m[0] == "の" else "ケ", folded)
    # Twice: a numeral may stand before one that is a number only once that one is (三の二).
    for _ in range(2):
        folded = _KANJI_NUMBER.sub(_arabic, folded)
    return _POSTCODE.sub("", folded).strip()


def _split_place(area: str) -> tuple[str, str]:
    match = _DISTRICT.match(area) or _PLACE.match(area)
    place = match[0] if match else ""
    return place, area[len(place) :]


def _street_of(text: str) -> tuple[tuple[int, ...], str]:
    """Return the numbers a text begins with, as long as only units and dashes part them, and the rest of it."""
    numbers: list[int] = []
    while match := _NUMBERS.match(text):
        numbers.append(int(match[0][:9]))
        text = text[match.end() :]
        separator = _SEPARATOR.match(text)
        if separator is None:
            break
        text = text[separator.end() :]
    return tuple(numbers), text


@functools.lru_cache(maxsize=8192)
def parse(text: str) -> Address:
    """Take an address apart. Nothing is looked up: an unknown town is as good as a known one."""
    plain = _plain(text)
    prefecture = next((name for name in _FOLDED_PREFECTURES if plain.startswith(name)), "")
    plain = plain[len(prefecture) :]
    first = _STREET.search(plain)
    area, rest = (plain[: first.start()], plain[first.start() :]) if first else (plain, "")
    # A building may follow a town that has no number.
    area, _, spare = area.strip().partition(" ")
    place, town = _split_place(_AZA.sub("", area))
    street, after = _street_of(rest)
    after = f"{spare} {after}"
    rooms = tuple(int(number[:9]) for number in _NUMBERS.findall(after))
    return Address(place, _TOWN_END.sub("", town), street, rooms, _NOT_BUILDING.sub("", after))


_FOLDED_PREFECTURES = tuple(variants.fold(name) for name in _PREFECTURES.split())
