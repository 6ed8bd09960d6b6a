"""Latin letters: Japanese names as kana, others as they sound."""

from __future__ import annotations

import pytest

from kyotsu.japanese import kana, romaji


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("SATO", "サト"),
        ("satou", "サトウ"),
        ("Satoh", "サト"),
        ("SATŌ", "サト"),
        ("HATTORI", "ハットリ"),
        ("Matchida", "マッチダ"),
        ("Shun'ichi", "シュンイチ"),
        ("SYUNITI", "シュニチ"),
        ("TUTIYA", "ツチヤ"),
        ("TSUCHIYA", "ツチヤ"),
        ("Kempo", "ケンポ"),
        ("KENPO", "ケンポ"),
        ("ＨＵＪＩＷＡＲＡ", "フジワラ"),
        ("Ohno", "オノ"),
    ],
)
def test_romaji_of_all_systems(word: str, expected: str) -> None:
    assert romaji.kana_of(word) == expected


@pytest.mark.parametrize("word", ["SMITH", "WANG", "LINH", "", "山田", "CRUZ"])
def test_no_japanese_word(word: str) -> None:
    assert romaji.kana_of(word) is None


@pytest.mark.parametrize("word", ["オオタ", "シンジュク", "ヒャクタロウ", "ジュン", "チョウコ", "ヂヅヲ", "フミ"])
def test_kana_of_what_kana_become(word: str) -> None:
    back = romaji.kana_of(romaji.latin_of(word))
    assert back is not None
    assert kana.sound(back) == kana.sound(word)


@pytest.mark.parametrize(
    ("latin", "heard"),
    [
        ("DUC", "ドゥック"),
        ("LINH", "リン"),
        ("WANG", "ワン"),
        ("OLIVEIRA", "オリベイラ"),
        ("MARIA", "マリア"),
        ("RAI", "ライ"),
    ],
)
def test_what_a_japanese_ear_hears(latin: str, heard: str) -> None:
    assert romaji.ear(latin)[:2] == romaji.ear(romaji.latin_of(heard))[:2]


def test_accents_are_not_heard() -> None:
    assert romaji.ear("Nguyễn") == romaji.ear("NGUYEN")
