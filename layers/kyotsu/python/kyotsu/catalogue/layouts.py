"""Layouts of linkage files: one CSV per version of an interface, one line per column of the file."""

from __future__ import annotations

import csv
import functools
import io
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Literal, cast

import msgspec

from kyotsu.catalogue.problems import CatalogueInvalidError, CatalogueProblem, unreadable

HEADER = ["no", "item", "romaji", "type", "length", "presence", "key", "codes"]
_CODE = re.compile(r"([0-9]+-[0-9]+|[0-9A-Z]+)=.+")
_PRESENCES = ("required", "conditional", "optional")


class ItemType(StrEnum):
    """Data types of 項目定義書."""

    HALF_WIDTH = "X"
    FULL_WIDTH = "N"
    INTEGER = "9"
    DATE = "DATE"
    TIME = "TIME"


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One column. `length` counts characters; a base character with its variation selector is one."""

    number: int
    name: str
    romaji: str
    type: ItemType
    length: int
    presence: Literal["required", "conditional", "optional"]
    key: bool
    codes: frozenset[str]
    code_labels: str


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """The columns of a file, in order."""

    items: tuple[Item, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Romaji names, in file order."""
        return tuple(item.romaji for item in self.items)


@functools.cache
def load_layout(root: str, name: str) -> Layout:
    """Return the layout in `catalogue/layouts/{name}`; raises CatalogueInvalidError with every mistake."""
    layout, problems = read_layout(Path(root), name)
    if problems:
        raise CatalogueInvalidError(problems)
    return layout


def read_layout(root: Path, name: str) -> tuple[Layout, list[CatalogueProblem]]:
    """Return a layout and all mistakes in its file."""
    file = f"layouts/{name}"
    try:
        text = (root / file).read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, FileNotFoundError) as error:
        return Layout(items=()), [unreadable(root, file, error)]
    reader = csv.reader(io.StringIO(text, newline=""))
    if next(reader, []) != HEADER:
        return Layout(items=()), [CatalogueProblem(file, 1, f"ヘッダー行は {','.join(HEADER)} です。")]
    items, problems, seen = [], [], set[str]()
    for number, fields in enumerate(reader, start=1):
        mistakes = list(_mistakes(fields, number, seen))
        problems += [CatalogueProblem(file, reader.line_num, message) for message in mistakes]
        if not mistakes:
            items.append(_item(fields))
    return Layout(items=tuple(items)), problems


def _mistakes(fields: list[str], number: int, seen: set[str]) -> Iterator[str]:
    if len(fields) != len(HEADER):
        yield f"項目数は{len(HEADER)}個です（{len(fields)}個あります）。"
        return
    no, name, romaji, kind, length, presence, key, codes = fields
    rules = (
        (no == str(number), f"no は {number} です。"),
        (name != "", "item が空です。"),
        (re.fullmatch(r"[a-z][a-z0-9_（）]*", romaji), "romaji は英小文字で始めてください。"),
        (romaji not in seen, f"romaji {romaji} が2回あります。"),
        (kind in list(ItemType), f"type は {'、'.join(ItemType)} のいずれかです。"),
        (re.fullmatch(r"[1-9][0-9]{0,3}", length), "length は1以上の整数です。"),
        (presence in _PRESENCES, f"presence は {'、'.join(_PRESENCES)} のいずれかです。"),
        (key in ("", "1"), "key は 1 か空です。"),
        (_has_flag(romaji, seen), f"{romaji} の前に不詳フラグの列がありません。"),
        (all(map(_CODE.fullmatch, filter(None, codes.split(";")))), "codes は「値=名称」を ; で区切ってください。"),
    )
    seen.add(romaji)
    yield from (message for holds, message in rules if not holds)


def _has_flag(romaji: str, seen: set[str]) -> bool:
    note = "_fushohyoki"
    return not romaji.endswith(note) or f"{romaji.removesuffix(note)}_fushofuragu" in seen


def _item(fields: list[str]) -> Item:
    no, name, romaji, kind, length, presence, key, codes = fields
    return Item(
        number=int(no),
        name=name,
        romaji=romaji,
        type=ItemType(kind),
        length=int(length),
        presence=cast("Literal['required', 'conditional', 'optional']", presence),
        key=key == "1",
        codes=frozenset(_codes(codes)),
        code_labels=codes.replace(";", "、").replace("=", "："),
    )


def _codes(text: str) -> Iterator[str]:
    for part in filter(None, text.split(";")):
        low, _, high = part.split("=")[0].partition("-")
        if high:
            yield from (str(value).zfill(len(low)) for value in range(int(low), int(high) + 1))
        else:
            yield low
