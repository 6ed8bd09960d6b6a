"""Names as they are compared: in which script, in which parts, and folded."""

from __future__ import annotations

import functools
import re
from enum import StrEnum

from kyotsu.japanese import kana, variants

UNKNOWN = "?"
"""Stands for a character that somebody could not type or a system could not show: ●, 〓, □, ＿ or 外字."""

_UNKNOWN = re.compile("[●〓□■◆◇○◯＿_＊*?�※\ue000-\uf8ff\U000f0000-\U0010fffd]")
_SPACES = re.compile(r"[\s・=゠,、]+")
_LATIN = re.compile(r"[^\W\d_぀-ヿ㐀-鿿豈-﫿\U00020000-\U0003ffff]")
_BRACKETS = re.compile(r"[(（［\[〔].*?[)）］\]〕]")
_SHORTEST = 2
"""Characters of a name that has no title at its end."""
_TITLES = frozenset(["様", "さま", "サマ", "ｻﾏ", "さん", "サン", "ｻﾝ", "殿", "氏"])
_TITLE = re.compile("(?<=[一-鿿])(?:様|さま|さん|殿)$")
_REPEATED = re.compile("([^々])(々+)")


class Script(StrEnum):
    """What a name is written in."""

    KANJI = "kanji"
    KANA = "kana"
    LATIN = "latin"


def script_of(text: str) -> Script:
    """Return the script of a name; kana among kanji (美さ子) belong to a name in kanji."""
    plain = kana.katakana(text)
    if kana.is_kana(plain):
        return Script.KANA
    return Script.LATIN if _LATIN.search(plain) and not re.search("[\u3040-\u9fff]", plain) else Script.KANJI


def parts_of(text: str) -> tuple[str, ...]:
    """Return the parts of a name that spaces, middle dots or commas set apart; neither titles nor brackets count."""
    parts = [part for part in _SPACES.split(_BRACKETS.sub(" ", text)) if part]
    if len(parts) > 1 and parts[-1] in _TITLES:
        parts.pop()
    if len("".join(parts)) > _SHORTEST:
        parts[-1] = _TITLE.sub("", parts[-1])
    return tuple(parts)


@functools.lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """Return a name in kanji as it is compared: variants folded, kana in katakana, 々 written out. Idempotent.

    ケ, ヶ and が between kanji are one, ノ and 之 too; characters that stand for an unknown one become `UNKNOWN`.
    """
    plain = kana.katakana(variants.fold(_UNKNOWN.sub(UNKNOWN, text)))
    plain = _UNKNOWN.sub(UNKNOWN, plain).translate(_SMALL_KE)
    return _REPEATED.sub(lambda found: found[1] * (1 + len(found[2])), plain)


_SMALL_KE = str.maketrans({"ヶ": "ケ", "ヵ": "ケ", "之": "ノ", "乃": "ノ"})
