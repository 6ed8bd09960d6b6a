"""Rows against their layout: every error of a row, in item order, each with its code and a Japanese sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from kyotsu.catalogue.layouts import Item, ItemType, Layout
from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome
from kyotsu.contracts.rows import FileContext, Row, RowProblem
from kyotsu.japanese import dates, digits, text

FUTURE_TOLERANCE = timedelta(hours=24)
"""How far a 操作日時 may lie ahead of the reception: clocks differ, and a day's batch may be stamped with its date."""

_INDEFINITE_FLAG = "_fushofuragu"
_INDEFINITE_NOTE = "_fushohyoki"
_EXACT_DIGITS: dict[str, tuple[int, Callable[[str], bool]]] = {
    "kojinbango": (12, digits.is_individual_number),
    "juminhyokodo": (11, digits.is_resident_record_code),
    "shikuchosonkodo": (6, digits.is_municipality_code),
}

Found = tuple[Outcome, dict[str, object]]


@dataclass(frozen=True, slots=True)
class _Column:
    position: int
    item: Item
    check: Callable[[str], Found | None]
    flag: int | None
    """Position of the 不詳フラグ that loosens a date or demands a note."""


class RowValidator:
    """Checks the rows of one file. `validate` returns no problem for a row that may be applied."""

    def __init__(self, layout: Layout, file: FileContext) -> None:
        positions = {item.romaji: position for position, item in enumerate(layout.items)}
        self._width = len(layout.items)
        self._columns = [
            _Column(position, item, _check_of(item), positions.get(_flag_of(item)))
            for position, item in enumerate(layout.items)
        ]
        self._number = positions.get("atenabango")
        self._municipality = positions.get("shikuchosonkodo")
        self._operated = (positions.get("sosanengappi"), positions.get("sosajikoku"))
        self._municipalities = file.accepted_municipalities
        self._latest_operation = dates.compact(file.received_at + FUTURE_TOLERANCE)

    def validate(self, row: Row) -> list[RowProblem]:
        """Return every error of a row."""
        values = row.values
        if len(values) != self._width:
            found: Found = (outcomes.FIELD_COUNT, {"expected": self._width, "actual": len(values)})
            return [self._problem(row, None, found)]
        problems = [self._problem(row, column.item, found) for column, found in self._item_errors(values)]
        return problems or [self._problem(row, item, found) for item, found in self._row_errors(values)]

    def _item_errors(self, values: Sequence[str]) -> Iterator[tuple[_Column, Found]]:
        for column in self._columns:
            value = values[column.position]
            if value:
                found = column.check(value)
                if found and not self._loosened(column, value, values):
                    yield column, found
            elif column.item.presence == "required":
                yield column, (outcomes.REQUIRED, {})
            elif column.flag is not None and column.item.presence == "conditional" and values[column.flag] == "1":
                condition = self._columns[column.flag].item.name
                yield column, (outcomes.CORRELATION, {"condition": condition})

    @staticmethod
    def _loosened(column: _Column, value: str, values: Sequence[str]) -> bool:
        """An 不詳日 may be a day no calendar has (29 February, day 00), if its flag says so."""
        return (
            column.item.type is ItemType.DATE
            and column.flag is not None
            and values[column.flag] == "1"
            and dates.is_indefinite_date(value)
        )

    def _row_errors(self, values: Sequence[str]) -> Iterator[tuple[Item, Found]]:
        """Yield what only the deployment or the moment can tell to be wrong."""
        municipality = self._municipality
        if municipality is not None and values[municipality] not in self._municipalities:
            yield self._columns[municipality].item, (outcomes.FOREIGN_MUNICIPALITY, {})
        day, time = self._operated
        if (
            day is not None
            and time is not None
            and dates.operated_at(values[day], values[time]) > self._latest_operation
        ):
            yield self._columns[day].item, (outcomes.OPERATED_IN_FUTURE, {})

    def _problem(self, row: Row, item: Item | None, found: Found) -> RowProblem:
        outcome, fields = found
        name = item.name if item else ""
        # With a wrong number of fields nobody knows which of them is the addressee number.
        number = row.values[self._number] if item and self._number is not None else ""
        return RowProblem(row.line, name, outcome, outcome.sentence(item=name, **fields), number)


def _flag_of(item: Item) -> str:
    if item.romaji.endswith(_INDEFINITE_NOTE):
        return item.romaji.removesuffix(_INDEFINITE_NOTE) + _INDEFINITE_FLAG
    return item.romaji + _INDEFINITE_FLAG


def _check_of(item: Item) -> Callable[[str], Found | None]:
    """Return the check of a value that is not empty."""
    if item.codes:
        wrong_code: Found = (outcomes.CODE_VALUE, {"codes": item.code_labels})
        return lambda value: None if value in item.codes else wrong_code
    if item.romaji in _EXACT_DIGITS:
        return _exact_digits(*_EXACT_DIGITS[item.romaji])
    match item.type:
        case ItemType.DATE:
            return lambda value: None if dates.is_date(value) else (outcomes.NOT_A_DATE, {})
        case ItemType.TIME:
            return lambda value: None if dates.is_time(value) else (outcomes.NOT_A_TIME, {})
        case ItemType.INTEGER:
            return _characters(item.length, text.is_digits, "半角数字（例：1）")
        case ItemType.HALF_WIDTH:
            return _characters(item.length, text.is_half_width, "半角文字（例：A123）")
        case ItemType.FULL_WIDTH:
            return _characters(item.length, text.is_full_width, "全角文字（例：山田　太郎）")


def _characters(length: int, belongs: Callable[[str], bool], expected: str) -> Callable[[str], Found | None]:
    wrong_class: Found = (outcomes.CHARACTER_CLASS, {"expected": expected})
    too_long: Found = (outcomes.TOO_LONG, {"length": length})

    def check(value: str) -> Found | None:
        if not belongs(value):
            return wrong_class
        # Counting selectors is slow and can only make the count smaller.
        if len(value) > length and text.character_count(value) > length:
            return too_long
        return None

    return check


def _exact_digits(length: int, is_valid: Callable[[str], bool]) -> Callable[[str], Found | None]:
    wrong_class: Found = (outcomes.CHARACTER_CLASS, {"expected": "半角数字"})
    wrong_length: Found = (outcomes.FIXED_LENGTH, {"length": length})
    wrong_digit: Found = (outcomes.CHECK_DIGIT, {})

    def check(value: str) -> Found | None:
        if not text.is_digits(value):
            return wrong_class
        if len(value) != length:
            return wrong_length
        return None if is_valid(value) else wrong_digit

    return check
