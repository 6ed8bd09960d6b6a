"""一致方法: what counts as exact, and what as partial (the table of `kyotsu.addressees.search.filters`)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.addressees import FRESH
from tests.fakes.searching import ASKED, HANAKO, HOME, OLD_HOME, SearchOffice, office

LINH = {
    "shimei": "ＮＧＵＹＥＮ　ＤＵＣ　ＬＩＮＨ",
    "shimei_gaikokujinromaji": "ＮＧＵＹＥＮ　ＤＵＣ　ＬＩＮＨ",
    "shimei_furigana": "グエン　ドゥック　リン",
    "tsusho": "木下　凛",
    "seinengappi": "1990-07-04",
    "seibetsu": "2",
}
NOTHING: dict[str, Any] = dict.fromkeys(ASKED)


def is_found(searched: SearchOffice, item: str, value: str, method: str) -> bool:
    """Tell whether a search that gives an item otherwise, and wants it so, finds the one who is registered."""
    asked: dict[str, Any] = {item: value, "itchihoho": {item: method}}
    with_it = searched.rows(**asked)
    assert [row["atenabango"] for row in with_it] in ([], [FRESH])
    return bool(with_it)


CASES = [
    ("shimei", "渡邊　佐和子", True, True),
    ("shimei", "渡邊佐和子", True, True),
    ("shimei", "渡邊󠄀　佐和子", True, True),
    ("shimei", "渡辺　佐和子", False, False),
    ("shimei", "佐和子", False, True),
    ("shimei", "渡邊　佐和江", False, False),
    ("shimei_furigana", "わたなべ　さわこ", True, True),
    ("shimei_furigana", "ワタナベサワコ", True, True),
    ("shimei_furigana", "サワコ", False, True),
    ("shimei_furigana", "ワタナヘ　サワコ", False, False),
    ("seinengappi", "1974-03-12", True, True),
    ("seinengappi", "1974-03-00", False, True),
    ("seinengappi", "1974-00-00", False, True),
    ("seinengappi", "0000-03-12", False, True),
    ("seinengappi", "1974-03-21", False, False),
    ("seibetsu", "2", True, True),
    ("seibetsu", "1", False, False),
    ("jusho", HOME, True, True),
    ("jusho", "横浜市中区港町５－３３－２７－５１３", True, True),
    ("jusho", "横浜市中区港町５－３３－２７", False, True),
    ("jusho", "横浜市中区港町５丁目", False, True),
    ("jusho", "横浜市中区港町", False, True),
    ("jusho", "神奈川県横浜市中区", False, True),
    ("jusho", "横浜市", False, True),
    ("jusho", "横浜市中区港町５－３３－２７－５１４", False, False),
    ("jusho", "横浜市南区", False, False),
    ("jusho", "横浜市中区本町５－３３", False, False),
]


@pytest.mark.parametrize(("item", "value", "exact", "partial"), CASES)
def test_what_agrees(item: str, value: str, exact: bool, partial: bool) -> None:
    searched = office(townspeople=10)
    assert is_found(searched, item, value, "1") is exact
    assert is_found(searched, item, value, "2") is partial
    assert is_found(searched, item, value, "3"), "similar leaves nobody out"


@pytest.mark.parametrize("name", [LINH["shimei"], LINH["tsusho"], "ｎｇｕｙｅｎ　ｄｕｃ　ｌｉｎｈ"])
def test_every_name_counts(name: str) -> None:
    searched = SearchOffice()
    searched.add(FRESH, LINH)
    asked = {**NOTHING, "seinengappi": LINH["seinengappi"], "shimei": name, "itchihoho": {"shimei": "1"}}
    assert len(searched.rows(**asked)) == 1


def test_earlier_names_and_addresses_count() -> None:
    searched = SearchOffice()
    married = {**HANAKO, **OLD_HOME, "shimei": "渡辺　佐和子", "uji_nihonjin": "渡辺"}
    searched.add(FRESH, HANAKO, married, {**HANAKO, "seibetsu": "2"})
    assert is_found(searched, "shimei", "渡辺　佐和子", "1")
    assert is_found(searched, "jusho", "名古屋市南区呼続元町８－１３", "1")


def test_whoever_asks_exactly_decides_even_where_hardly_anybody_is_probable() -> None:
    """A name alone is no proof of anything in a city; but it was asked for."""
    searched = office(townspeople=3_800_000)
    asked = {**NOTHING, "shimei": HANAKO["shimei"]}
    searched.add(FRESH, {**HANAKO, "shimei_furigana": "", "seinengappi": "", "seibetsu": ""})
    (row,) = searched.rows(**asked, itchihoho={"shimei": "1"})
    assert row["tokuten"] < 50


def test_each_item_has_its_own_method() -> None:
    searched = office()
    methods = {"shimei": "1", "jusho": "2", "seinengappi": "3"}
    assert searched.rows(seinengappi="1974-03-21", jusho="横浜市中区港町５－３３", itchihoho=methods)
    assert not searched.rows(seinengappi="1974-03-21", jusho="横浜市中区港町５－３４", itchihoho=methods)
