"""Rows against their layout: every error of a row, in item order, each with its code and a Japanese sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kyotsu.catalogue.layouts import Item, ItemType, Layout
from kyotsu.contracts import outcomes
from kyotsu.contracts.rows import FileContext, Row, RowProblem
from kyotsu.japanese import dates
from kyotsu.japanese.dates import FUTURE_TOLERANCE
from kyotsu.japanese.forms import Holds
from kyotsu.linkage.plain_rows import PlainRows
from kyotsu.linkage.rules import Told, example_of, remarks_of, rules_of, sentence

_INDEFINITE_FLAG = "_fushofuragu"
_INDEFINITE_NOTE = "_fushohyoki"
_INDEFINITE = "1"


@dataclass(frozen=True, slots=True)
class _Column:
    """One item of the layout with its rules, its sentences made once."""

    position: int
    name: str
    rules: tuple[tuple[Holds, Told], ...]
    remarks: tuple[tuple[Holds, Told], ...]
    required: Told | None
    loosened_by: int | None
    """Position of the 不詳フラグ that lets a date be a day no calendar has."""
    note_of: int | None
    """Position of the 不詳フラグ that a 不詳表記 belongs to."""
    note_missing: Told | None
    """What is told if the flag is set and the note is empty."""


class RowValidator:
    """Checks the rows of one file."""

    def __init__(self, layout: Layout, file: FileContext) -> None:
        positions = {item.romaji: position for position, item in enumerate(layout.items)}
        self._width = len(layout.items)
        self._plain = PlainRows(layout)
        self._columns = [_column(position, item, positions, layout) for position, item in enumerate(layout.items)]
        self._remarked = [column for column in self._columns if column.remarks or column.note_of is not None]
        self._number = positions.get("atenabango")
        self._municipality = positions.get("shikuchosonkodo")
        self._operated = (positions.get("sosanengappi"), positions.get("sosajikoku"))
        self._municipalities = file.accepted_municipalities
        self._latest_operation = dates.compact(file.received_at + FUTURE_TOLERANCE)

    def validate(self, row: Row) -> list[RowProblem]:
        """Return every error of a row, in item order. A row without one may be applied."""
        values = row.values
        if len(values) != self._width:
            message = outcomes.FIELD_COUNT.sentence(expected=self._width, actual=len(values))
            # Nobody knows which of them is the addressee number.
            return [RowProblem(row.line, "", outcomes.FIELD_COUNT, message)]
        errors = {} if self._plain.matches(values) else dict(self._item_errors(values))
        self._add_row_errors(values, errors)
        return self._told(row, errors) if errors else []

    def remarks(self, row: Row) -> list[RowProblem]:
        """Return every remark about a row without errors, in item order."""
        found = dict(self._remarks(row.values))
        return self._told(row, found) if found else []

    def _told(self, row: Row, found: dict[int, Told]) -> list[RowProblem]:
        number = row.values[self._number] if self._number is not None else ""
        return [
            RowProblem(row.line, self._columns[position].name, *found[position], number) for position in sorted(found)
        ]

    def _item_errors(self, values: Sequence[str]) -> Iterator[tuple[int, Told]]:
        for column in self._columns:
            value = values[column.position]
            if value:
                for holds, told in column.rules:
                    if not holds(value):
                        if not _loosened(column, value, values):
                            yield column.position, told
                        break
                else:
                    if column.required and value.isspace():
                        yield column.position, column.required
            elif column.required:
                yield column.position, column.required
            elif column.note_missing and column.note_of is not None and values[column.note_of] == _INDEFINITE:
                yield column.position, column.note_missing

    def _add_row_errors(self, values: Sequence[str], errors: dict[int, Told]) -> None:
        """Add what only the deployment or the moment can tell to be wrong, of items that are right in themselves."""
        municipality = self._municipality
        if municipality is not None and values[municipality] not in self._municipalities:
            outcome = outcomes.FOREIGN_MUNICIPALITY
            errors.setdefault(municipality, (outcome, outcome.sentence(item=self._columns[municipality].name)))
        day, time = self._operated
        if day is None or time is None or day in errors or time in errors:
            return
        if dates.operated_at(values[day], values[time]) > self._latest_operation:
            errors[day] = (outcomes.OPERATED_IN_FUTURE, outcomes.OPERATED_IN_FUTURE.sentence())

    def _remarks(self, values: Sequence[str]) -> Iterator[tuple[int, Told]]:
        for column in self._remarked:
            value = values[column.position]
            if not value:
                continue
            for holds, told in column.remarks:
                if not holds(value):
                    yield column.position, told
                    break
            if column.note_of is not None and values[column.note_of] != _INDEFINITE:
                outcome = outcomes.NOTE_WITHOUT_FLAG
                flag = self._columns[column.note_of].name
                yield column.position, (outcome, outcome.sentence(item=column.name, flag=flag))


def _loosened(column: _Column, value: str, values: Sequence[str]) -> bool:
    """An 不詳日 may be a day no calendar has (29 February, day 00), if its flag says so."""
    flag = column.loosened_by
    return flag is not None and values[flag] == _INDEFINITE and dates.is_indefinite_date(value)


def _column(position: int, item: Item, positions: dict[str, int], layout: Layout) -> _Column:
    required, note_missing = None, None
    if item.presence == "required" or item.key:
        required = (outcomes.REQUIRED, sentence(outcomes.REQUIRED, item.name, example_of(item)))
    flag = positions.get(item.romaji.removesuffix(_INDEFINITE_NOTE) + _INDEFINITE_FLAG)
    is_note = item.romaji.endswith(_INDEFINITE_NOTE)
    if is_note and flag is not None and item.presence == "conditional":
        condition = layout.items[flag].name
        note_missing = (
            outcomes.CORRELATION,
            sentence(outcomes.CORRELATION, item.name, "年月日不詳", condition=condition),
        )
    return _Column(
        position=position,
        name=item.name,
        rules=rules_of(item),
        remarks=remarks_of(item),
        required=required,
        loosened_by=flag if item.type is ItemType.DATE else None,
        note_of=flag if is_note else None,
        note_missing=note_missing,
    )
