"""Kana: what is another way of writing, and what merely sounds alike."""

from __future__ import annotations

import pytest

from kyotsu.japanese import kana

SAME_SPELLING = [
    ("ｻﾄｳ", "サトウ"),
    ("さとう", "サトウ"),
    ("サトー", "サトウ"),
    ("サトオ", "サトウ"),
    ("サト－", "サトウ"),
    ("キヨウコ", "キョウコ"),
    ("ハツトリ", "ハットリ"),
    ("シミヅ", "シミズ"),
    ("ヂロウ", "ジロウ"),
    ("シヅヱ", "シズエ"),
    ("カヲル", "カオル"),
    ("ヰシイ", "イシイ"),
    ("ヴィクトル", "ビクトル"),
    ("みすゞ", "ミスズ"),
    ("オータ", "オオタ"),
    ("ケーコ", "ケイコ"),
    ("シューヘイ", "シュウヘイ"),
    ("ｶﾞｯｷ", "ガッキ"),
]


@pytest.mark.parametrize(("one", "other"), SAME_SPELLING)
def test_another_way_of_writing(one: str, other: str) -> None:
    assert kana.spelling(one) == kana.spelling(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("ナカタ", "ナガタ"), ("サト", "サトウ"), ("カツラ", "ガツラ"), ("ホンマ", "ホンバ"), ("ユキ", "ユウキ")],
)
def test_other_names_have_other_spellings(one: str, other: str) -> None:
    assert kana.spelling(one) != kana.spelling(other)


@pytest.mark.parametrize(
    ("one", "other"), [("ナカタ", "ナガタ"), ("サト", "サトウ"), ("ユキ", "ユウキ"), ("イハラ", "イバラ")]
)
def test_voicing_and_length_do_not_sound(one: str, other: str) -> None:
    assert kana.sound(one) == kana.sound(other)


@pytest.mark.parametrize(("one", "other"), [("サトウ", "カトウ"), ("ハルカ", "ハルキ"), ("エリ", "エミ")])
def test_other_sounds(one: str, other: str) -> None:
    assert kana.sound(one) != kana.sound(other)


@pytest.mark.parametrize(
    ("text", "is_kana"), [("ヤマダ　タロウ", True), ("", False), ("　", False), ("山田", False), ("Ｙ", False)]
)
def test_only_kana(text: str, is_kana: bool) -> None:
    assert kana.is_kana(text) is is_kana
