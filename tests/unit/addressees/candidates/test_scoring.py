"""Who scores like the person, and who must not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kyotsu.addressees.candidates import features, forms, keys, scoring
from kyotsu.addressees.candidates.frequencies import Frequencies
from kyotsu.addressees.candidates.people import Person, Query
from tests.fakes.candidates import ASKED, HANAKO, HOME, LINH, OLD_HOME, TOWN, scorer


def points(query: Query, person: Person = HANAKO) -> int:
    return scorer().score(forms.of_query(query), forms.of_person(person)).points


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"name": "渡辺佐和子", "kana": "ﾜﾀﾅﾍﾞ ｻﾜｺ"},
        {"name": "渡〓　佐和子", "kana": ""},
        {"name": "", "address": OLD_HOME},
        {"name": "大島　佐和子", "kana": ""},
        {"name": "佐和子　渡邊", "kana": "サワコ　ワタナベ"},
        {"name": "ワタナベ　サワコ", "kana": "渡邊　佐和子"},
        {"name": "Sawako Watanabe", "kana": ""},
        {"name": "高田　佐和子", "kana": "タカダ　サワコ"},
        {"birth": "1974-03-00", "address": "横浜市中区港町五丁目三十三番"},
        {"birth": ""},
        {"birth": "1974-12-03", "sex": "1"},
        {"address": "千葉県市川市福栄15-23-204"},
    ],
)
def test_the_person(changed: dict[str, str]) -> None:
    assert points(replace(ASKED, **changed)) >= 80


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("twin", {"name": "渡邊　千秋", "kana": "ワタナベ　チアキ"}),
        (
            "member of the household",
            {"name": "渡邊　健一", "kana": "ワタナベ　ケンイチ", "birth": "1971-08-30", "sex": "1"},
        ),
        ("namesake", {"birth": "1951-10-25", "address": "横浜市緑区三保町12番"}),
        ("neighbour", {"name": "高田　美樹", "kana": "タカダ　ミキ", "birth": "1981-07-05"}),
        (
            "stranger of the same birthday",
            {"name": "高田　美樹", "kana": "タカダ　ミキ", "address": "横浜市緑区三保町1番"},
        ),
    ],
)
def test_others_do_not_score_like_the_person(name: str, query: dict[str, str]) -> None:
    assert points(replace(ASKED, **query)) <= 20, name


@pytest.mark.parametrize(
    "query",
    [
        Query(name="NGUYEN DUC LINH", birth="1990-07-04"),
        Query(name="Linh Nguyen Duc", birth="1990-07-04"),
        Query(name="NGUYEN LINH", birth="1990-07-04", address="横浜市泉区和泉中央南41"),
        Query(name="NGUYEN D. L.", birth="1990-07-04", sex="2", address="横浜市泉区和泉中央南41"),
        Query(name="グエンドゥックリン", birth="1990-07-04", address="横浜市泉区和泉中央南41"),
        Query(name="グエン　ドゥク　リン", birth="1990-07-04", sex="2", address="横浜市泉区和泉中央南41"),
        Query(name="木下　凛", birth="1990-07-04", address="横浜市泉区和泉中央南41"),
    ],
)
def test_a_foreign_name_in_any_writing(query: Query) -> None:
    assert points(query, LINH) >= 60


def test_a_rare_name_says_more() -> None:
    rare, frequent = replace(ASKED, address=""), HANAKO
    few = scoring.Scorer(Frequencies(20_000))
    many = scoring.Scorer(Frequencies(20_000, given={"佐和子": 0.02}))
    query, known = forms.of_query(rare), forms.of_person(frequent)
    assert few.score(query, known).log_odds > many.score(query, known).log_odds


def test_on_a_larger_register_strangers_agree_more_often() -> None:
    query, known = forms.of_query(ASKED), forms.of_person(HANAKO)
    town, city = scoring.Scorer(TOWN), scoring.Scorer(replace(TOWN, people=2_000_000))
    assert city.score(query, known).log_odds < town.score(query, known).log_odds


def test_items_sum_to_the_score() -> None:
    score = scorer().score(forms.of_query(ASKED), forms.of_person(HANAKO))
    total = sum(scorer().items(score).values()) + scoring.parameters().intercept
    assert total == pytest.approx(score.log_odds)


def test_what_is_not_known_weighs_nothing() -> None:
    nothing = scorer().score(forms.of_query(Query()), forms.of_person(HANAKO))
    items = scorer().items(nothing)
    assert {item: round(weight, 6) for item, weight in items.items() if item != "together"} == dict.fromkeys(
        ["family", "given", "birth", "sex", "address"], 0.0
    )


def test_every_parameter_is_one_that_evidence_can_have() -> None:
    items = {features.item_of(name) for name in scoring.parameters().weights}
    assert items == {"family", "given", "name", "birth", "sex", "address", "together"}


def test_personal_data_never_show() -> None:
    assert "渡邊" not in repr(HANAKO)
    assert HOME not in repr(ASKED)
    assert "LINH" not in repr(LINH)
    form = forms.of_person(HANAKO)
    shown = repr((form, form.names, form.addresses, keys.of_query(forms.of_query(ASKED))))
    assert not [text for text in ("渡", "ワタナベ", "1974", "港", "0312") if text in shown]
