"""Births, addresses and parts of names compared."""

from __future__ import annotations

import pytest

from kyotsu.addressees.candidates import comparing_addresses, comparing_births, comparing_parts, forms
from kyotsu.addressees.candidates.forms import AddressForm
from kyotsu.addressees.candidates.levels import Birth, Kana, Kanji, Place
from kyotsu.addressees.candidates.people import Query
from kyotsu.japanese import kana


@pytest.mark.parametrize(
    ("other", "level"),
    [
        ("19740312", Birth.SAME),
        ("19740300", Birth.YEAR_MONTH),
        ("19740000", Birth.YEAR),
        ("00000312", Birth.PARTLY),
        ("", Birth.NONE),
        ("19741203", Birth.SWAPPED),
        ("19740313", Birth.DIGIT),
        ("19740321", Birth.DIGIT),
        ("19640312", Birth.DIGIT),
        ("19470312", Birth.DIGIT),
        ("20370312", Birth.ERA),
        ("19860312", Birth.ERA),
        ("19600312", Birth.ERA),
        ("19570312", Birth.OTHER_YEAR),
        ("19741112", Birth.OTHER_MONTH),
        ("19740329", Birth.OTHER_DAY),
        ("19740400", Birth.FAR),
        ("19810705", Birth.FAR),
    ],
)
def test_births(other: str, level: Birth) -> None:
    assert comparing_births.compare("19740312", other) is level
    assert comparing_births.compare(other, "19740312") is level


HOME = "神奈川県横浜市中区港町5丁目33番27号 レジデンス513号室"


@pytest.mark.parametrize(
    ("other", "level"),
    [
        (HOME, Place.SAME),
        ("横浜市中区港町5-33-27-513", Place.SAME),
        ("中区港町5-33-27-513", Place.SAME),
        ("港町5-33-27-513", Place.SAME),
        ("神奈川県横浜市中区港町5-33-27", Place.STREET),
        ("神奈川県横浜市中区港町5-33-27 レジデンス208号室", Place.ROOM),
        ("神奈川県横浜市中区港町5丁目33番", Place.PART),
        ("神奈川県横浜市中区港町5丁目34番27号", Place.DIGIT),
        ("神奈川県横浜市中区港町8丁目1番2号", Place.TOWN),
        ("神奈川県横浜市中区港町", Place.TOWN),
        ("神奈川県横浜市中区山手町5-33-27", Place.MUNICIPALITY),
        ("愛知県名古屋市中区港町5-33-27-513", Place.FAR),
        ("", Place.NONE),
    ],
)
def test_places(other: str, level: Place) -> None:
    one, another = _address(HOME), _address(other)
    assert comparing_addresses.compare(one, another) is level
    assert comparing_addresses.compare(another, one) is level


def _address(text: str) -> AddressForm:
    return forms.of_query(Query(address=text)).addresses[0]


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("渡辺", "渡辺", Kanji.SAME),
        ("渡?", "渡辺", Kanji.GAP),
        ("長谷川", "長谷山", Kanji.CLOSE),
        ("渡部", "渡辺", Kanji.HALF),
        ("渡辺", "田中", Kanji.FAR),
        ("東", "西", Kanji.FAR),
        ("", "渡辺", Kanji.NONE),
    ],
)
def test_kanji(one: str, other: str, level: Kanji) -> None:
    assert comparing_parts.kanji(one, other) is level
    assert comparing_parts.kanji(other, one) is level


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("サトウ", "サトー", Kana.SAME),
        ("サト", "サトウ", Kana.LENGTH),
        ("ユキ", "ユウキ", Kana.LENGTH),
        ("ナカタ", "ナガタ", Kana.SOUND),
        ("コド", "ゴトウ", Kana.SOUND),
        ("ヨネムラ", "ネムラ", Kana.SLIP),
        ("スガワラ", "ガスワラ", Kana.SLIP),
        ("ヒトミ", "ヒトミミ", Kana.SLIP),
        ("ナホコ", "ナミコ", Kana.OTHER),
        ("ヒロアキ", "ヒロユキ", Kana.OTHER),
        ("マサヒロ", "ヒロマサ", Kana.FAR),
        ("ナツミ", "サブロウ", Kana.FAR),
        ("", "サトウ", Kana.NONE),
    ],
)
def test_kana(one: str, other: str, level: Kana) -> None:
    a, b = kana.spelling(one), kana.spelling(other)
    assert comparing_parts.kana(a, b) is level
    assert comparing_parts.kana(b, a) is level


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("SANTOS", "SANTOS", Kana.SAME),
        ("NGUYEN", "GUEN", Kana.SOUND),
        ("SANTOS", "SANTOSU", Kana.SOUND),
        ("STEVEN", "SUTIBUN", Kana.LOOSE),
        ("CRUZ", "TANAKA", Kana.FAR),
    ],
)
def test_latin(one: str, other: str, level: Kana) -> None:
    assert comparing_parts.latin(one, other) is level
    assert comparing_parts.latin(other, one) is level
