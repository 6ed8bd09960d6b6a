"""Names with their kana. Surnames and given names are joined by chance, so that nobody real is meant."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from kyotsu_cli.town.dice import Dice, Weighted

_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
MALE, FEMALE = "1", "2"


@dataclass(frozen=True, slots=True)
class Name:
    """A written name and its reading, both in full width."""

    written: str
    kana: str

    def with_given(self, given: Name) -> Name:
        """Return this surname followed by a given name."""
        return Name(f"{self.written}　{given.written}", f"{self.kana}　{given.kana}")


@dataclass(frozen=True, slots=True)
class ForeignName:
    """The name of a foreign resident: roman letters in full width, reading, and characters if there are any."""

    roman: str
    kana: str
    kanji: str


def read_table(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the package's data files."""
    text = (files("kyotsu_cli.town") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def full_width(text: str) -> str:
    """Return ASCII text in full width, the space included."""
    return text.translate(_FULL_WIDTH)


@cache
def _surnames(kind: str) -> Weighted[Name]:
    wanted = [row for row in read_table("surnames") if kind in (row["kind"], "any")]
    return Weighted((Name(row["name"], row["kana"]), int(row["weight"])) for row in wanted)


@cache
def _given_names(sex: str, generation: str) -> tuple[Name, ...]:
    rows = read_table("given_names")
    return tuple(Name(row["name"], row["kana"]) for row in rows if (row["sex"], row["generation"]) == (sex, generation))


@cache
def _foreign_parts(origin: str, part: str, sex: str) -> tuple[ForeignName, ...]:
    return tuple(
        ForeignName(full_width(row["romaji"]), row["kana"], row["kanji"])
        for row in read_table("foreign_names")
        if (row["origin"], row["part"], row["sex"]) == (origin, part, sex)
    )


@cache
def _origins(kanji: bool) -> tuple[str, ...]:
    rows = read_table("foreign_names")
    return tuple(dict.fromkeys(row["origin"] for row in rows if bool(row["kanji"]) == kanji))


def surname(dice: Dice, kind: str = "any") -> Name:
    """Return a surname; `kind` is any, plain, variant (異体字) or selector (a character with a variation selector)."""
    return _surnames(kind).draw(dice)


def given_name(dice: Dice, sex: str, birth_year: int) -> Name:
    """Return a given name that fits the sex and the year of birth."""
    generation = "old" if birth_year < 1965 else "middle" if birth_year < 2005 else "young"
    return dice.pick(_given_names(sex, generation))


def foreign_name(dice: Dice, sex: str, *, kanji: bool) -> ForeignName:
    """Return a foreign resident's name, with or without characters of its own."""
    origin = dice.pick(_origins(kanji))
    family, given = dice.pick(_foreign_parts(origin, "family", "0")), dice.pick(_foreign_parts(origin, "given", sex))
    written = f"{family.kanji}　{given.kanji}" if kanji else ""
    return ForeignName(f"{family.roman}　{given.roman}", f"{family.kana}　{given.kana}", written)
