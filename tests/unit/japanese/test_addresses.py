"""Addresses in any notation come to the same parts."""

from __future__ import annotations

import pytest

from kyotsu.japanese import addresses

FIVE = [
    "神奈川県横浜市中区港町５丁目３３番２７号　レジデンス港町513号室",
    "神奈川県横浜市中区港町5丁目33番27号 レジデンス港町 513",
    "横浜市中区港町５ー３３ー２７レジデンス港町513",
    "横浜市中区港町5-33-27-513",
    "横浜市中区港町五丁目三十三番二十七号レジデンス港町513",
    "横浜市中区港町五丁目33-27　513号室",
    "横浜市中区港町5の33の27の513",
    "横浜市中区港町五の三三の二七　５１３",
    "〒231-0001 神奈川県横浜市中区港町５－３３－２７－５１３",
]


@pytest.mark.parametrize("text", FIVE)
def test_notations_of_one_address(text: str) -> None:
    parsed = addresses.parse(text)
    assert (parsed.place, parsed.town, parsed.numbers) == ("横浜市中区", "港", (5, 33, 27, 513))


@pytest.mark.parametrize(
    ("text", "town", "numbers"),
    [
        ("横浜市西区南浅間町四十八番地ノ二十六", "南浅間", (48, 26)),
        ("横浜市西区南浅間町48番地の26", "南浅間", (48, 26)),
        ("横浜市西区南浅間町４８ー２６", "南浅間", (48, 26)),
        ("札幌市西区発寒七条３６番地の７", "発寒7条", (36, 7)),
        ("札幌市西区発寒7条36-7", "発寒7条", (36, 7)),
        ("札幌市中央区北二十条西七丁目四十九番六号", "北20条西", (7, 49, 6)),
        ("札幌市中央区北20条西7-49-6", "北20条西", (7, 49, 6)),
        ("千葉県市川市福栄15-23-204", "福栄", (15, 23, 204)),
        ("東京都千代田区一番町三番地", "一番", (3,)),
        ("愛知県愛知郡東郷町大字春木字西前1番地の2", "春木西前", (1, 2)),
        ("横浜市保土が谷区帷子町3-24", "帷子", (3, 24)),
        ("横浜市緑区三保町", "三保", ()),
        ("山手町四丁目二〇三番", "山手", (4, 203)),
    ],
)
def test_towns_and_numbers(text: str, town: str, numbers: tuple[int, ...]) -> None:
    parsed = addresses.parse(text)
    assert (parsed.town, parsed.numbers) == (town, numbers)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("横浜市保土ケ谷区保土ケ谷町3-9", "横浜市保土ヶ谷区保土が谷町3-9"),
        ("横浜市金沢区釜利谷町9-48", "横浜市金澤区釜利谷町9-48"),
        ("横浜市中区西之谷町1", "横浜市中区西ノ谷町1"),
        ("大字春木1", "春木1"),
    ],
)
def test_spellings_of_one_town(one: str, other: str) -> None:
    assert addresses.parse(one) == addresses.parse(other)


def test_the_street_ends_where_the_notation_says_so() -> None:
    parsed = addresses.parse("横浜市中区山手町4丁目50番　コーポ102号室")
    assert (parsed.street, parsed.rooms, parsed.building) == ((4, 50), (102,), "コーポ")


def test_nothing_is_nothing() -> None:
    assert addresses.parse("") == addresses.Address("", "", (), (), "")
