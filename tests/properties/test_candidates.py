"""Candidate search holds for every text: folding, comparing, keys and scores."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from kyotsu.addressees.candidates import (
    comparing_addresses,
    comparing_births,
    comparing_names,
    comparing_parts,
    forms,
    keys,
    searching,
)
from kyotsu.addressees.candidates.memory import MemoryPostings
from kyotsu.addressees.candidates.people import Name, NameKind, Person, Query
from kyotsu.japanese import addresses, kana, names, romaji, variants
from tests.fakes.candidates import scorer

KANA = st.text(
    "アイウエオカガキクケコサザシジスズセソタダチヂツヅッテトドナニヌネノハバパヒフヘホマミムメモヤャユュヨョラリルレロワヰヱヲンヴー",
    max_size=8,
)
KANJI = st.text("山田渡邊辺邉斎齋斉高髙吉𠮷佐々木野埜ヶケ子美太郎●?", min_size=1, max_size=4)
LATIN = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=8)
ANY = st.one_of(KANA, KANJI, LATIN, st.text(max_size=20))
PART = st.one_of(KANJI, KANA, LATIN)
FULL = st.lists(PART, max_size=4).map("　".join)
BIRTH = st.one_of(
    st.just(""),
    st.builds("{:04}-{:02}-{:02}".format, st.integers(1900, 2026), st.integers(0, 12), st.integers(0, 31)),
    st.text("0123456789-", max_size=10),
)
ADDRESS = st.one_of(
    st.text("横浜市中区港町大字一二三十百丁目番地の号室0123-ー－ 　コーポＡ", max_size=30),
    st.text(max_size=20),
)
PERSON = st.builds(
    Person,
    id=st.uuids().map(str),
    names=st.lists(st.builds(Name, FULL, FULL, FULL, st.sampled_from(NameKind)), max_size=4).map(tuple),
    birth=BIRTH,
    sex=st.sampled_from(["", "1", "2", "9"]),
    addresses=st.lists(ADDRESS, max_size=4).map(tuple),
)
QUERY = st.builds(Query, name=FULL, kana=FULL, birth=BIRTH, sex=st.sampled_from(["", "1", "2", "9"]), address=ADDRESS)


@given(ANY)
@example("か゛")
@example("オウウ")
@example("々々")
@example("?々々")
def test_folding_twice_is_folding_once(text: str) -> None:
    for fold in (variants.fold, kana.katakana, kana.spelling, kana.sound, names.folded):
        once = fold(text)
        assert fold(once) == once


@given(KANA, KANA)
def test_what_is_spelt_alike_sounds_alike(one: str, other: str) -> None:
    if kana.spelling(one) == kana.spelling(other):
        assert kana.sound(one) == kana.sound(other)


@given(ADDRESS)
def test_any_address_is_taken_apart(text: str) -> None:
    parsed = addresses.parse(text)
    assert all(number >= 0 for number in parsed.numbers)


@given(ANY)
def test_any_word_is_heard_or_not(text: str) -> None:
    assert romaji.ear(text).isascii()
    assert romaji.kana_of(text) != ""


@given(PART, PART)
def test_comparing_parts_is_symmetric(one: str, other: str) -> None:
    a, b = names.folded(one), names.folded(other)
    assert comparing_parts.kanji(a, b) is comparing_parts.kanji(b, a)
    assert comparing_parts.latin(a, b) is comparing_parts.latin(b, a)
    a, b = kana.spelling(one), kana.spelling(other)
    assert comparing_parts.kana(a, b) is comparing_parts.kana(b, a)


@given(BIRTH, BIRTH)
def test_comparing_births_is_symmetric(one: str, other: str) -> None:
    a, b = (forms.of_query(Query(birth=text)).birth for text in (one, other))
    assert comparing_births.compare(a, b) is comparing_births.compare(b, a)


@given(ADDRESS, ADDRESS)
def test_comparing_addresses_is_symmetric(one: str, other: str) -> None:
    a, b = (forms.of_query(Query(address=text)).addresses[0] for text in (one, other))
    assert comparing_addresses.compare(a, b) is comparing_addresses.compare(b, a)


# サマ and サン at the end of a name are titles, and no part of it.
PART_IN_KANA = KANA.filter(lambda text: bool(text) and text not in {"サマ", "サン"})


@given(KANJI, KANJI, PART_IN_KANA, PART_IN_KANA)
def test_neither_spaces_nor_order_of_the_parts_make_another_name(
    family: str, given_: str, one: str, other: str
) -> None:
    straight = forms.of_query(Query(name=f"{family}　{given_}", kana=f"{one}　{other}")).names[0]
    turned = forms.of_query(Query(name=f"{given_} {family}", kana=f"{other} {one}")).names[0]
    found = comparing_names.compare(turned, straight)
    same = comparing_names.compare(straight, straight)
    assert (found.family, found.given) == (same.family, same.given)


@given(PERSON)
@settings(max_examples=200)
def test_keys_are_bounded_and_unique(person: Person) -> None:
    found = keys.of_person(forms.of_person(person))
    assert len(found) == len(set(found)) <= keys.MOST_PER_PERSON


@given(PERSON)
def test_a_packed_form_comes_back(person: Person) -> None:
    form = forms.of_person(person)
    assert forms.unpack(forms.pack(form)) == form


@given(QUERY, st.lists(PERSON, max_size=5, unique_by=lambda person: person.id))
@settings(max_examples=200)
def test_any_search_ends_within_its_reads(query: Query, people: list[Person]) -> None:
    found = searching.search(forms.of_query(query), MemoryPostings(people), scorer())
    assert found.reads <= searching.MOST_READS
    assert len({candidate.id for candidate in found.candidates}) == len(found.candidates)
    assert all(0 <= candidate.score.points <= 100 for candidate in found.candidates)


@given(PERSON)
@settings(max_examples=200)
def test_whoever_asks_exactly_what_is_registered_finds_the_person(person: Person) -> None:
    first = person.names[0] if person.names else Name()
    query = Query(name=first.kanji, kana=first.kana, birth=person.birth, address=(*person.addresses, "")[0])
    form = forms.of_query(query)
    found = searching.search(form, MemoryPostings([person]), scorer())
    if keys.of_query(form):
        assert [candidate.id for candidate in found.candidates] == [person.id]


@given(QUERY, PERSON)
def test_an_earlier_address_never_makes_a_person_less_probable(query: Query, person: Person) -> None:
    known = replace(person, addresses=(*person.addresses, query.address)) if person.addresses else person
    form = forms.of_query(query)
    before = scorer().score(form, forms.of_person(person)).evidence.place
    after = scorer().score(form, forms.of_person(known)).evidence.place
    assert list(type(after)).index(after) <= list(type(before)).index(before)
