"""Requests against the published table: every item, every rule, all errors at once and in item order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kyotsu.addressees.items import BY_NAME, ITEMS, PERSON, RequestItem
from kyotsu.addressees.records import Operation, Use
from kyotsu.addressees.requests import InvalidRequestError, validated
from tests.fakes.addressees import COMPLETE, LIBRARY, LOCAL, TAX, circumstances, request

PUBLISHED: dict[str, Any] = json.loads(Path(__file__).with_name("published_2_0.json").read_text(encoding="utf-8"))
STRINGS = [item for item in ITEMS if item.type in ("X", "N")]
names = pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.romaji)
strings = pytest.mark.parametrize("item", STRINGS, ids=lambda item: item.romaji)
long_fixed = [item for item in STRINGS if item.fixed and item.length > 1]
variable = [item for item in STRINGS if not item.fixed]


def errors(caller: Use = TAX, without: str = "", /, **items: object) -> list[tuple[str, str]]:
    """Return the codes and sentences of a request, of items that are changed or left out."""
    body = {name: value for name, value in {**COMPLETE, **items}.items() if name != without}
    try:
        validated(body, circumstances(caller))
    except InvalidRequestError as error:
        return [(found.code, found.message) for found in error.errors] or [("", "refused without an error")]
    return []


def test_the_table_is_the_published_one() -> None:
    published = [(i["parameter"], i["item"], i["type"], i["length"], i["required"]) for i in PUBLISHED["items"]]
    assert [(i.romaji, i.name, i.type, i.length, i.required) for i in ITEMS] == published
    assert (PERSON[0], PERSON[-1], len(PERSON)) == ("shimei", "jusho_kokugaijusho", 28)


def test_a_complete_request() -> None:
    found = request(kojinbango="123456789018", sosajikoku="09:00", tagyomusanshofukafuragu="1")
    assert (found.processing, found.municipality, found.number, found.principal) == ("0", "141003", None, None)
    assert (found.individual_number, found.closed_to_others, found.use) == ("123456789018", True, TAX)
    assert found.operation == Operation("123456", "2026-05-01", "09:00:00")
    assert found.person == {name: COMPLETE[name] for name in PERSON if name in COMPLETE}


def test_nobody_reads_a_person_in_a_log() -> None:
    shown = repr(request(kojinbango="123456789018"))
    assert not any(text in shown for text in ("見本", "花子", "123456789018", "千代田区", "1980"))


@names
def test_an_item_that_is_not_set(item: RequestItem) -> None:
    told = errors(TAX, item.romaji)
    assert errors(**{item.romaji: None}) == errors(**{item.romaji: ""}) == told
    if item.required:
        assert told == [("E0001", f"{item.name}が設定されていません。")]
        assert errors(**{item.romaji: "  "}) == told
    elif item.romaji in ("shimei", "uji_nihonjin", "na_nihonjin"):
        assert [(code, message[-len(f"{item.name}は設定必須です。") :]) for code, message in told] == [
            ("E0004", f"{item.name}は設定必須です。")
        ]
    else:
        assert told == []


@names
@pytest.mark.parametrize("value", [1, 1.5, True, [], ["0"], {}, {"a": 1}], ids=repr)
def test_an_item_that_is_no_string(item: RequestItem, value: object) -> None:
    code, message = told_of(item, value)
    assert code == "E0002"
    assert message.startswith(f"{item.name}は")
    assert message.endswith("（JSONの文字列）で設定してください。")


@strings
def test_one_character_too_long(item: RequestItem) -> None:
    value = ("1" if item.type == "X" else "あ") * (item.length + 1)
    if item.fixed:
        assert told_of(item, value) == ("E0003", f"{item.name}は{item.length}桁で設定してください。")
    else:
        width = "半角" if item.type == "X" else "全角"
        assert told_of(item, value) == ("E0002", f"{item.name}は{width}{item.length}文字以内で設定してください。")


@pytest.mark.parametrize("item", variable, ids=lambda item: item.romaji)
def test_as_long_as_it_may_be(item: RequestItem) -> None:
    """A base character with its selector is one."""
    value = ("1" if item.type == "X" else "辻\U000e0100") * item.length
    assert not any(f"{item.name}は" in message for _, message in errors(**{item.romaji: value}))


@pytest.mark.parametrize("item", long_fixed, ids=lambda item: item.romaji)
def test_one_character_too_few_for_a_fixed_length(item: RequestItem) -> None:
    told = ("E0003", f"{item.name}は{item.length}桁で設定してください。")
    assert told_of(item, "1" * (item.length - 1)) == told


@strings
@pytest.mark.parametrize("character", ["\x07", "\x00", "\u200b", "ｱ", "\ud842"], ids=ascii)
def test_characters_of_no_class(item: RequestItem, character: str) -> None:
    assert told_of(item, character)[0] == "E0002"


@strings
def test_the_other_width(item: RequestItem) -> None:
    words = {"X": "半角文字", "N": "全角文字"}[item.type]
    value = "１" if item.type == "X" else "a"
    assert told_of(item, value) == ("E0002", f"{item.name}は{words}で設定してください。")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("shorikubun", "3", "処理区分は0、1、2のいずれかで設定してください。"),
        ("nayosemotofuragu", "2", "名寄せ元フラグは0、1のいずれかで設定してください。"),
        ("kojinbango", "12345678901a", "個人番号は半角数字で設定してください。"),
        ("kojinbango", "123456789012", "個人番号は検査数字（末尾の数字）の正しい番号で設定してください。"),
        ("shikuchosonkodo", "141004", "市区町村コードは検査数字（末尾の数字）の正しい番号で設定してください。"),
        ("shikuchosonkodo", "131016", "市区町村コードはこの環境で受け付ける市区町村コードで設定してください。"),
        *(
            ("atenabango", number, "宛名番号は数字を含み、空白と#を含まない半角文字で設定してください。")
            for number in (" 80000000000009", "C", "N#1", "#1")
        ),
        ("seinengappi", "1981-02-29", "生年月日は実在する日付（YYYY-MM-DD）で設定してください。"),
        ("seinengappi", "1981-2-1", "生年月日は実在する日付（YYYY-MM-DD）で設定してください。"),
        ("sosajikoku", "24:00:00", "操作時刻は時刻（HH:MM:SS）で設定してください。"),
        ("sosanengappi", "2026-05-03", "操作年月日は受信時刻より未来でない日付で設定してください。"),
        ("gyomuid", "022", "業務IDは認証されたシステム自身のIDで設定してください。"),
        ("dokujishisakushisutemutoid", "A01", "独自施策システム等IDは認証されたシステム自身のIDで設定してください。"),
    ],
)
def test_values_that_are_none_of_an_item(name: str, value: str, told: str) -> None:
    assert errors(**{name: value}) == [("E0002", told)]


def test_an_indefinite_date_needs_its_flag() -> None:
    assert errors(seinengappi="1980-00-00", seinengappi_fushofuragu="1") == []
    assert errors(seinengappi="1980-13-00", seinengappi_fushofuragu="1") != []
    for flag in ("0", None):
        assert [code for code, _ in errors(seinengappi="1980-00-00", seinengappi_fushofuragu=flag)] == ["E0002"]


def required(condition: str, name: str) -> list[tuple[str, str]]:
    return [("E0004", f"{condition}が設定されている場合、{name}は設定必須です。")]


NOBODY = {"shimei": None, "uji_nihonjin": None, "na_nihonjin": None}


@pytest.mark.parametrize("processing", ["1", "2"])
def test_an_existing_number_must_be_named(processing: str) -> None:
    assert errors(shorikubun=processing) == [("E0001", "宛名番号が設定されていません。")]
    assert errors(shorikubun=processing, atenabango="800000000000009") == []


@pytest.mark.parametrize(
    ("items", "told"),
    [
        ({"nayosemotofuragu": "1"}, required("名寄せ元フラグ", "名寄せ先宛名番号")),
        ({"nayosemotofuragu": "1", "nayosesakiatenabango": "800000000000009"}, []),
        ({"jusho_choazakodo": "0001001"}, required("住所_町字コード", "住所_町字")),
        ({"jusho_choazakodo": "9999999", "jusho_choaza": "見本町"}, []),
        ({"jusho_choazakodo": "0000000"}, []),
        ({"jusho_katagaki_furigana": "ミホン"}, required("住所_方書_フリガナ", "住所_方書")),
        (NOBODY, []),
        ({"shimei": None}, required("氏_日本人", "氏名")),
        ({"uji_nihonjin": None}, required("氏名", "氏_日本人")),
        ({"uji_nihonjin": None, "na_nihonjin": None}, required("氏名", "氏_日本人") + required("氏名", "名_日本人")),
        ({**NOBODY, "shimei": "ＭＩＨＯＮ", "shimei_gaikokujinromaji": "ＭＩＨＯＮ"}, []),
        ({**NOBODY, "shimei_gaikokujinkanji": "見本"}, required("氏名_外国人漢字", "氏名")),
    ],
)
def test_conditions_between_items(items: dict[str, object], told: list[tuple[str, str]]) -> None:
    assert errors(**items) == told


def test_an_item_set_wrongly_is_set() -> None:
    told = errors(shorikubun="1", atenabango=8)
    assert [code for code, _ in told] == ["E0002"]


def test_all_errors_at_once_in_the_order_of_the_table() -> None:
    with pytest.raises(InvalidRequestError) as caught:
        validated({"mystery": "x", "shorikubun": "2", "seibetsu": "12", "shimei": "a"}, circumstances())
    found = [(error.item, error.code) for error in caught.value.errors]
    assert found == [
        ("shikuchosonkodo", "E0001"),
        ("atenabango", "E0001"),
        ("shimei", "E0002"),
        ("uji_nihonjin", "E0004"),
        ("na_nihonjin", "E0004"),
        ("seibetsu", "E0003"),
        ("nayosemotofuragu", "E0001"),
        ("tagyomusanshofukafuragu", "E0001"),
        ("sosashaid", "E0001"),
        ("sosanengappi", "E0001"),
        ("sosajikoku", "E0001"),
        ("", "E1501"),
    ]
    assert list(BY_NAME) == [item.romaji for item in ITEMS]


def test_unknown_items_are_counted_and_not_repeated() -> None:
    told = errors(kojinbangou="123456789018", 見本=None)
    assert told == [("E1501", "項目一覧にない項目が2個あります。項目名を確認してください。")]


@pytest.mark.parametrize("business", ["010", "000", None])
def test_a_business_may_leave_its_own_id_out(business: str | None) -> None:
    assert errors(gyomuid=business) == []
    assert request(gyomuid=business).use == TAX


def test_a_local_system_has_an_id_of_its_own() -> None:
    assert errors(LOCAL, "", gyomuid="000", dokujishisakushisutemutoid="A01") == []
    assert [code for code, _ in errors(LOCAL, "", gyomuid="010")] == ["E0002"]
    assert request(LOCAL).use == LOCAL


def told_of(item: RequestItem, value: object) -> tuple[str, str]:
    """Return what is told of an item alone."""
    body = {**COMPLETE, item.romaji: value}
    with pytest.raises(InvalidRequestError) as caught:
        validated(body, circumstances())
    return next((error.code, error.message) for error in caught.value.errors if error.item == item.romaji)


def test_a_system_that_does_not_handle_individual_numbers_may_not_send_one() -> None:
    body = {**COMPLETE, "gyomuid": LIBRARY, "kojinbango": "123456789018", "seibetsu": "男"}
    with pytest.raises(InvalidRequestError) as refused:
        validated(body, circumstances(Use(LIBRARY)))
    assert next((error.item, error.code) for error in refused.value.errors) == ("kojinbango", "E1560")
    assert "123456789018" not in repr(refused.value.errors)
    assert validated({**COMPLETE, "gyomuid": LIBRARY}, circumstances(Use(LIBRARY))).individual_number is None
