"""Dates as people write them."""

from __future__ import annotations

import pytest

from kyotsu.japanese.dates import written_date


@pytest.mark.parametrize(
    ("text", "date"),
    [
        *(("1974-03-12", "19740312"), ("1974/3/12", "19740312"), ("1974年3月12日", "19740312")),
        *(("昭和49年3月12日", "19740312"), ("S49.3.12", "19740312"), ("ｓ４９．３．１２", "19740312")),
        *(("昭和元年12月25日", "19261225"), ("平成31年4月30日", "20190430"), ("R1.5.1", "20190501")),
        *(("T15.12.24", "19261224"), ("明治33年1月1日", "19000101"), ("1974-00-00", "19740000")),
        *(("", ""), ("49.3.12", ""), ("X49.3.12", ""), ("1974-13-01", ""), ("1974-1-32", ""), ("花子", "")),
    ],
)
def test_a_date_is_read_or_it_is_none(text: str, date: str) -> None:
    assert written_date(text) == date
