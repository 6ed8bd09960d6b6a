"""What makes two rows the same version (design.md, Residents: Stored)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kyotsu.contracts.rows import FileContext, Mode, Row
from kyotsu.residents.versions import Entry, EntryReader
from tests.fakes.deployment import COLUMNS, row
from tests.fakes.sealing import FINGERPRINTS

FILE = FileContext(
    municipality="141003",
    receipt_id="r",
    interface="001o006",
    branch="01",
    mode=Mode.DIFFERENCE,
    version="v1",
    columns=COLUMNS,
    received_at=datetime(2026, 5, 1, tzinfo=UTC),
    accepted_municipalities=frozenset({"141003"}),
)


def read(file: FileContext = FILE, effect: str | None = "1", line: int = 2, **items: str) -> Entry:
    values = {**dict.fromkeys(file.columns, ""), **row(**items)}
    return EntryReader(file, FINGERPRINTS).read(Row(line, [values[name] for name in file.columns]), effect)


def test_a_version_says_what_the_fold_needs() -> None:
    found = read(kojinrirekibango="00012", kojinrirekibango_edabango="3", sakujofuragu="1", saishinfuragu="0", line=9)
    assert found[:7] == (12, 3, "20260401093000", "1", "D", False, True)
    assert (found.receipt_id, found.line, len(found.digest)) == ("r", 9, 16)


@pytest.mark.parametrize(
    "other",
    [
        read(line=99),
        read(replace(FILE, receipt_id="other")),
        read(replace(FILE, branch="05")),
        read(sosajikoku="09:30"),
        read(kojinrirekibango="001"),
        read(replace(FILE, columns=tuple(reversed(COLUMNS)))),
        read(replace(FILE, columns=(*COLUMNS, "a_later_column"))),
    ],
    ids=["line", "receipt", "branch", "seconds", "zeros", "order of columns", "a later layout's empty column"],
)
def test_where_and_how_a_row_was_written_is_not_its_identity(other: Entry) -> None:
    assert other.identity == read().identity


@pytest.mark.parametrize("item", [name for name in COLUMNS if name not in row()] + ["shimei", "sosashaid", "idojiyu"])
def test_every_item_is_part_of_its_identity(item: str) -> None:
    assert read(FILE, "1", 2, **{item: "41"}).identity != read().identity


@pytest.mark.parametrize(
    "other",
    [
        read(effect=None),
        read(effect="2"),
        read(replace(FILE, mode=Mode.FULL)),
        read(kojinrirekibango="2"),
        read(kojinrirekibango_edabango="1"),
        read(sosajikoku="09:30:01"),
        read(sosanengappi="2026-04-02"),
        read(saishinfuragu="0"),
        read(sakujofuragu="1"),
    ],
)
def test_key_time_effect_origin_and_flags_are_its_identity(other: Entry) -> None:
    assert other.identity != read().identity


def test_an_item_can_not_pass_for_another() -> None:
    assert read(tsusho="架空").identity != read(kyushi="架空").identity
