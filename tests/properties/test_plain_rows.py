"""A row that is plainly right is right: the quick look never lets pass what the careful one would refuse."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from kyotsu.catalogue.layouts import Item, ItemType, Layout, load_layout
from kyotsu.contracts.rows import FileContext, Mode
from kyotsu.linkage.plain_rows import PlainRows
from kyotsu.linkage.validation import RowValidator
from tests.fakes.deployment import CATALOGUE, COLUMNS, row

LAYOUT = load_layout(CATALOGUE.root, "001o006_v1.csv")
PLAIN = PlainRows(LAYOUT)
LAWFUL = [row().get(name, "") for name in COLUMNS]
_DATES = ["2026-02-29", "2024-02-29", "0000-01-01", "0000-00-00", "9999-12-31", "2026-02-30", "2026-13-01"]
_TIMES = ["24:00", "23:59", "09:30:60"]
_NUMBERS = ["983205673214", "983205673215", "24727059608", "141003", "141004", "0", "1", "2", "１"]
_ODD = ["", " ", "　", "ｱ", "葛\U000e0100", "a b", "a\nb", "\u00a5", "\ufeff", "\x1f", "架" * 101, "9" * 16]
_TEMPTING = st.sampled_from([*_DATES, *_TIMES, *_NUMBERS, *_ODD])


def _values(item: Item) -> st.SearchStrategy[str]:
    if item.codes:
        return st.sampled_from(sorted(item.codes)) | _TEMPTING
    if item.type is ItemType.DATE:
        return st.dates().map(str) | _TEMPTING
    return st.text(max_size=item.length + 2) | _TEMPTING


@st.composite
def rows(draw: st.DrawFn) -> list[str]:
    """Return a lawful row with a few items changed."""
    values = list(LAWFUL)
    for item in draw(st.lists(st.sampled_from(LAYOUT.items), max_size=4)):
        values[item.number - 1] = draw(_values(item))
    return values


@pytest.fixture(scope="module")
def careful() -> RowValidator:
    """Return a validator whose quick look never recognises anything."""
    received = datetime(2026, 11, 1, tzinfo=UTC)
    file = FileContext("141003", "r", "001o006", "01", Mode.DIFFERENCE, "v1", COLUMNS, received, frozenset({"141003"}))
    validator = RowValidator(LAYOUT, file)
    validator._plain = PlainRows(Layout(items=()))
    return validator


@given(values=rows())
def test_what_is_plainly_right_has_no_error_in_any_item(careful: RowValidator, values: list[str]) -> None:
    plain, errors = PLAIN.matches(values), dict(careful._item_errors(values))
    event(f"plain: {plain}, errors: {bool(errors)}")
    assert not (plain and errors)


def test_a_usual_row_is_plainly_right() -> None:
    assert PLAIN.matches(LAWFUL)
    assert PLAIN.matches([*LAWFUL[:7], "24727059608", *LAWFUL[8:]])
