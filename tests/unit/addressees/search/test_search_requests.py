"""Requests of 住登外者宛名基本情報照会: every bad input, all errors at once and in item order."""

from __future__ import annotations

from typing import Any

import pytest

from kyotsu.addressees.items import ITEMS
from kyotsu.addressees.requests import InvalidRequestError
from kyotsu.addressees.search.items import ORDER, SEARCH_ITEMS
from kyotsu.addressees.search.requests import SearchRequest, search_request
from tests.fakes.addressees import circumstances
from tests.fakes.searching import ASKED, OPERATED, SearchOffice, office


def read(**items: object) -> SearchRequest:
    return search_request({**OPERATED, **ASKED, **items}, circumstances())


def errors(**items: object) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRequestError) as invalid:
        read(**items)
    return [(error.item, error.code) for error in invalid.value.errors]


def test_items_that_the_published_table_has_are_the_same() -> None:
    published = {item.romaji: item for item in ITEMS}
    ours = {"seinengappi", "jusho", "saidaikensu", "taisho"}
    assert {item.romaji for item in SEARCH_ITEMS if published.get(item.romaji) != item} == ours
    assert list(ORDER) == [
        *("shikuchosonkodo", "gyomuid", "dokujishisakushisutemutoid"),
        *("shimei", "shimei_furigana", "seinengappi", "seibetsu", "jusho", "itchihoho", "saidaikensu", "taisho"),
        *("sosashaid", "sosanengappi", "sosajikoku"),
    ]


def test_what_is_not_set_has_its_default() -> None:
    found = read(itchihoho={"shimei": "3", "jusho": "", "seibetsu": None})
    assert (found.rows, found.whom, found.methods) == (10, "1", {})


def test_what_is_set_is_read() -> None:
    found = read(itchihoho={"shimei": "1", "jusho": "2"}, saidaikensu="50", taisho="2", seinengappi="1974-03-00")
    assert (found.rows, found.whom, found.methods) == (50, "2", {"shimei": "1", "jusho": "2"})
    assert (found.query.name, found.query.birth) == (ASKED["shimei"], "1974-03-00")
    assert read(saidaikensu=7).rows == 7, "a JSON number is a count, too"
    assert "渡邊" not in repr(found)


@pytest.mark.parametrize("item", ["shikuchosonkodo", "sosashaid", "sosanengappi", "sosajikoku"])
def test_an_item_that_is_not_set(item: str) -> None:
    assert errors(**{item: ""}) == [(item, "E0001")]


@pytest.mark.parametrize(
    ("items", "found"),
    [
        ({"shikuchosonkodo": "011002"}, [("shikuchosonkodo", "E0002")]),
        ({"gyomuid": "022"}, [("gyomuid", "E0002")]),
        ({"gyomuid": "1"}, [("gyomuid", "E0003")]),
        ({"dokujishisakushisutemutoid": "A99"}, [("dokujishisakushisutemutoid", "E0002")]),
        ({"shimei": "ABC"}, [("shimei", "E0002")]),
        ({"shimei": "あ" * 101}, [("shimei", "E0002")]),
        ({"shimei": ["渡邊"]}, [("shimei", "E0002")]),
        ({"shimei": "\ud800"}, [("shimei", "E0002")]),
        ({"shimei_furigana": "ﾜﾀﾅﾍﾞ"}, [("shimei_furigana", "E0002")]),
        ({"seinengappi": "1974-03"}, [("seinengappi", "E0003")]),
        ({"seinengappi": "1974/03/12"}, [("seinengappi", "E0002")]),
        ({"seinengappi": "1974-13-01"}, [("seinengappi", "E0002")]),
        ({"seinengappi": 19740312}, [("seinengappi", "E0002")]),
        ({"seibetsu": "女"}, [("seibetsu", "E0002")]),
        ({"seibetsu": "12"}, [("seibetsu", "E0003")]),
        ({"jusho": "あ" * 301}, [("jusho", "E0002")]),
        ({"itchihoho": "1"}, [("itchihoho", "E0002")]),
        ({"itchihoho": ["1"]}, [("itchihoho", "E0002")]),
        ({"itchihoho": {"shimei": "4"}}, [("itchihoho", "E0002")]),
        ({"itchihoho": {"shimei": 1}}, [("itchihoho", "E0002")]),
        ({"itchihoho": {"shimei": ["1"]}}, [("itchihoho", "E0002")]),
        ({"itchihoho": {"kojinbango": "1", "x": "1"}}, [("itchihoho", "E1501")]),
        ({"itchihoho": {"jusho": "1"}, "jusho": ""}, [("jusho", "E0004")]),
        ({"saidaikensu": "0"}, [("saidaikensu", "E0002")]),
        ({"saidaikensu": "51"}, [("saidaikensu", "E0002")]),
        ({"saidaikensu": "-1"}, [("saidaikensu", "E0002")]),
        ({"saidaikensu": "100"}, [("saidaikensu", "E0002")]),
        ({"saidaikensu": "9" * 5000}, [("saidaikensu", "E0002")]),
        ({"saidaikensu": True}, [("saidaikensu", "E0002")]),
        ({"saidaikensu": 1.0}, [("saidaikensu", "E0002")]),
        ({"taisho": "3"}, [("taisho", "E0002")]),
        ({"sosanengappi": "2999-01-01"}, [("sosanengappi", "E0002")]),
        ({"sosajikoku": "25:00"}, [("sosajikoku", "E0002")]),
        ({"kojinbango": "123456789018"}, [("", "E1501")]),
        ({"kojinbangoshutokufuragu": "1"}, [("", "E1501")]),
        (dict.fromkeys(["shimei", "shimei_furigana", "seinengappi", "jusho"]), [("shimei", "E1640")]),
    ],
)
def test_an_item_that_is_wrong(items: dict[str, object], found: list[tuple[str, str]]) -> None:
    assert errors(**items) == found


def test_all_errors_are_told_at_once_and_in_item_order() -> None:
    assert errors(
        mimei="x",
        sosajikoku=None,
        taisho="9",
        saidaikensu="x",
        itchihoho={"jusho": "2", "shimei": "9"},
        jusho="",
        seibetsu="",
        seinengappi="x",
        shikuchosonkodo="",
    ) == [
        ("shikuchosonkodo", "E0001"),
        ("seinengappi", "E0003"),
        ("jusho", "E0004"),
        ("itchihoho", "E0002"),
        ("saidaikensu", "E0002"),
        ("taisho", "E0002"),
        ("sosajikoku", "E0001"),
        ("", "E1501"),
    ]


def test_no_error_repeats_a_value() -> None:
    with pytest.raises(InvalidRequestError) as invalid:
        read(shimei="SECRET", itchihoho={"shimei": "SECRET", "SECRET": "1"}, saidaikensu="SECRET", SECRET="x")
    assert "SECRET" not in str([error.message for error in invalid.value.errors])


NOTHING: dict[str, Any] = dict.fromkeys(ASKED)


@pytest.mark.parametrize(
    "items",
    [{"jusho": "神奈川県横浜市"}, {"seinengappi": "0000-00-00"}, {"seinengappi": "1974-00-00"}, {"shimei": "●"}],
)
def test_what_finds_nobody_by_itself_is_nothing_to_search_by(items: dict[str, object]) -> None:
    """An empty answer would say that nobody is known, which nobody looked for."""
    found = office().search(**{**NOTHING, **items})
    assert (found.status, found.codes) == (400, ("E1640",))


@pytest.mark.parametrize("item", ["shimei", "shimei_furigana", "seinengappi", "jusho"])
def test_each_item_finds_by_itself(item: str) -> None:
    small = office(townspeople=10)
    assert [row["atenabango"] for row in small.rows(**{**NOTHING, item: ASKED[item]})] == ["800000000000009"]


def test_a_refusal_is_told_in_the_published_form() -> None:
    answered = SearchOffice().search(taisho="9")
    assert (answered.status, answered.codes) == (400, ("E0002",))
