"""A record of the registry as somebody who can be found."""

from __future__ import annotations

from kyotsu.addressees.candidates import registered
from kyotsu.addressees.candidates.people import Name, NameKind

NOW = {
    "shimei": "山田　花子",
    "uji_nihonjin": "山田",
    "na_nihonjin": "花子",
    "shimei_furigana": "ヤマダ　ハナコ",
    "seinengappi": "1980-01-02",
    "seibetsu": "2",
    "jusho_todofuken": "神奈川県",
    "jusho_shikugunchosonmei": "横浜市中区",
    "jusho_choaza": "港町五丁目",
    "jusho_banchigohyoki": "３３番２７号",
    "jusho_katagaki": "コーポ１０２",
}


def test_a_record_with_its_history() -> None:
    before = {
        **NOW,
        "uji_nihonjin": "大島",
        "shimei_furigana": "オオシマ　ハナコ",
        "jusho_banchigohyoki": "１番",
        "jusho_katagaki": "",
    }
    person = registered.person("8", NOW, [NOW, before, before])
    assert person.names == (
        Name("山田　花子", "ヤマダ　ハナコ"),
        Name("大島　花子", "オオシマ　ハナコ", kind=NameKind.EARLIER),
    )
    assert person.addresses == (
        "神奈川県横浜市中区港町五丁目３３番２７号　コーポ１０２",
        "神奈川県横浜市中区港町五丁目１番",
    )
    assert (person.id, person.birth, person.sex) == ("8", "1980-01-02", "2")


def test_a_foreigner_with_a_tsusho() -> None:
    items = {
        "shimei_gaikokujinromaji": "NGUYEN LINH",
        "shimei_gaikokujinkanji": "阮玲",
        "shimei_furigana": "グエン　リン",
        "tsusho": "木下　凛",
        "tsusho_furigana": "キノシタ　リン",
        "jusho_kokugaijusho": "ＨＡＮＯＩ",
    }
    person = registered.person("8", items)
    assert person.names == (
        Name("阮玲", "グエン　リン", "NGUYEN LINH"),
        Name("木下　凛", "キノシタ　リン", kind=NameKind.TSUSHO),
    )
    assert person.addresses == ("ＨＡＮＯＩ",)


def test_a_record_that_says_nothing() -> None:
    person = registered.person("8", {})
    assert (person.names, person.birth, person.addresses) == ((), "", ("",))


def test_an_earlier_address_after_none_now_is_an_earlier_one() -> None:
    person = registered.person("8", {"shimei": "山田　花子"}, [NOW])
    assert person.addresses[0] == ""
    assert len(person.addresses) == 2
