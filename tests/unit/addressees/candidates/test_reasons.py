"""Each reason a clerk is told, from a search for somebody registered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kyotsu.addressees.candidates import forms, reasons
from kyotsu.addressees.candidates.people import Person, Query
from kyotsu.addressees.candidates.reasons import Reason
from tests.fakes.candidates import ASKED, HANAKO, LINH, OLD_HOME, scorer


def told(query: Query, person: Person = HANAKO) -> tuple[Reason, ...]:
    evidence = scorer().score(forms.of_query(query), forms.of_person(person)).evidence
    return reasons.of(evidence, query, person)


def test_everything_agrees() -> None:
    assert told(ASKED) == (Reason.NAME, Reason.KANA, Reason.BIRTH, Reason.SEX, Reason.ADDRESS)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"name": "渡辺　佐和子"}, Reason.VARIANT),
        ({"name": "渡邉 佐和子"}, Reason.VARIANT),
        ({"name": "渡●　佐和子"}, Reason.UNKNOWN_CHARACTER),
        ({"name": "渡邊　佐知子"}, Reason.ONE_CHARACTER),
        ({"name": "渡邊　美樹", "kana": ""}, Reason.FAMILY_ONLY),
        ({"name": "高田　佐和子", "kana": ""}, Reason.GIVEN_ONLY),
        ({"name": "高田　美樹"}, Reason.OTHER_NAME),
        ({"name": "大島　佐和子", "kana": "オオシマ　サワコ"}, Reason.EARLIER_NAME),
        ({"name": "佐和子　渡邊", "kana": ""}, Reason.SWAPPED),
        ({"name": "WATANABE Sawako", "kana": ""}, Reason.LATIN),
        ({"kana": "わたなべ　さわこ"}, Reason.KANA),
        ({"kana": "ﾜﾀﾅﾍﾞｻﾜｺ"}, Reason.KANA),
        ({"name": "大島　佐和子", "kana": "オーシマ　サワコ"}, Reason.KANA_SPELLING),
        ({"name": "大島　佐和子", "kana": "オシマ　サワコ"}, Reason.KANA_LENGTH),
        ({"kana": "ワタナヘ　サワコ"}, Reason.KANA_SOUND),
        ({"kana": "ワタナベ　サワワコ"}, Reason.KANA_SLIP),
        ({"kana": "ワタベ　ミキ"}, Reason.OTHER_KANA),
        ({"birth": "1974-03-00"}, Reason.BIRTH_PARTLY),
        ({"birth": "1974-03-13"}, Reason.BIRTH_DIGIT),
        ({"birth": "1974-12-03"}, Reason.BIRTH_SWAPPED),
        ({"birth": "1986-03-12"}, Reason.BIRTH_ERA),
        ({"birth": "1957-03-12"}, Reason.BIRTH_YEAR),
        ({"birth": "1974-11-12"}, Reason.BIRTH_MONTH),
        ({"birth": "1974-03-29"}, Reason.BIRTH_DAY),
        ({"birth": "1990-07-04"}, Reason.OTHER_BIRTH),
        ({"sex": "1"}, Reason.OTHER_SEX),
        ({"address": "横浜市中区港町5-33-27"}, Reason.STREET),
        ({"address": "横浜市中区港町5-33-27-208"}, Reason.ROOM),
        ({"address": "横浜市中区港町5丁目33番"}, Reason.ADDRESS_PARTLY),
        ({"address": "横浜市中区港町5-34-27"}, Reason.STREET_NUMBER),
        ({"address": "横浜市中区港町8-1-1"}, Reason.TOWN),
        ({"address": OLD_HOME}, Reason.OLD_ADDRESS),
        ({"address": "横浜市緑区三保町12番"}, Reason.OTHER_ADDRESS),
    ],
)
def test_each_reason(changed: dict[str, str], reason: Reason) -> None:
    assert reason in told(replace(ASKED, **changed))


def test_a_tsusho_is_told() -> None:
    assert Reason.TSUSHO in told(Query(name="木下　凛", kana="キノシタ　リン", birth="1990-07-04"), LINH)


def test_what_was_not_asked_is_no_reason() -> None:
    assert told(Query(name="渡邊　佐和子")) == (Reason.NAME,)
    assert told(Query(kana="ワタナベ　サワコ", address="")) == (Reason.KANA,)


@pytest.mark.parametrize(
    ("changed", "history"),
    [
        ({}, False),
        ({"address": OLD_HOME}, True),
        ({"name": "大島　佐和子", "kana": ""}, True),
        ({"address": "横浜市緑区三保町12番"}, False),
    ],
)
def test_whether_earlier_data_agreed(changed: dict[str, str], history: bool) -> None:
    evidence = scorer().score(forms.of_query(replace(ASKED, **changed)), forms.of_person(HANAKO)).evidence
    assert reasons.by_history(evidence) is history


def test_every_code_has_a_text_of_its_own() -> None:
    assert set(reasons.TEXTS) == set(Reason)
    assert len(set(reasons.TEXTS.values())) == len(Reason)
    assert Reason.BIRTH_DIGIT.text == "生年月日1桁違い"
