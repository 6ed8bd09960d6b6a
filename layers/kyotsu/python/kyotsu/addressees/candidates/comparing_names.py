"""Names compared part by part, wherever the space stands and in whichever order the parts are."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import NamedTuple

from kyotsu.addressees.candidates import comparing_parts
from kyotsu.addressees.candidates.forms import NameForm, Parts
from kyotsu.addressees.candidates.levels import Kana, Kanji
from kyotsu.japanese import romaji

KANJI_RANK = {level: rank for rank, level in enumerate(reversed(Kanji))}
KANA_RANK = {level: rank for rank, level in enumerate(reversed(Kana))}
_MANY = 2


class NameLevels(NamedTuple):
    """How two names agree: 氏 and 名, each in kanji and in kana (or Latin letters)."""

    family: tuple[Kanji, Kana]
    given: tuple[Kanji, Kana]
    swapped: bool
    """Whether they agree in each other's place only."""


class _Kanji(NamedTuple):
    family: Kanji
    given: Kanji
    swapped: bool = False


class _Kana(NamedTuple):
    family: Kana
    given: Kana
    swapped: bool = False


_NO_KANJI = _Kanji(Kanji.NONE, Kanji.NONE)
_NO_KANA = _Kana(Kana.NONE, Kana.NONE)


def compare(one: NameForm, other: NameForm) -> NameLevels:
    """Return how well two names agree: a query's and a known one, which says where the query's parts, if need be."""
    kanji = _kanji(one.kanji, other.kanji)
    kana = _best_kana(_readings(one, other))
    return NameLevels(
        family=(kanji.family, kana.family),
        given=(kanji.given, kana.given),
        swapped=kanji.swapped or (kana.swapped and kanji.family is Kanji.NONE),
    )


@functools.lru_cache(maxsize=8192)
def _kanji(one: Parts, other: Parts) -> _Kanji:
    if not one or not other:
        return _NO_KANJI
    found = [
        _Kanji(comparing_parts.kanji(a[0], b[0]), comparing_parts.kanji(a[1], b[1]), swapped)
        for a, b, swapped in _alignments(one, other)
    ]
    return max(found, key=lambda c: (KANJI_RANK[c.family] + KANJI_RANK[c.given], not c.swapped))


@functools.lru_cache(maxsize=8192)
def _kana(one: Parts, other: Parts) -> _Kana:
    found = [
        _Kana(comparing_parts.kana(a[0], b[0]), comparing_parts.kana(a[1], b[1]), swapped)
        for a, b, swapped in _alignments(one, other)
    ]
    return max(found, key=_kana_rank)


def _kana_rank(levels: _Kana) -> tuple[int, bool]:
    return KANA_RANK[levels.family] + KANA_RANK[levels.given], not levels.swapped


def _best_kana(found: Iterator[_Kana]) -> _Kana:
    return max(found, key=_kana_rank, default=_NO_KANA)


def _readings(one: NameForm, other: NameForm) -> Iterator[_Kana]:
    """Yield how the names agree in every writing by sound that both have, or that one has and the other is read in."""
    for a in one.kana:
        for b in other.kana:
            yield _kana(a, b)
    if one.latin and other.latin:
        yield _words(one.latin, other.latin)
    elif other.latin and one.kana:
        yield from (_words(_in_latin(a), other.latin) for a in one.kana)
    elif one.latin and other.kana:
        yield from (_words(one.latin, _in_latin(b)) for b in other.kana)


def _in_latin(kana: Parts) -> Parts:
    return tuple(romaji.latin_of(part).upper() for part in kana)


Sides = tuple[str, str]


def _alignments(one: Parts, other: Parts) -> Iterator[tuple[Sides, Sides, bool]]:
    """Yield the ways to lay two names beside each other: 氏 and 名 of each, and whether the first one is swapped."""
    whole, other_whole = "".join(one), "".join(other)
    if len(other) >= _MANY:
        known = (other[0], "".join(other[1:]))
    elif len(one) >= _MANY:
        known = _divided(other_whole, (one[0], "".join(one[1:])))
    else:
        # Nobody says where the name parts: in the middle, as most do.
        known = _at(other_whole, (len(other_whole) + 1) // 2)
    if len(one) >= _MANY:
        yield (one[0], "".join(one[1:])), known, False
        yield ("".join(one[1:]), one[0]), known, True
    if len(one) < _MANY or len(one[0]) != len(known[0]):
        yield _divided(whole, known), known, False
    if len(one) < _MANY:
        swapped = _divided(whole, (known[1], known[0]))
        yield (swapped[1], swapped[0]), known, True


def _at(whole: str, place: int) -> Sides:
    return whole[:place], whole[place:]


def _divided(whole: str, like: Sides) -> Sides:
    """Divide a name where another one does that begins or ends alike; it may be one part of it only."""
    if whole == like[0]:
        return whole, ""
    if whole == like[1]:
        return "", whole
    if like[1] and whole.endswith(like[1]) and not whole.startswith(like[0]):
        return _at(whole, len(whole) - len(like[1]))
    return _at(whole, min(len(like[0]), max(len(whole) - 1, 0)))


@functools.lru_cache(maxsize=8192)
def _words(one: Parts, other: Parts) -> _Kana:
    """Compare names in Latin letters word by word, in any order; a middle name may be left out of either."""
    if 1 in (len(one), len(other)) and len(one) != len(other):
        return _one_word(one, other)
    pairs = sorted(
        (
            (KANA_RANK[comparing_parts.latin(a, b)], -abs(i - j), i, j)
            for i, a in enumerate(one)
            for j, b in enumerate(other)
        ),
        reverse=True,
    )
    matched: dict[int, int] = {}
    for _, _, i, j in pairs:
        if j not in matched and i not in matched.values():
            matched[j] = i
    levels = {j: comparing_parts.latin(one[i], other[j]) for j, i in matched.items()}
    rest = [level for j, level in levels.items() if j]
    family = levels.get(0, Kana.FAR)
    given = min(rest, key=KANA_RANK.__getitem__) if rest else Kana.FAR
    return _Kana(family, given, swapped=matched.get(0, 0) != 0)


def _one_word(one: Parts, other: Parts) -> _Kana:
    """Compare a single word, which is one of the other's words or all of them without spaces."""
    longer, word = (other, one[0]) if len(one) == 1 else (one, other[0])
    whole = comparing_parts.latin(word, "".join(longer))
    found = [(KANA_RANK[comparing_parts.latin(word, part)], -place) for place, part in enumerate(longer)]
    rank, place = max(found)
    if rank < KANA_RANK[Kana.SOUND] or KANA_RANK[whole] > rank:
        return _Kana(whole, whole)
    level = comparing_parts.latin(word, longer[-place])
    return _Kana(Kana.NONE, level) if place else _Kana(level, Kana.NONE)
