"""Addresses in other notations, of other times, and mistyped."""

from __future__ import annotations

import re
import unicodedata
from random import Random

from tools.candidates.register import Register, Row
from tools.candidates.vocabulary import SPACE

_KANJI_DIGITS = "〇一二三四五六七八九"


def old_address(query: Row, person: Row, random: Random, _: Register) -> None:
    """Give an earlier address."""
    if person["prev_addresses"]:
        query["address"] = random.choice(person["prev_addresses"])["address"]


def new_address(query: Row, person: Row, random: Random, register: Register) -> None:
    """Give an address that nobody has registered yet."""
    query["address"] = register.address()


def no_address(query: Row, person: Row, random: Random, _: Register) -> None:
    """Give no address."""
    query["address"] = ""


def address_notation(query: Row, person: Row, random: Random, _: Register) -> None:
    """Write the address in another notation."""
    text = unicodedata.normalize("NFKC", query["address"])
    mark = random.choice(("-", "－", "ー", "の", "−"))
    change = random.randrange(4)
    if change <= 1:
        text = re.sub(r"(丁目|番地の|番)(?=[0-9])", mark, text)
        text = re.sub(r"(番地|番|号)(?![室0-9])", "", text)
    elif change == 2:
        text = re.sub(r"[0-9]+(?=丁目|番|号(?!室))", lambda m: _in_kanji(int(m[0])), text)
    if random.random() < 0.5:
        text = re.sub(r"^(神奈川県|愛知県|大阪府|京都府|北海道|福岡県|千葉県|埼玉県|沖縄県|石川県)", "", text)
    if random.random() < 0.5:
        text = text.replace(" ", "").replace("号室", "")
    query["address"] = text.replace("ケ", random.choice("ケヶがケ"))


def address_truncated(query: Row, person: Row, random: Random, _: Register) -> None:
    """Leave out the building, the last number, or the municipality."""
    text = query["address"]
    change = random.randrange(3)
    if change == 0 or SPACE in text:
        text = text.split(SPACE)[0]
    elif change == 1:
        text = re.sub(r"[0-9０-９]+号$|(?<=番地)の[0-9０-９]+$", "", text)
    else:
        text = re.sub(r"^.+?[市区](?=.{3})", "", text)
    query["address"] = text


def street_number(query: Row, person: Row, random: Random, _: Register) -> None:
    """Have one number of the street wrong."""
    numbers = list(re.finditer("[0-9０-９]+", query["address"].split(SPACE)[0]))
    if numbers:
        chosen = random.choice(numbers)
        moved = str(max(1, int(chosen[0]) + random.choice((-10, -2, -1, 1, 2, 10))))
        query["address"] = query["address"][: chosen.start()] + moved + query["address"][chosen.end() :]


def _in_kanji(number: int) -> str:
    tens, ones = divmod(number, 10)
    if tens >= 10:
        return "".join(_KANJI_DIGITS[int(digit)] for digit in str(number))
    return ("" if not tens else "十" if tens == 1 else _KANJI_DIGITS[tens] + "十") + (
        _KANJI_DIGITS[ones] if ones else ""
    )
