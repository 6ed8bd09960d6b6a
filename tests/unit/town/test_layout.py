"""Every field of every file obeys the published layout: presence, character class, length, codes."""

from __future__ import annotations

import csv
import unicodedata
from datetime import date, time
from pathlib import Path

import pytest

from kyotsu_cli.town.columns import COLUMNS
from tests.unit.town.reading import Town

LAYOUT = Path(__file__).parents[3] / "catalogue" / "layouts" / "001o006_v1.csv"


def _layout() -> list[dict[str, str]]:
    return list(csv.DictReader(LAYOUT.read_text(encoding="utf-8").splitlines()))


def _is_selector(character: str) -> bool:
    return 0xE0100 <= ord(character) <= 0xE01EF or 0xFE00 <= ord(character) <= 0xFE0F


def _length(text: str) -> int:
    return sum(not _is_selector(character) for character in text)


def _allowed(codes: str) -> set[str]:
    allowed = set()
    for part in codes.split(";"):
        low, _, high = part.split("=")[0].partition("-")
        allowed |= {f"{code:0{len(low)}d}" for code in range(int(low), int(high or low) + 1)}
    return allowed


def _fault(column: dict[str, str], text: str) -> str | None:
    if not text:
        return "missing" if column["presence"] == "required" else None
    if _length(text) > int(column["length"]):
        return "too long"
    if column["codes"] and text not in _allowed(column["codes"]):
        return "code"
    match column["type"]:
        case "N":
            narrow = any(unicodedata.east_asian_width(c) in ("Na", "H") for c in text)
            return "half-width in a full-width item" if narrow else None
        case "X":
            return None if text.isascii() and text.isprintable() else "not ASCII"
        case "9":
            return None if text.isascii() and text.isdecimal() else "not a number"
        case "DATE":
            return None if date.fromisoformat(text).isoformat() == text else "date"
        case _:
            return None if time.fromisoformat(text).isoformat() == text else "time"


def test_columns_are_those_of_the_layout() -> None:
    assert tuple(column["romaji"] for column in _layout()) == COLUMNS


def test_every_field_conforms(town: Town) -> None:
    columns = _layout()
    faults = [
        (key, place, column["romaji"], fault)
        for key, rows in town.files.items()
        for place, sent in enumerate(rows)
        for column in columns
        if (fault := _fault(column, sent.row[column["romaji"]]))
    ]
    assert faults == []


def test_an_indefinite_date_has_its_text(town: Town) -> None:
    for sent in (sent for rows in town.files.values() for sent in rows):
        for item in ("idonengappi", "seinengappi"):
            assert (sent.row[f"{item}_fushofuragu"] == "1") == bool(sent.row[f"{item}_fushohyoki"])


@pytest.mark.parametrize(
    ("item", "text", "fault"),
    [
        ("shimei", "", None),
        ("shimei", "サトウ", None),
        ("shimei", "葛\U000e0100" * 100, None),
        ("shimei", "葛\U000e0100" * 101, "too long"),
        ("shimei", "佐藤 花", "half-width in a full-width item"),
        ("shimei", "ｻﾄｳ", "half-width in a full-width item"),
        ("atenabango", "１", "not ASCII"),
        ("idojiyu", "10", "code"),
        ("atenabango", "", "missing"),
    ],
)
def test_the_check_itself_sees_faults(item: str, text: str, fault: str | None) -> None:
    column = next(column for column in _layout() if column["romaji"] == item)
    assert _fault(column, text) == fault
