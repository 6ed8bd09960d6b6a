"""Kana of names: one spelling for all that are read alike, and a coarse sound that survives most slips.

`spelling` unifies what is only another way of writing (ヅ and ズ, キヨウ and キョウ, サトー and サトウ); `sound` also
drops voicing and long vowels, and is for finding, not for believing.
"""

from __future__ import annotations

import functools
import re
import unicodedata

_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)} | {0x309D: 0x30FD, 0x309E: 0x30FE}
_HISTORIC = str.maketrans("ヰヱヲヂヅヷヸヹヺ", "イエオジズワイエオ")
_V = {
    "ヴァ": "バ",
    "ヴィ": "ビ",
    "ヴェ": "ベ",
    "ヴォ": "ボ",
    "ヴャ": "ビヤ",
    "ヴュ": "ビユ",
    "ヴョ": "ビヨ",
    "ヴ": "ブ",
}
_W = {"クヮ": "カ", "グヮ": "ガ"}
_SMALL = str.maketrans("ァィゥェォャュョッヮヵヶ", "アイウエオヤユヨツワカケ")
_ROWS = {
    "ア": "アカガサザタダナハバパマヤラワ",
    "イ": "イキギシジチニヒビピミリ",
    "ウ": "ウクグスズツヌフブプムユル",
    "エ": "エケゲセゼテデネヘベペメレ",
    "オ": "オコゴソゾトドノホボポモヨロ",
}
_LONG = {"ア": "アー", "イ": "イー", "ウ": "ウー", "エ": "エイー", "オ": "オウー"}
_LONG_VOWEL = re.compile("|".join(f"(?<=[{_ROWS[vowel]}])[{_LONG[vowel]}]+" for vowel in _ROWS))
_DASHES = re.compile(r"(?<=[ァ-ヺ])[-‐‑‒–—―−－ｰ~〜～]")
_REPEATED = re.compile(r"([ァ-ヺー])([ヽ々])")
_REPEATED_VOICED = re.compile(r"([ァ-ヺ])ヾ")
_KANA = re.compile(r"[ァ-ヺー・\s]+")
_VOICING = re.compile("[\u3099\u309a]")


@functools.lru_cache(maxsize=8192)
def katakana(text: str) -> str:
    """Return a text in full-width katakana: from half width and hiragana, dashes as ー, ヽ and ヾ resolved."""
    wide = unicodedata.normalize("NFKC", text.replace("〜", "ー")).translate(_TO_KATAKANA)
    wide = _DASHES.sub("ー", wide)
    wide = _REPEATED_VOICED.sub(lambda m: m[1] + unicodedata.normalize("NFC", m[1] + "\u3099"), wide)
    return _REPEATED.sub(r"\1\1", wide)


def is_kana(text: str) -> bool:
    """Tell whether a text, once in katakana, has nothing but kana (and spaces, ー or ・), and some."""
    return _KANA.fullmatch(text) is not None and not text.isspace()


@functools.lru_cache(maxsize=8192)
def spelling(text: str) -> str:
    """Return the one spelling of everything that is read like a text in kana; idempotent, spaces stay.

    Old kana (ヰ, ヂ, ヴ) as today's, small ones as large ones, and every long vowel as ー: オオタ and オータ, サトウ,
    サトオ and サトー, ケイコ and ケーコ are each one.
    """
    plain = katakana(text)
    for group in (_V, _W):
        for old, new in group.items():
            plain = plain.replace(old, new)
    return _LONG_VOWEL.sub("ー", plain.translate(_HISTORIC).translate(_SMALL))


@functools.lru_cache(maxsize=8192)
def sound(text: str) -> str:
    """Return the coarse sound of a text in kana, without spaces: no voicing, no long vowels. Idempotent."""
    plain = spelling(text).replace("ー", "").replace(" ", "").replace("\u3000", "").replace("・", "")
    bare = _VOICING.sub("", unicodedata.normalize("NFD", plain))
    # Without its voicing or ー a kana may come to stand after its own vowel.
    return _LONG_VOWEL.sub("", bare).replace("ー", "")
