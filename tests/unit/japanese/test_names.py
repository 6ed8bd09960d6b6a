"""Names: script, parts and folding."""

from __future__ import annotations

import pytest

from kyotsu.japanese import names
from kyotsu.japanese.names import Script


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("山田　太郎", Script.KANJI),
        ("山田　さくら", Script.KANJI),
        ("𠮷田󠄂", Script.KANJI),
        ("小●", Script.KANJI),
        ("ﾔﾏﾀﾞ ﾀﾛｳ", Script.KANA),
        ("やまだ　たろう", Script.KANA),
        ("グエン・ドゥック", Script.KANA),
        ("ＮＧＵＹＥＮ　ＤＵＣ", Script.LATIN),
        ("Đặng Thị", Script.LATIN),
    ],
)
def test_script(text: str, script: Script) -> None:
    assert names.script_of(text) is script


@pytest.mark.parametrize(
    "text",
    [
        "山田　太郎",
        "山田 太郎",
        "山田  太郎",
        "山田・太郎",
        " 山田　太郎 ",
        "山田、太郎",
        "山田　太郎様",
        "山田　太郎 様",
        "山田（佐藤）太郎",
    ],
)
def test_parts(text: str) -> None:
    assert names.parts_of(text) == ("山田", "太郎")


@pytest.mark.parametrize("mark", ["●", "〓", "□", "＿", "?", "？", "\ue123", "\U000f0001"])
def test_what_stands_for_an_unknown_character(mark: str) -> None:
    assert names.folded(f"大{mark}") == "大" + names.UNKNOWN


@pytest.mark.parametrize(
    ("one", "other"), [("佐々木", "佐佐木"), ("一ノ瀬", "一之瀬"), ("堀ケ谷", "堀ヶ谷"), ("髙嶋", "高島")]
)
def test_folded(one: str, other: str) -> None:
    assert names.folded(one) == names.folded(other)


def test_kanji_zero_is_a_character() -> None:
    assert names.UNKNOWN not in names.folded("〇野")
