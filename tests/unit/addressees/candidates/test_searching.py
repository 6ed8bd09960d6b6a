"""A search: what it reads, how it is bounded, and in which order it answers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace

from kyotsu.addressees.candidates import forms, keys, searching
from kyotsu.addressees.candidates.memory import MemoryPostings
from kyotsu.addressees.candidates.people import Name, Person, Query
from kyotsu.addressees.candidates.postings import Posting
from tests.fakes.candidates import ASKED, HANAKO, LINH, scorer


class Watched(MemoryPostings):
    """Remembers what was read."""

    def __init__(self, people: Sequence[Person]) -> None:
        super().__init__(people)
        self.reads: list[tuple[str, str]] = []

    def read(self, key: str, starts: str, most: int) -> Sequence[Posting]:
        self.reads.append((key, starts))
        return super().read(key, starts, most)


def namesakes(count: int, year: int = 1930) -> list[Person]:
    """Return people of HANAKO's name, born one a day, elsewhere."""
    return [
        Person(
            id=f"{n:015}",
            names=HANAKO.names[:1],
            birth=f"{year + n // 336}-{n // 28 % 12 + 1:02}-{n % 28 + 1:02}",
            sex="2",
        )
        for n in range(count)
    ]


def test_the_person_is_first_and_explained() -> None:
    found = searching.search(forms.of_query(ASKED), MemoryPostings([LINH, HANAKO, *namesakes(50)]), scorer())
    assert found.candidates[0].id == HANAKO.id
    assert found.candidates[0].score.points == 100
    assert len(found.candidates) == 10
    assert all(
        a.score.log_odds >= b.score.log_odds for a, b in zip(found.candidates, found.candidates[1:], strict=False)
    )


def test_a_search_for_nothing_finds_nobody() -> None:
    assert searching.search(forms.of_query(Query(sex="2")), MemoryPostings([HANAKO]), scorer()) == ((), 0, 0)


def test_an_exact_match_is_found_among_more_namesakes_than_a_read_returns() -> None:
    index = Watched([*namesakes(3000), replace(HANAKO, addresses=())])
    query = Query(name="渡邊　佐和子", kana="ワタナベ　サワコ", birth="1974-03-00")
    found = searching.search(forms.of_query(query), index, scorer())
    assert found.candidates[0].id == HANAKO.id
    assert ("s", "1974") in {(key[0], starts) for key, starts in index.reads}
    assert found.reads == len(index.reads) <= searching.MOST_READS
    assert found.compared <= searching.MOST_READS * searching.MOST_POSTINGS


def test_an_exact_name_is_found_by_its_address_among_more_namesakes_and_neighbours_than_a_read_returns() -> None:
    home = "広島県福山市港町1丁目2番3号"
    neighbours = [
        replace(LINH, id=f"8{n:014}", birth=f"{1940 + n // 12}-{n % 12 + 1:02}-01", addresses=(home,))
        for n in range(400)
    ]
    index = Watched([*namesakes(400), *neighbours, replace(HANAKO, birth="2001-05-05", addresses=(home,))])
    query = Query(name="渡邊　佐和子", kana="ワタナベ　サワコ", sex="2", address=home)
    found = searching.search(forms.of_query(query), index, scorer())
    assert found.candidates[0].id == HANAKO.id
    assert found.reads == len(index.reads) <= searching.MOST_READS


def test_somebody_born_on_the_first_of_january_is_found_among_all_who_are_said_to_be() -> None:
    others = [replace(LINH, id=f"1{n:014}", birth="1970-01-01", addresses=()) for n in range(600)]
    index = Watched([*others, replace(HANAKO, id="9" * 15, birth="1970-01-01")])
    query = Query(name="渡邊　佐知子", birth="1970-01-01", sex="2")
    found = searching.search(forms.of_query(query), index, scorer())
    assert found.candidates[0].id == "9" * 15
    assert len(index.reads) <= searching.MOST_READS


def test_where_people_live_does_not_decide_which_other_lists_are_read_whole() -> None:
    planned = [keys.is_of_address(read.key) for read in keys.of_query(forms.of_query(ASKED))]
    assert any(planned)
    assert planned == sorted(planned), "lists of addresses are read last, with what reads are left"


def test_no_search_reads_more_than_it_may() -> None:
    index = Watched(namesakes(3000, year=1974))
    query = replace(ASKED, name="WATANABE SAWAKO", kana="ワタナベ　サワコ", address="港町48番地の3")
    searching.search(forms.of_query(query), index, scorer())
    assert len(index.reads) <= searching.MOST_READS


def test_somebody_found_under_several_keys_is_compared_once() -> None:
    found = searching.search(forms.of_query(ASKED), MemoryPostings([HANAKO]), scorer())
    assert found.compared == len(found.candidates) == 1


def test_equal_candidates_stand_in_the_order_of_their_numbers() -> None:
    twice = [replace(HANAKO, id=id_) for id_ in ("3", "1", "2")]
    found = searching.search(forms.of_query(ASKED), MemoryPostings(twice), scorer())
    assert [candidate.id for candidate in found.candidates] == ["1", "2", "3"]


def test_a_posting_keeps_all_that_scoring_reads() -> None:
    for person in (HANAKO, LINH, Person(id="1", names=(Name("", "", "DE LA CRUZ"),), birth="1950-00-00")):
        form = forms.of_person(person)
        assert forms.unpack(forms.pack(form)) == form


def test_a_posting_is_small() -> None:
    assert len(forms.pack(forms.of_person(HANAKO))) < 250
    moved = replace(HANAKO, addresses=HANAKO.addresses * 50, names=HANAKO.names * 50)
    assert len(forms.pack(forms.of_person(moved))) < 1000


def test_postings_are_read_by_birth_date() -> None:
    index = MemoryPostings(namesakes(700))
    key = next(key for key in keys.of_person(index.postings[0].form) if key.startswith("s"))
    births = [posting.form.birth for posting in index.read(key, "1931", 1000)]
    assert births
    assert births == sorted(births)
    assert {birth[:4] for birth in births} == {"1931"}
    assert len(index.read(key, "", 5)) == 5
    assert index.read(key, "2031", 5) == []
    assert index.read("s", "", 5) == []


def test_only_a_search_pays_for_its_library_and_parameters() -> None:
    imported = (
        "import sys, kyotsu.addressees.candidates, kyotsu.addressees.issuing, kyotsu.addressees.candidates.people"
    )
    check = "assert not {'rapidfuzz', 'kyotsu.addressees.candidates.scoring'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", f"{imported}; {check}"], check=True)


def test_a_given_name_in_hiragana_is_how_its_kanji_are_read() -> None:
    index = MemoryPostings([HANAKO, LINH, *namesakes(50)])
    query = Query(name="渡邊　さわこ", birth="1974-03-12", sex="2", address=ASKED.address)
    found = searching.search(forms.of_query(query), index, scorer())
    assert found.candidates[0].id == HANAKO.id
    assert found.candidates[0].score.points >= 90
    without_address = searching.search(forms.of_query(replace(query, address="")), index, scorer())
    assert without_address.candidates[0].id == HANAKO.id


def test_a_birth_date_is_read_in_any_notation() -> None:
    for written in ("19740312", "1974/3/12", "昭和49年3月12日", "S49.3.12"):
        assert forms.of_query(replace(ASKED, birth=written)).birth == "19740312"
    for none in ("", "someday", "0000-00-00"):
        assert forms.of_query(replace(ASKED, birth=none)).birth == ""
