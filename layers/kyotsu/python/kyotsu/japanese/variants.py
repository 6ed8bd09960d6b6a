"""Variant characters (異体字): every kanji is compared as the one it is a variant of.

The folding says that two spellings may be one name, never that they are: 斎藤 and 斉藤 are different families, but one
is written for the other daily. What is stored and shown is never folded.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Mapping
from importlib import resources

# Groups that ja-itaiji lacks, that join characters of JIS level 1, or whose members it gives to several bases.
OURS = (
    "斎齋斉齊", "沢澤泽", "浜濱濵", "島嶋嶌嶹㠀", "崎﨑嵜碕", "辺邊邉", "高髙", "吉𠮷", "滝瀧", "竜龍", "桧檜", "富冨",
    "藤籐", "野埜", "松枩", "秋穐", "渕淵渊", "篭籠", "梅楳", "峰峯", "万萬", "与與", "国國圀", "広廣", "恵惠",
    "桑桒", "栄榮", "関關", "蔵藏", "館舘", "頼賴", "船舩", "曽曾", "桜櫻", "条條", "礼禮", "弥彌", "亜亞", "凛凜",
    "遥遙", "尭堯", "槙槇", "郷鄕", "園薗", "昇曻", "徳德", "真眞", "静靜", "寿壽", "豊豐", "清淸", "黒黑", "土圡",
    "柳栁桺", "緑綠", "増增", "瀬瀨", "彦彥", "教敎", "横橫", "歩步", "温溫", "穂穗", "薫薰", "円圓", "児兒",
    "剣劍釼劔剱", "勲勳", "実實", "宝寶", "岳嶽", "巌巖", "奥奧", "恒恆", "暁曉", "楽樂", "浅淺", "渋澁", "満滿",
    "稲稻", "聡聰", "芦蘆", "荘莊庄", "蛍螢", "覚覺", "譲讓", "鉄鐵", "顕顯", "鴎鷗", "麦麥", "黄黃", "葉枼", "杉椙",
    "薮藪籔", "梁簗", "丘坵", "畑畠", "鶴靏鸖", "諫諌", "舗舖", "卿卿",
    "仙僊", "侠俠", "慎愼", "兎兔", "呑吞", "塡填", "幡旛", "棲栖", "涌湧", "茅萱", "翠翆", "蔣蒋",
    "邦𨛗", "釜釡", "鉢缽", "妊姙", "靱靭", "体體", "学學", "会會", "晋晉", "来來", "経經", "継繼", "総總惣",
    "霊靈", "双雙", "壱壹", "弐貳", "参參", "糸絲", "虫蟲", "禄祿", "粛肅", "県縣", "駆驅", "壮壯",
)  # fmt: skip
_SELECTORS = dict.fromkeys([*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), *range(0x180B, 0x180E)])


@functools.cache
def bases() -> Mapping[int, str]:
    """Return the table of `str.translate` that folds every variant into its base."""
    text = resources.files("kyotsu.japanese").joinpath("variants.txt").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if not line.startswith("#")]
    generated = {ord(variant): row[0] for row in rows for variant in row[1:]}
    ours = {ord(variant): group[0] for group in OURS for variant in group[1:]}
    roots = {group[0] for group in OURS}
    table = {variant: base for variant, base in (generated | ours).items() if chr(variant) not in roots}
    # A base of the generated table may be a variant in ours: what goes to it goes on to that one.
    return {variant: table.get(ord(base), base) for variant, base in table.items()}


def without_selectors(text: str) -> str:
    """Return a text without variation selectors, which choose a glyph of the same character."""
    return text.translate(_SELECTORS)


@functools.lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Return a text with selectors removed, widths unified (NFKC) and every variant as its base. Idempotent."""
    return unicodedata.normalize("NFKC", without_selectors(text)).translate(bases())
