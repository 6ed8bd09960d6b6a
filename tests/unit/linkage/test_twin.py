"""Requirement: one file through two layout versions, the differences per item (issue part 2, Version twin)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from kyotsu.catalogue.layouts import Layout, load_layout
from kyotsu.contracts import outcomes
from kyotsu.contracts.rows import Applied, FileContext, Mode, Row, RowProblem
from kyotsu.linkage.rejection import FileRejectedError
from kyotsu.linkage.twin import FIRST_LINES, Pair, Side, Tally, Twin, pair_of
from tests.fakes.deployment import CATALOGUE, row

V1, V2 = (load_layout(CATALOGUE.root, f"001o006_{version}.csv") for version in ("v1", "v2"))
NOW = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
ROMAN, CONFIRMED = "shimei_gaikokujinromaji", "shimei_furigana_kakuninjokyo"


def context(layout: Layout) -> FileContext:
    municipalities = frozenset({"141003"})
    return FileContext("141003", "twin", "001o006", "01", Mode.DIFFERENCE, "v1", layout.columns, NOW, municipalities)


def altered(layout: Layout, romaji: str, **changes: Any) -> Layout:
    items = [msgspec.structs.replace(i, **changes) if i.romaji == romaji else i for i in layout.items]
    return Layout(items=tuple(items))


def without(layout: Layout, romaji: str) -> Layout:
    return Layout(items=tuple(item for item in layout.items if item.romaji != romaji))


def values(layout: Layout, **items: str) -> list[str]:
    found = row(**items)
    return [found.get(name, "") for name in layout.columns]


def compared(own: Layout, other: Layout, *rows: Sequence[str], applier: Any = None) -> Tally:
    """Compare rows that are written in the layout `own`; the first one stands on line 2."""
    sides = [Side(layout, own, context(layout), applier) for layout in (own, other)]
    gone = {place: name for place, name in enumerate(own.columns) if name not in other.columns}
    twin = Twin(sides[0], sides[1], len(own.columns), gone)
    twin.compare(Row(line, fields) for line, fields in enumerate(rows, start=2))
    return twin.tally


def findings(tally: Tally) -> dict[tuple[str, str], tuple[list[int], list[int]]]:
    return {key: (one.own.first, one.other.first) for key, one in tally.findings.items()}


def test_rows_do_not_differ_under_one_layout_whatever_they_are() -> None:
    tally = compared(V1, V1, values(V1), values(V1, seinengappi="1990-02-30"), values(V1, jusho_yubinbango="1"))
    assert (tally.read, tally.accepted, tally.refused, tally.differs) == (3, 2, 1, False)


def test_a_row_that_the_new_layout_refuses_is_told_with_item_code_and_line() -> None:
    tally = compared(V1, V2, values(V1), values(V1, **{ROMAN: "ＹＡＭＡＤＡ"}))
    assert findings(tally) == {(ROMAN, "E0002"): ([], [3])}
    assert (tally.accepted, tally.only_own.first, tally.only_other.rows, tally.differs) == (1, [3], 0, True)


def test_a_row_that_the_new_layout_accepts_is_told_as_well() -> None:
    tally = compared(V1, V2, values(V1, **{ROMAN: "YAMADA"}))
    assert findings(tally) == {(ROMAN, "E0002"): ([2], [])}
    assert (tally.only_own.rows, tally.only_other.first, tally.differs) == (0, [2], True)


def test_a_new_item_is_empty_and_fails_only_if_it_is_required() -> None:
    assert not compared(V1, V2, values(V1)).differs
    required = altered(V2, CONFIRMED, presence="required")
    assert findings(compared(V1, required, values(V1), values(V1))) == {(CONFIRMED, "E0001"): ([], [2, 3])}


def test_items_are_found_by_their_romaji_name_wherever_they_stand() -> None:
    backwards = Layout(items=tuple(reversed(V1.items)))
    assert not compared(V1, backwards, values(V1), values(V1, seinengappi="1990-02-30")).differs


def test_an_item_with_another_name_is_the_same_one() -> None:
    renamed = altered(V1, "seinengappi", name="誕生日")
    assert not compared(V1, renamed, values(V1, seinengappi="1990-02-30")).differs


def test_an_item_that_is_no_more_is_told_with_the_rows_that_have_a_value() -> None:
    tally = compared(V2, V1, values(V2), values(V2, **{CONFIRMED: "1"}), values(V2, **{CONFIRMED: "9"}))
    assert {name: lines.first for name, lines in tally.dropped.items()} == {CONFIRMED: [3, 4]}
    assert findings(tally) == {(CONFIRMED, outcomes.CODE_VALUE.code): ([4], [])}
    assert compared(V2, V1, values(V2)).differs is False


def test_remarks_are_told_but_not_those_that_a_refusal_takes_away() -> None:
    """A remark of a postal code; the new version requires an item, or does not have the postal code."""
    odd = values(V1, jusho_yubinbango="1")
    gone = compared(V1, without(V1, "jusho_yubinbango"), odd)
    assert findings(gone) == {("jusho_yubinbango", outcomes.FORM_UNUSUAL.code): ([2], [])}
    required = altered(V1, "tsusho", presence="required")
    assert findings(compared(V1, required, odd)) == {("tsusho", "E0001"): ([], [2])}
    assert findings(compared(required, V1, odd)) == {
        ("tsusho", "E0001"): ([2], []),
        ("jusho_yubinbango", outcomes.FORM_UNUSUAL.code): ([], [2]),
    }


def test_a_row_with_a_wrong_number_of_fields_is_compared_with_nothing() -> None:
    tally = compared(V1, V2, values(V1)[:-1], [*values(V1), "x"], values(V1), values(V2))
    assert (tally.read, tally.malformed.first, tally.accepted, tally.differs) == (4, [2, 3, 5], 1, False)


def test_only_the_first_lines_are_kept() -> None:
    tally = compared(V1, V2, *[values(V1, **{ROMAN: "Ａ"})] * 20)
    found = tally.findings[ROMAN, "E0002"].other
    assert (found.rows, found.first) == (20, [2, 3, 4, 5, 6][:FIRST_LINES])


def test_no_value_of_a_row_is_kept() -> None:
    secret = "ＳＥＣＲＥＴ"
    tally = compared(V1, V2, values(V1, **{ROMAN: secret, "kojinbango": "123456789019"}))
    assert tally.findings
    assert secret not in repr(tally)
    assert "123456789019" not in repr(tally)


class Remarking:
    """An applier that remarks every row it is given, and remembers in which layout it was."""

    def __init__(self) -> None:
        self.given: list[tuple[int, int]] = []
        self.known: set[int] = set()

    def open(self, file: FileContext, rows: Sequence[Row]) -> Remarking:
        return self

    def apply(self, rows: Sequence[Row]) -> Applied:
        self.given += [(one.line, len(one.values)) for one in rows]
        problems = [RowProblem(one.line, "氏名", outcomes.BLANK_NAME, "") for one in rows if len(one.values) == 50]
        return Applied(problems=problems)


def test_valid_rows_go_to_the_applier_and_its_remarks_count() -> None:
    applier = Remarking()
    tally = compared(V1, V2, values(V1), values(V1, **{ROMAN: "Ａ"}), applier=applier)
    assert applier.given == [(2, 49), (3, 49), (2, 50)]
    assert findings(tally)["shimei", outcomes.BLANK_NAME.code] == ([], [2])


def named(version: str, to: str, interface: str = "001o006", branch: str = "01", mode: str = "D") -> Pair:
    stem = f"{interface}_{branch}_{mode}_{version}_20260401093000_000001"
    return pair_of(CATALOGUE, f"outbox/{interface}-{branch}/{stem}.csv", to, NOW.date())


def test_versions_are_compared_whether_they_are_accepted_or_not() -> None:
    pair = named("v0", "v2")
    assert (pair.own.id, pair.other.id, pair.branch.id, pair.mode) == ("v0", "v2", "01", "D")
    assert not pair.own.accepts(NOW.date())
    assert not pair.other.accepts(NOW.date())


@pytest.mark.parametrize(
    ("arguments", "outcome"),
    [
        ({"version": "v9", "to": "v1"}, outcomes.UNKNOWN_VERSION),
        ({"version": "v1", "to": "v9"}, outcomes.UNKNOWN_VERSION),
        ({"version": "v1", "to": "v2", "interface": "001o999"}, outcomes.UNKNOWN_INTERFACE),
        ({"version": "v1", "to": "v2", "branch": "12"}, outcomes.UNKNOWN_BRANCH),
        ({"version": "v1", "to": "v1", "interface": "031i001", "branch": "00", "mode": "F"}, outcomes.MODE_NOT_ALLOWED),
        ({"version": "1", "to": "v2"}, outcomes.KEY_MALFORMED),
    ],
)
def test_what_the_catalogue_does_not_know_is_refused(arguments: dict[str, str], outcome: outcomes.Outcome) -> None:
    with pytest.raises(FileRejectedError) as error:
        named(**arguments)
    assert error.value.outcome is outcome
