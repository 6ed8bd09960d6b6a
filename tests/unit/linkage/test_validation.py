"""Rows against their layout (design.md, File linkage: Body, Errors CSV; layouts of 項目定義書)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kyotsu.catalogue.layouts import load_layout
from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome
from kyotsu.contracts.rows import FileContext, Mode, Row, RowProblem
from kyotsu.japanese.dates import FUTURE_TOLERANCE
from kyotsu.linkage.validation import RowValidator
from tests.fakes.deployment import CATALOGUE, COLUMNS, NUMBER, row

RECEIVED = datetime(2026, 5, 1, 0, 0, tzinfo=UTC)
VARIANT = "\U000e0100"
"""A variation selector: it belongs to the character before it."""


def validate(**items: str) -> list[RowProblem]:
    return validator().validate(line(**items))


def remarked(**items: str) -> list[tuple[str, str]]:
    assert found(**items) == []
    return [(problem.item, problem.outcome.code) for problem in validator().remarks(line(**items))]


def line(**items: str) -> Row:
    return Row(2, list((dict.fromkeys(COLUMNS, "") | row(**items)).values()))


def validator() -> RowValidator:
    file = FileContext("141003", "r", "001o006", "01", Mode.DIFFERENCE, "v1", COLUMNS, RECEIVED, frozenset({"141003"}))
    return RowValidator(load_layout(CATALOGUE.root, "001o006_v1.csv"), file)


def found(**items: str) -> list[tuple[str, Outcome]]:
    return [(problem.item, problem.outcome) for problem in validate(**items)]


def test_a_lawful_row_has_no_problem() -> None:
    assert validate() == []


@pytest.mark.parametrize(
    ("item", "name", "value", "outcome"),
    [
        ("atenabango", "宛名番号", "", outcomes.REQUIRED),
        ("atenabango", "宛名番号", "１２３", outcomes.CHARACTER_CLASS),
        ("atenabango", "宛名番号", "1" * 16, outcomes.TOO_LONG),
        ("kojinrirekibango", "個人履歴番号", "1a", outcomes.CHARACTER_CLASS),
        ("kojinrirekibango", "個人履歴番号", "-1", outcomes.CHARACTER_CLASS),
        ("kojinrirekibango", "個人履歴番号", "１", outcomes.CHARACTER_CLASS),
        ("kojinrirekibango", "個人履歴番号", "100000", outcomes.TOO_LONG),
        ("kojinrirekibango_edabango", "個人履歴番号_枝番号", "1000", outcomes.TOO_LONG),
        ("saishinfuragu", "最新フラグ", "2", outcomes.CODE_VALUE),
        ("juminjotai", "住民状態", "4", outcomes.CODE_VALUE),
        ("idojiyu", "異動事由", "10", outcomes.CODE_VALUE),
        ("idojiyu", "異動事由", "1", outcomes.CODE_VALUE),
        ("setaibango", "世帯番号", "a\n", outcomes.CHARACTER_CLASS),
        ("shimei", "氏名", "ﾔﾏﾀﾞ", outcomes.CHARACTER_CLASS),
        ("shimei", "氏名", "山田 太郎", outcomes.CHARACTER_CLASS),
        ("shimei", "氏名", "山田\t太郎", outcomes.CHARACTER_CLASS),
        ("shimei", "氏名", "山田\n太郎", outcomes.CHARACTER_CLASS),
        ("shimei", "氏名", "山" * 101, outcomes.TOO_LONG),
        ("idonengappi", "異動年月日", "2026/04/01", outcomes.NOT_A_DATE),
        ("idonengappi", "異動年月日", "2026-04-1", outcomes.NOT_A_DATE),
        ("idonengappi", "異動年月日", "2026-02-29", outcomes.NOT_A_DATE),
        ("idonengappi", "異動年月日", "２026-04-01", outcomes.NOT_A_DATE),
        ("idonengappi", "異動年月日", "2026-W01-1", outcomes.NOT_A_DATE),
        ("todokedenengappi", "届出年月日", "2026-00-00", outcomes.NOT_A_DATE),
        ("sosajikoku", "操作時刻", "24:00:00", outcomes.NOT_A_TIME),
        ("sosajikoku", "操作時刻", "9:30", outcomes.NOT_A_TIME),
        ("sosajikoku", "操作時刻", "09:30:60", outcomes.NOT_A_TIME),
        ("shikuchosonkodo", "市区町村コード", "14100", outcomes.FIXED_LENGTH),
        ("shikuchosonkodo", "市区町村コード", "14100X", outcomes.CHARACTER_CLASS),
        ("shikuchosonkodo", "市区町村コード", "141004", outcomes.CHECK_DIGIT),
        ("shikuchosonkodo", "市区町村コード", "131016", outcomes.FOREIGN_MUNICIPALITY),
        ("kojinbango", "個人番号", "12345678901", outcomes.FIXED_LENGTH),
        ("kojinbango", "個人番号", "123456789010", outcomes.CHECK_DIGIT),
        ("juminhyokodo", "住民票コード", "123456789", outcomes.FIXED_LENGTH),
        ("juminhyokodo", "住民票コード", "10000000001", outcomes.CHECK_DIGIT),
        ("atenabango", "宛名番号", "0 19", outcomes.SPACE_IN_KEY),
        ("atenabango", "宛名番号", " ", outcomes.SPACE_IN_KEY),
        ("sosashaid", "操作者ID", "   ", outcomes.REQUIRED),
        ("sosashaid", "操作者ID", "a\tb", outcomes.CHARACTER_CLASS),
        ("sosashaid", "操作者ID", "a\x7f", outcomes.CHARACTER_CLASS),
        ("shimei", "氏名", "山田\u3000太郎\u200b", outcomes.CHARACTER_CLASS),
        ("shimei", "氏名", "\u202e山田", outcomes.CHARACTER_CLASS),
        ("shimei", "氏名", "山\ufffe", outcomes.CHARACTER_CLASS),
        ("shimei", "氏名", "か\u3099" * 51, outcomes.TOO_LONG),
        ("shimei", "氏名", "辻" + VARIANT * 101, outcomes.TOO_LONG),
        ("idonengappi", "異動年月日", "26-04-01", outcomes.NOT_A_DATE),
        ("idonengappi", "異動年月日", "2026-04-00", outcomes.NOT_A_DATE),
        ("jusho_yubinbango", "住所_郵便番号", "１２３４５６７", outcomes.CHARACTER_CLASS),
        ("jusho_yubinbango", "住所_郵便番号", "123-4567", outcomes.TOO_LONG),
        ("jusho_shikuchosonkodo", "住所_市区町村コード", "１４１００３", outcomes.CHARACTER_CLASS),
    ],
)
def test_each_rule_names_its_item(item: str, name: str, value: str, outcome: Outcome) -> None:
    assert found(**{item: value}) == [(name, outcome)]


@pytest.mark.parametrize(
    ("item", "value"),
    [
        ("shimei", "山" * 100),
        ("shimei", ("辻" + VARIANT) * 100),
        ("shimei", "𠮷" * 100),
        ("shimei", "\ue000\uf8ff\U000f0000"),
        ("shimei", "辻\ufe00" * 100),
        ("shimei", "か\u3099" * 50),
        ("shimei", "\u3000"),
        ("sosashaid", "a b"),
        ("sosajikoku", "09:30"),
        ("idonengappi", "0000-01-01"),
        ("todokedenengappi", "9999-12-31"),
        ("kojinbango", "123456789018"),
        ("kojinrirekibango", "00000"),
        ("atenabango", "OLD-1"),
    ],
)
def test_what_the_layout_allows_passes(item: str, value: str) -> None:
    assert validate(**{item: value}) == []


def test_a_variation_selector_is_no_character_of_its_own() -> None:
    assert found(shimei=("辻" + VARIANT) * 101) == [("氏名", outcomes.TOO_LONG)]


@pytest.mark.parametrize("day", ["1950-02-29", "1950-02-31", "1950-00-00", "1950-12-00", "0000-00-00"])
def test_an_indefinite_date_may_be_no_day_if_its_flag_says_so(day: str) -> None:
    note = "昭和２５年月日不詳"
    assert found(seinengappi=day) == [("生年月日", outcomes.NOT_A_DATE)]
    assert found(seinengappi=day, seinengappi_fushofuragu="0") == [("生年月日", outcomes.NOT_A_DATE)]
    assert found(seinengappi=day, seinengappi_fushofuragu="1", seinengappi_fushohyoki=note) == []


@pytest.mark.parametrize("day", ["1950-13-01", "1950-01-32", "昭和25年"])
def test_not_even_an_indefinite_date_is_any_text(day: str) -> None:
    assert found(seinengappi=day, seinengappi_fushofuragu="1", seinengappi_fushohyoki="不詳") == [
        ("生年月日", outcomes.NOT_A_DATE)
    ]


def test_an_indefinite_date_needs_its_note() -> None:
    (problem,) = validate(seinengappi_fushofuragu="1")
    assert (problem.item, problem.outcome) == ("生年月日_不詳表記", outcomes.CORRELATION)
    assert problem.message == (
        "生年月日_不詳フラグが設定されている場合、生年月日_不詳表記は設定必須です。（例：年月日不詳）"
    )
    assert found(seinengappi_fushofuragu="0") == []


def test_all_errors_of_a_row_stand_in_item_order() -> None:
    wrong = found(sosajikoku="x", shimei="x", saishinfuragu="x", atenabango="", sakujofuragu="")
    assert [item for item, _ in wrong] == ["宛名番号", "最新フラグ", "氏名", "操作時刻", "削除フラグ"]


@pytest.mark.parametrize(
    ("item", "value", "remark"),
    [
        ("jusho_shikuchosonkodo", "141004", ("住所_市区町村コード", "W1003")),
        ("tennyumaejusho_shikuchosonkodo", "14100", ("転入前住所_市区町村コード", "W1003")),
        ("tenshutsusakijushoyotei_shikuchosonkodo", "999999", ("転出先住所（予定）_市区町村コード", "W1003")),
        ("jusho_choazakodo", "001", ("住所_町字コード", "W1008")),
        ("jusho_yubinbango", "100", ("住所_郵便番号", "W1008")),
        ("jusho_yubinbango", "100-001", ("住所_郵便番号", "W1008")),
        ("idonengappi_fushohyoki", "春", ("異動年月日_不詳表記", "W1009")),
    ],
)
def test_what_the_standard_leaves_open_is_remarked(item: str, value: str, remark: tuple[str, str]) -> None:
    assert remarked(**{item: value}) == [remark]


@pytest.mark.parametrize(
    ("item", "value"),
    [
        ("jusho_shikuchosonkodo", "131016"),
        ("jusho_choazakodo", "0000000"),
        ("jusho_yubinbango", "1000001"),
        ("jusho_katagaki", "架空荘"),
    ],
)
def test_what_is_usual_is_not_remarked(item: str, value: str) -> None:
    assert remarked(**{item: value}) == []


def test_what_only_the_deployment_can_tell_is_told_beside_the_other_errors() -> None:
    wrong = found(shikuchosonkodo="131016", shimei="x", sosanengappi="9999-12-31")
    assert [(item, outcome.code) for item, outcome in wrong] == [
        ("市区町村コード", "E1006"),
        ("氏名", "E0002"),
        ("操作年月日", "E1007"),
    ]


def test_an_operation_at_no_time_is_not_also_in_the_future() -> None:
    assert [outcome.code for _, outcome in found(sosanengappi="9999-12-31", sosajikoku="25:00")] == ["E1004"]


@pytest.mark.parametrize("item", ["atenabango", "shimei", "seinengappi", "sosajikoku", "kojinbango"])
def test_the_example_of_every_sentence_is_right(item: str) -> None:
    (problem,) = validate(**{item: "ｶ"})
    example = problem.message.partition("（例：")[2].partition("）")[0]
    assert validate(**{item: example}) == []


def test_a_row_with_another_number_of_fields_is_not_read_any_further() -> None:
    for width in (1, len(COLUMNS) - 1, len(COLUMNS) + 1):
        (problem,) = validator().validate(Row(7, [NUMBER] * width))
        assert (problem.line, problem.outcome, problem.addressee_number) == (7, outcomes.FIELD_COUNT, "")
        assert problem.message.startswith("項目数が49個ではありません") == (width != 49)


def test_operations_in_the_future_are_refused_beyond_a_tolerance() -> None:
    latest = RECEIVED + FUTURE_TOLERANCE + timedelta(hours=9)
    after = latest + timedelta(seconds=1)
    at_the_edge = {"sosanengappi": f"{latest:%Y-%m-%d}", "sosajikoku": f"{latest:%H:%M:%S}"}
    beyond = {"sosanengappi": f"{after:%Y-%m-%d}", "sosajikoku": f"{after:%H:%M:%S}"}
    assert found(**at_the_edge) == []
    assert found(**beyond) == [("操作年月日", outcomes.OPERATED_IN_FUTURE)]
    assert found(sosanengappi="9999-12-31") == [("操作年月日", outcomes.OPERATED_IN_FUTURE)]


def test_messages_never_repeat_a_received_value() -> None:
    secret = "ひみつ@secret"
    for item in COLUMNS:
        for problem in validate(**{item: secret}):
            assert secret not in problem.message
