"""One part of a name (氏, 名, or a foreign name's word) compared with another one."""

from __future__ import annotations

import functools

from rapidfuzz.distance import OSA, Indel

from kyotsu.addressees.candidates.levels import Kana, Kanji
from kyotsu.japanese import kana as kanas
from kyotsu.japanese import romaji
from kyotsu.japanese.names import UNKNOWN

_LONG = "ー"
_LOOSE = 0.6
_SOUNDS_ALIKE, _NEARLY, _SOMEWHAT = 0.86, 0.74, 0.6


@functools.lru_cache(maxsize=8192)
def kanji(one: str, other: str) -> Kanji:
    """Return how well two folded texts agree; symmetric."""
    if not one or not other:
        return Kanji.NONE
    if one == other:
        return Kanji.SAME if UNKNOWN not in one else Kanji.GAP
    if kanas.is_kana(one) != kanas.is_kana(other):
        # はなこ is how 花子 is read, and no other name; whether it is, the kana tell.
        return Kanji.NONE
    if len(one) != len(other):
        return _unequal(one, other)
    pairs = list(zip(one, other, strict=True))
    differing = sum(a != b and UNKNOWN not in (a, b) for a, b in pairs)
    if not differing:
        return Kanji.GAP
    if differing == 1 and len(one) >= 3:
        return Kanji.CLOSE
    return Kanji.HALF if 2 * differing <= len(one) else Kanji.FAR


def _unequal(one: str, other: str) -> Kanji:
    similarity = Indel.normalized_similarity(one, other)
    if similarity >= 0.8:
        return Kanji.CLOSE
    return Kanji.HALF if similarity > 0.5 else Kanji.FAR


@functools.lru_cache(maxsize=8192)
def kana(one: str, other: str) -> Kana:
    """Return how well two texts in `spelling` agree; symmetric."""
    if not one or not other:
        return Kana.NONE
    if one == other:
        return Kana.SAME
    if one.replace(_LONG, "") == other.replace(_LONG, ""):
        return Kana.LENGTH
    bare, other_bare = kanas.sound(one), kanas.sound(other)
    if bare == other_bare:
        return Kana.SOUND
    if min(OSA.distance(one, other), OSA.distance(bare, other_bare)) == 1 and max(len(bare), len(other_bare)) > 1:
        return Kana.OTHER if _substituted(one, other) and _substituted(bare, other_bare) else Kana.SLIP
    return Kana.LOOSE if Indel.normalized_similarity(bare, other_bare) >= _LOOSE else Kana.FAR


def _substituted(one: str, other: str) -> bool:
    """Tell whether two texts differ by nothing but substitutions."""
    return len(one) == len(other) and sorted(one) != sorted(other)


@functools.lru_cache(maxsize=8192)
def latin(one: str, other: str) -> Kana:
    """Return how well two words in Latin letters agree, to a Japanese ear; symmetric."""
    if one == other:
        return Kana.SAME
    a, b = romaji.ear(one), romaji.ear(other)
    if a == b or Indel.normalized_similarity(a, b) >= _SOUNDS_ALIKE:
        return Kana.SOUND
    similarity = Indel.normalized_similarity(a, b)
    if similarity >= _NEARLY:
        return Kana.SLIP
    return Kana.LOOSE if similarity >= _SOMEWHAT else Kana.FAR
