"""Variant characters fold into one, and others don't."""

from __future__ import annotations

import pytest
from ja_itaiji import Itaiji

from kyotsu.japanese import variants

ALIKE = """
斎齋 斎齊 斎斉 齋斉 吉𠮷 高髙 崎﨑 崎嵜 崎碕 辺邊 辺邉 沢澤 浜濱 浜濵 島嶋 島嶌
富冨 藤籐 野埜 松枩 秋穐 竜龍 滝瀧 桧檜 広廣 恵惠 真眞 栄榮 関關 国國 桜櫻 峰峯
渕淵 館舘 曽曾 礼禮 弥彌 万萬 寿壽 豊豐 清淸 黒黑 土圡 柳栁 塚塚 桑桒 徳德 神神
福福 蔵藏 頼賴 条條 遥遙 昇曻 静靜 郷鄕 薗園 荘庄 学學 体體 実實 円圓 浅淺 渋澁
"""
DIFFERENT = "崎埼 右祐 裕祐 弘広 豊礼 史文 一市 太大 木本 田由 己巳 沢択 斎済 吉桔 恒宣 谷容 小少 島鳥 千干 未末"


@pytest.mark.parametrize("pair", ALIKE.split())
def test_variants_are_one(pair: str) -> None:
    assert variants.fold(pair[0]) == variants.fold(pair[1])


@pytest.mark.parametrize("pair", DIFFERENT.split())
def test_other_characters_are_not(pair: str) -> None:
    assert variants.fold(pair[0]) != variants.fold(pair[1])


def test_a_variation_selector_chooses_a_glyph_of_the_same_character() -> None:
    assert variants.fold("葛󠄀城") == variants.fold("葛城")
    assert variants.fold("渡邊󠄂") == "渡辺"


def test_no_base_is_a_variant_itself() -> None:
    table = variants.bases()
    assert not [base for base in table.values() if ord(base) in table]


def test_the_generated_table_is_that_of_the_library() -> None:
    """Every variant in it shares a family with its base, both ways."""
    text = variants.__file__.replace("variants.py", "variants.txt")
    with open(text, encoding="utf-8") as lines:  # noqa: PTH123
        rows = [line.strip() for line in lines if not line.startswith("#")]
    assert len(rows) > 1500
    for row in rows:
        for variant in row[1:]:
            assert Itaiji.is_family(row[0], variant), row
