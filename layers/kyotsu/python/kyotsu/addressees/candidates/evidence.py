"""What agrees between a query and somebody known, item by item."""

from __future__ import annotations

from typing import NamedTuple

from kyotsu.addressees.candidates import comparing_addresses, comparing_births, comparing_names
from kyotsu.addressees.candidates.comparing_names import KANA_RANK, KANJI_RANK, NameLevels
from kyotsu.addressees.candidates.forms import Form, NameForm
from kyotsu.addressees.candidates.frequencies import Frequencies
from kyotsu.addressees.candidates.levels import Birth, Kana, Kanji, Place, Sex
from kyotsu.addressees.candidates.people import NameKind

PLACE_RANK = {level: rank for rank, level in enumerate(reversed(Place))}
_UNNAMED = NameForm()


class Evidence(NamedTuple):
    """How one pair agrees."""

    name: NameLevels
    kind: NameKind
    """Of the name that agrees best."""
    rarity: tuple[float, float]
    """Of the known 氏 and 名, where they agree; 0 where they don't."""
    birth: Birth
    sex: Sex
    place: Place
    earlier_place: bool
    """The address that agrees best is an earlier one."""


def compare(query: Form, known: Form, frequencies: Frequencies) -> Evidence:
    """Compare a query with somebody known: with the name and the address of theirs that agree best."""
    asked = query.names[0] if query.names else _UNNAMED
    found = [(comparing_names.compare(asked, name), name) for name in known.names or (_UNNAMED,)]
    levels, name = max(found, key=lambda pair: (_strength(pair[0]), -pair[1].kind))
    place, earlier_place = _place(query, known)
    return Evidence(
        name=levels,
        kind=name.kind,
        rarity=_rarity(levels, name, frequencies),
        birth=comparing_births.compare(query.birth, known.birth),
        sex=_sex(query.sex, known.sex),
        place=place,
        earlier_place=earlier_place,
    )


def _strength(levels: NameLevels) -> int:
    parts = (levels.family, levels.given)
    return sum(KANJI_RANK[kanji] + KANA_RANK[kana] for kanji, kana in parts)


def part_agrees(levels: tuple[Kanji, Kana]) -> bool:
    """Tell whether a part of a name agrees in a writing, and disagrees in none."""
    kanji, kana = levels
    by_kanji, by_kana = kanji in (Kanji.SAME, Kanji.GAP), kana in (Kana.SAME, Kana.LENGTH, Kana.SOUND)
    return (by_kanji and kana is not Kana.FAR) or (by_kana and kanji in (Kanji.NONE, Kanji.CLOSE, Kanji.HALF))


def _rarity(levels: NameLevels, name: NameForm, frequencies: Frequencies) -> tuple[float, float]:
    kanji, kana = name.kanji, name.kana[0] if name.kana else ()
    family = frequencies.rarity("family", kanji[0] if kanji else "", kana[0] if kana else "")
    given = frequencies.rarity("given", "".join(kanji[1:]), "".join(kana[1:]))
    return (
        family if part_agrees(levels.family) else 0.0,
        given if part_agrees(levels.given) else 0.0,
    )


def _sex(one: str, other: str) -> Sex:
    if not one or not other:
        return Sex.NONE
    return Sex.SAME if one == other else Sex.FAR


def _place(query: Form, known: Form) -> tuple[Place, bool]:
    if not query.addresses or not known.addresses:
        return Place.NONE, False
    levels = [comparing_addresses.compare(query.addresses[0], address) for address in known.addresses]
    best = max(range(len(levels)), key=lambda place: (PLACE_RANK[levels[place]], -place))
    return levels[best], best > 0
