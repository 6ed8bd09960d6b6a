"""Keys: what a person stands under, what a query reads, and that both meet after any one slip."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kyotsu.addressees.candidates import forms, keys, searching
from kyotsu.addressees.candidates.people import Name, NameKind, Person, Query
from tests.fakes.candidates import ASKED, HANAKO, LINH, OLD_HOME


def met(query: Query, person: Person = HANAKO) -> int:
    """Count the reads that find a person."""
    under = keys.of_person(forms.of_person(person))
    return sum(read.key in under for read in keys.of_query(forms.of_query(query)))


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "", "birth": "", "address": ""},
        {"kana": "", "birth": "", "address": ""},
        {"name": "渡辺　佐和子", "kana": "", "birth": "", "address": ""},
        {"name": "佐和子渡辺", "kana": "", "birth": "", "address": ""},
        {"name": "", "kana": "サワコ　ワタナヘ", "birth": "", "address": ""},
        {"name": "", "kana": "ワタナベサーコ", "birth": "1974-03-29", "address": ""},
        {"name": "SAWAKO WATANABE", "kana": "", "birth": "", "address": ""},
        {"name": "高田　佐和子", "kana": "タカダ　サワコ", "birth": "1986-03-12", "address": ""},
        {"name": "高田　佐和子", "kana": "", "birth": "1974-03-29", "address": ""},
        {"name": "高田　美樹", "kana": "タカダ　ミキ", "birth": "1974-12-03", "address": ""},
        {"name": "高田　美樹", "kana": "タカダ　ミキ", "birth": "", "address": "中区港町5の33"},
        {"name": "高田　美樹", "kana": "", "birth": "", "address": OLD_HOME},
        {"name": "大島　佐和子", "kana": "", "birth": "", "address": ""},
    ],
)
def test_what_is_left_finds_the_person(changed: dict[str, str]) -> None:
    assert met(replace(ASKED, **changed)) >= 1


@pytest.mark.parametrize(
    "query",
    [
        Query(name="LINH NGUYEN DUC"),
        Query(name="グエン　ドゥック　リン"),
        Query(name="NGUYEN LINH", birth="1990-07-13"),
        Query(name="木下凛"),
    ],
)
def test_a_foreign_name_finds_the_person(query: Query) -> None:
    assert met(query, LINH) >= 1


@pytest.mark.parametrize("name", ["渡●　佐和子", "〓"])
def test_an_unknown_character_is_in_no_key(name: str) -> None:
    assert not [read for read in keys.of_query(forms.of_query(Query(name=name))) if "?" in read.key]


def test_nothing_asked_reads_nothing() -> None:
    assert keys.of_query(forms.of_query(Query())) == ()
    assert keys.of_query(forms.of_query(Query(sex="1"))) == ()


def test_no_search_plans_more_reads_than_it_may() -> None:
    reads = keys.of_query(
        forms.of_query(replace(ASKED, name="WATANABE SAWAKO", address="港町48番地の3", birth="1974-03-12"))
    )
    assert len(reads) <= searching.MOST_READS


def test_an_ordinary_person_stands_under_a_dozen_keys() -> None:
    plain = replace(HANAKO, names=HANAKO.names[:1], addresses=HANAKO.addresses[:1])
    assert len(keys.of_person(forms.of_person(plain))) == 10


def test_whoever_has_a_long_history_stands_under_a_bounded_number_of_keys() -> None:
    names = tuple(Name(f"氏{n}　佐和子", "ア" * (n + 1) + "　サワコ", kind=NameKind.EARLIER) for n in range(60))
    addresses = tuple(f"横浜市中区港町{n}番地の1" for n in range(1, 80))
    found = keys.of_person(forms.of_person(replace(HANAKO, names=(*HANAKO.names, *names), addresses=addresses)))
    assert 30 < len(found) <= keys.MOST_PER_PERSON
    assert len(set(found)) == len(found)


def test_a_long_history_never_hides_who_one_is_now() -> None:
    names = tuple(Name(f"氏{n}　佐和子", "ア" * (n + 1) + "　サワコ", kind=NameKind.EARLIER) for n in range(60))
    found = keys.of_person(forms.of_person(replace(HANAKO, names=(*HANAKO.names, *names))))
    now = keys.of_person(forms.of_person(replace(HANAKO, names=HANAKO.names[:1], addresses=HANAKO.addresses[:1])))
    assert set(now) <= set(found)
