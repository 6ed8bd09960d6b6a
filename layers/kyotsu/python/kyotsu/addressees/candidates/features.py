"""Evidence as the names of the parameters that weigh it. A name begins with its item; see `parameters.json`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kyotsu.addressees.candidates.evidence import Evidence, part_agrees
from kyotsu.addressees.candidates.levels import Birth, Kana, Kanji, Place
from kyotsu.addressees.candidates.people import NameKind

Feature = tuple[str, float]

_LOOKS_ALIKE = frozenset({Kanji.SAME, Kanji.GAP})
_SOUNDS_ALIKE = frozenset({Kana.SAME, Kana.LENGTH, Kana.SOUND})
_LIVES_THERE = frozenset({Place.SAME, Place.STREET, Place.ROOM, Place.PART})
_MOVED = frozenset({Place.FAR, Place.MUNICIPALITY, Place.TOWN})
_BORN_ALIKE = frozenset({Birth.SAME, Birth.YEAR_MONTH, Birth.DIGIT, Birth.SWAPPED})


def of(evidence: Evidence) -> Iterator[Feature]:
    """Yield what holds of a pair, each with how much of it there is (1, but for rarity)."""
    name = evidence.name
    for part, levels, rarity in (
        ("family", name.family, evidence.rarity[0]),
        ("given", name.given, evidence.rarity[1]),
    ):
        yield f"{part}.kanji={levels[0]}", 1.0
        yield f"{part}.kana={levels[1]}", 1.0
        yield f"{part}={levels[0]}/{levels[1]}", 1.0
        # What levels have in common, so that a rare one leans on its neighbours.
        if levels[1] in _SOUNDS_ALIKE:
            yield f"{part}.kana.alike", 1.0
        if levels[0] in _LOOKS_ALIKE:
            yield f"{part}.kanji.alike", 1.0
        if rarity:
            yield f"{part}.rarity", rarity
    if name.swapped:
        yield "name.swapped", 1.0
    if evidence.kind is NameKind.EARLIER:
        yield "name.earlier", 1.0
    yield f"birth={evidence.birth}", 1.0
    yield f"sex={evidence.sex}", 1.0
    yield f"address={evidence.place}", 1.0
    if evidence.earlier_place:
        yield "address.earlier", 1.0
    yield from _together(evidence)


def item_of(feature: str) -> str:
    """Return the item a parameter is of."""
    return re.split("[=.]", feature)[0]


def _together(evidence: Evidence) -> Iterator[Feature]:
    """Yield what items say only together: who shares an address, a family name or a birthday is often kin."""
    family, given = part_agrees(evidence.name.family), part_agrees(evidence.name.given)
    other_given = _differs(evidence.name.given)
    at_home = evidence.place in _LIVES_THERE
    if family and at_home and other_given:
        yield "together=kin", 1.0
    if family and other_given and evidence.birth is Birth.SAME:
        yield "together=twin", 1.0
    if family and at_home and evidence.birth is Birth.SAME and _read_alike(evidence.name.given):
        yield "together=homonym", 1.0
    if family and given and evidence.birth is Birth.FAR:
        yield "together=namesake", 1.0
    if given and evidence.birth in _BORN_ALIKE and at_home:
        yield "together=settled", 1.0
    if evidence.birth not in _BORN_ALIKE and evidence.place in _MOVED:
        yield "together=name-only", 1.0


def _differs(levels: tuple[Kanji, Kana]) -> bool:
    if levels == (Kanji.NONE, Kana.NONE):
        return False
    return levels[0] in (Kanji.FAR, Kanji.NONE, Kanji.HALF) and levels[1] in (
        Kana.FAR,
        Kana.NONE,
        Kana.LOOSE,
        Kana.OTHER,
    )


def _read_alike(levels: tuple[Kanji, Kana]) -> bool:
    """Tell whether two given names are written otherwise, but read alike: a wrong conversion, or a twin."""
    return levels[0] in (Kanji.FAR, Kanji.HALF, Kanji.CLOSE) and levels[1] in _SOUNDS_ALIKE
