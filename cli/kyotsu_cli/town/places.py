"""Addresses in invented quarters of the municipality, and places outside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from kyotsu_cli.town.columns import Row
from kyotsu_cli.town.dice import Dice
from kyotsu_cli.town.names import full_width, read_table
from kyotsu_cli.town.numbering import is_municipality_code

_BUILDINGS = ("見本コーポ", "例示ハイツ", "架空マンション", "メゾン・ド・カソウ", "シサク荘", "グランドール空想Ⅱ")
_ABROAD = ("アメリカ合衆国ハワイ州", "ベトナム社会主義共和国ハノイ市", "フランス共和国パリ市", "大韓民国ソウル特別市")
ABROAD_CODE = ""
"""A place abroad has no 市区町村コード."""


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality: its code of six digits, prefecture and name."""

    code: str
    prefecture: str
    name: str


@cache
def _known() -> tuple[Municipality, ...]:
    return tuple(Municipality(row["code"], row["prefecture"], row["name"]) for row in read_table("municipalities"))


@cache
def _towns() -> tuple[dict[str, str], ...]:
    return tuple(read_table("towns"))


def find_municipality(code: str) -> Municipality:
    """Return the municipality of a code, one of an invented name if we don't list it; ValueError if it is no code."""
    prefectures = {row["code"]: row["name"] for row in read_table("prefectures")}
    if not is_municipality_code(code) or code[:2] not in prefectures:
        raise ValueError(f"{code} is not a 市区町村コード")
    known = {place.code: place for place in _known()}
    return known.get(code) or Municipality(code, prefectures[code[:2]], "架空市")


def address(dice: Dice, here: Municipality, *, building: bool | None = None) -> Row:
    """Return the 住所 columns of a dwelling; `building` forces or forbids a 方書."""
    town = dice.pick(_towns())
    street = f"{dice.between(1, 240)}番地{dice.between(1, 30)}" if dice.chance(0.6) else f"{dice.between(1, 40)}番"
    with_building = dice.chance(0.35) if building is None else building
    room = f"　{full_width(str(dice.between(1, 12) * 100 + dice.between(1, 9)))}号室" if with_building else ""
    return {
        "jusho_shikuchosonkodo": here.code,
        "jusho_choazakodo": town["code"],
        "jusho_todofuken": here.prefecture,
        "jusho_shikugunchosonmei": here.name,
        "jusho_choaza": town["name"],
        "jusho_banchigohyoki": full_width(street),
        "jusho_katagaki": dice.pick(_BUILDINGS) + room if with_building else "",
        "jusho_yubinbango": town["postal_code"],
    }


def elsewhere(dice: Dice, here: Municipality) -> tuple[str, str]:
    """Return the code and the address, in one text, of a place in another municipality."""
    others = [place for place in _known() if place.code != here.code]
    place = dice.pick(others)
    street = full_width(f"{dice.between(1, 9)}番地{dice.between(1, 30)}")
    return place.code, f"{place.prefecture}{place.name}{dice.pick(_towns())['name']}{street}"


def abroad(dice: Dice) -> tuple[str, str]:
    """Return the empty code and the name of a place abroad."""
    return ABROAD_CODE, dice.pick(_ABROAD)
