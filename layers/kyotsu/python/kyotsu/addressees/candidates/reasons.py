"""Reasons (理由): what agrees and what does not, as codes with Japanese texts, each item once.

A reason tells what was compared, in words; how much an item weighs is `Scorer.items`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from enum import StrEnum

from kyotsu.addressees.candidates.evidence import Evidence, part_agrees
from kyotsu.addressees.candidates.levels import Birth, Kana, Kanji, Place, Sex
from kyotsu.addressees.candidates.people import NameKind, Person, Query
from kyotsu.japanese import kana, names
from kyotsu.japanese.names import Script


class Reason(StrEnum):
    """A code of `riyu`. The first letter is the item's: N 氏名, K カナ, B 生年月日, S 性別, A 住所."""

    NAME = "N01"
    VARIANT = "N02"
    UNKNOWN_CHARACTER = "N03"
    ONE_CHARACTER = "N04"
    FAMILY_ONLY = "N05"
    GIVEN_ONLY = "N06"
    EARLIER_NAME = "N07"
    TSUSHO = "N08"
    SWAPPED = "N09"
    LATIN = "N10"
    OTHER_NAME = "N90"
    KANA = "K01"
    KANA_SPELLING = "K02"
    KANA_LENGTH = "K03"
    KANA_SOUND = "K04"
    KANA_SLIP = "K05"
    OTHER_KANA = "K90"
    BIRTH = "B01"
    BIRTH_PARTLY = "B02"
    BIRTH_DIGIT = "B03"
    BIRTH_SWAPPED = "B04"
    BIRTH_ERA = "B05"
    BIRTH_YEAR = "B06"
    BIRTH_MONTH = "B07"
    BIRTH_DAY = "B08"
    OTHER_BIRTH = "B90"
    SEX = "S01"
    OTHER_SEX = "S90"
    ADDRESS = "A01"
    STREET = "A02"
    ROOM = "A03"
    ADDRESS_PARTLY = "A04"
    STREET_NUMBER = "A05"
    TOWN = "A06"
    OLD_ADDRESS = "A07"
    OTHER_ADDRESS = "A90"

    @property
    def is_of_address(self) -> bool:
        """Tell whether it tells of where somebody lives or lived."""
        return self.value.startswith("A")

    @property
    def text(self) -> str:
        """What it says to a clerk."""
        return TEXTS[self]


TEXTS: Mapping[Reason, str] = {
    Reason.NAME: "氏名一致",
    Reason.VARIANT: "異体字一致",
    Reason.UNKNOWN_CHARACTER: "氏名一致（不明の文字を除く）",
    Reason.ONE_CHARACTER: "氏名1字違い",
    Reason.FAMILY_ONLY: "氏のみ一致",
    Reason.GIVEN_ONLY: "名のみ一致",
    Reason.EARLIER_NAME: "旧氏名一致",
    Reason.TSUSHO: "通称一致",
    Reason.SWAPPED: "氏と名の順が逆",
    Reason.LATIN: "ローマ字一致",
    Reason.OTHER_NAME: "氏名相違",
    Reason.KANA: "カナ一致",
    Reason.KANA_SPELLING: "カナの書き方違い（長音・小書き・ヅ等）",
    Reason.KANA_LENGTH: "カナの長音違い",
    Reason.KANA_SOUND: "カナの濁点違い",
    Reason.KANA_SLIP: "カナ1字違い",
    Reason.OTHER_KANA: "カナ相違",
    Reason.BIRTH: "生年月日一致",
    Reason.BIRTH_PARTLY: "生年月日一致（不詳の部分を除く）",
    Reason.BIRTH_DIGIT: "生年月日1桁違い",
    Reason.BIRTH_SWAPPED: "生年月日の月と日が逆",
    Reason.BIRTH_ERA: "生年の元号・数え違い",
    Reason.BIRTH_YEAR: "月日のみ一致",
    Reason.BIRTH_MONTH: "生まれた月のみ相違",
    Reason.BIRTH_DAY: "生まれた日のみ相違",
    Reason.OTHER_BIRTH: "生年月日相違",
    Reason.SEX: "性別一致",
    Reason.OTHER_SEX: "性別相違",
    Reason.ADDRESS: "住所一致",
    Reason.STREET: "住所一致（方書を除く）",
    Reason.ROOM: "住所一致（部屋番号相違）",
    Reason.ADDRESS_PARTLY: "住所一部一致",
    Reason.STREET_NUMBER: "番地1か所違い",
    Reason.TOWN: "町字一致",
    Reason.OLD_ADDRESS: "旧住所一致",
    Reason.OTHER_ADDRESS: "住所相違",
}

_BIRTHS: Mapping[Birth, Reason] = {
    Birth.SAME: Reason.BIRTH,
    Birth.YEAR_MONTH: Reason.BIRTH_PARTLY,
    Birth.YEAR: Reason.BIRTH_PARTLY,
    Birth.PARTLY: Reason.BIRTH_PARTLY,
    Birth.SWAPPED: Reason.BIRTH_SWAPPED,
    Birth.DIGIT: Reason.BIRTH_DIGIT,
    Birth.ERA: Reason.BIRTH_ERA,
    Birth.OTHER_YEAR: Reason.BIRTH_YEAR,
    Birth.OTHER_MONTH: Reason.BIRTH_MONTH,
    Birth.OTHER_DAY: Reason.BIRTH_DAY,
    Birth.FAR: Reason.OTHER_BIRTH,
}
_PLACES: Mapping[Place, Reason] = {
    Place.SAME: Reason.ADDRESS,
    Place.STREET: Reason.STREET,
    Place.ROOM: Reason.ROOM,
    Place.PART: Reason.ADDRESS_PARTLY,
    Place.DIGIT: Reason.STREET_NUMBER,
    Place.TOWN: Reason.TOWN,
    Place.MUNICIPALITY: Reason.OTHER_ADDRESS,
    Place.FAR: Reason.OTHER_ADDRESS,
}
_SEXES: Mapping[Sex, Reason] = {Sex.SAME: Reason.SEX, Sex.FAR: Reason.OTHER_SEX}
_OLD = frozenset({Place.SAME, Place.STREET, Place.ROOM, Place.PART})


def of(evidence: Evidence, asked: Query, known: Person) -> tuple[Reason, ...]:
    """Return the reasons of a candidate, by item. Texts as typed tell a variant from the same character."""
    found = [*_name(evidence, asked, known), *_kana(evidence, asked, known)]
    if evidence.birth in _BIRTHS:
        found.append(_BIRTHS[evidence.birth])
    if evidence.sex in _SEXES:
        found.append(_SEXES[evidence.sex])
    if evidence.earlier_place and evidence.place in _OLD:
        found.append(Reason.OLD_ADDRESS)
    if evidence.place in _PLACES:
        found.append(_PLACES[evidence.place])
    return tuple(found)


def by_history(evidence: Evidence) -> bool:
    """Tell whether earlier data agrees (履歴一致): an earlier name, or an earlier address."""
    by_name = evidence.kind is NameKind.EARLIER and part_agrees(evidence.name.family)
    return by_name or (evidence.earlier_place and evidence.place in _OLD)


def _name(evidence: Evidence, asked: Query, known: Person) -> Iterator[Reason]:
    family, given = evidence.name.family[0], evidence.name.given[0]
    if names.script_of(asked.name) is Script.LATIN and _sounds(evidence):
        yield Reason.LATIN
    if Kanji.NONE not in (family, given):
        yield _characters(family, given, asked, known)
    both = part_agrees(evidence.name.family) and part_agrees(evidence.name.given)
    if evidence.kind is NameKind.EARLIER and both:
        yield Reason.EARLIER_NAME
    if evidence.kind is NameKind.TSUSHO and both:
        yield Reason.TSUSHO
    if evidence.name.swapped:
        yield Reason.SWAPPED


def _sounds(evidence: Evidence) -> bool:
    return {evidence.name.family[1], evidence.name.given[1]} <= {Kana.SAME, Kana.LENGTH, Kana.SOUND, Kana.SLIP}


def _characters(family: Kanji, given: Kanji, asked: Query, known: Person) -> Reason:
    levels = {family, given}
    if levels == {Kanji.SAME}:
        same = any(_plain(name.kanji) == _plain(asked.name) for name in known.names)
        return Reason.NAME if same or not asked.name else Reason.VARIANT
    if levels <= {Kanji.SAME, Kanji.GAP}:
        return Reason.UNKNOWN_CHARACTER
    if levels in ({Kanji.SAME, Kanji.CLOSE}, {Kanji.SAME, Kanji.HALF}):
        return Reason.ONE_CHARACTER
    if family in (Kanji.SAME, Kanji.GAP):
        return Reason.FAMILY_ONLY
    return Reason.GIVEN_ONLY if given in (Kanji.SAME, Kanji.GAP) else Reason.OTHER_NAME


def _plain(text: str) -> str:
    """Return a name as typed, whatever its spaces and widths, and in whichever order its characters are."""
    return "".join(sorted("".join(names.parts_of(unicodedata.normalize("NFKC", text)))))


def _kana(evidence: Evidence, asked: Query, known: Person) -> Iterator[Reason]:
    levels = {evidence.name.family[1], evidence.name.given[1]}
    if Kana.NONE in levels or names.script_of(asked.name) is Script.LATIN:
        return
    if levels == {Kana.SAME}:
        yield Reason.KANA if _as_typed(asked, known) else Reason.KANA_SPELLING
    elif levels <= {Kana.SAME, Kana.LENGTH}:
        yield Reason.KANA_LENGTH
    elif levels <= {Kana.SAME, Kana.LENGTH, Kana.SOUND}:
        yield Reason.KANA_SOUND
    elif levels <= {Kana.SAME, Kana.LENGTH, Kana.SOUND, Kana.SLIP, Kana.OTHER}:
        yield Reason.KANA_SLIP
    else:
        yield Reason.OTHER_KANA


def _as_typed(asked: Query, known: Person) -> bool:
    typed = {_letters(text) for text in (asked.kana, asked.name)}
    return any(_letters(name.kana) in typed for name in known.names if name.kana)


def _letters(text: str) -> str:
    return "".join(names.parts_of(kana.katakana(text)))
