"""突合: who is meant, and which differences are notation only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from kyotsu.moving.documents import Address, Application, MovingPerson
from kyotsu.moving.reconciling import Finding, Item, Reconciled, ResidentRecord, reconcile
from tests.fakes.moving_world import family, resident_items

APPLICATION = family(size=1)
PERSON = APPLICATION.people[0]
NUMBER = "000000000001"


class Finder:
    """Finds all of some records."""

    def __init__(self, *records: ResidentRecord) -> None:
        self.records = records

    def find(self, person: MovingPerson, individual_number: str) -> Sequence[ResidentRecord]:
        """Return all; whoever asks looks closely."""
        return self.records


def recorded(number: str = "1", category: str = "1", **items: str) -> ResidentRecord:
    """Return the person's record, with other items."""
    return ResidentRecord(number, category, {**resident_items(PERSON), **items})


def held(*records: ResidentRecord, number: str = NUMBER, application: Application = APPLICATION) -> Reconciled:
    """Hold an application against records."""
    return reconcile(application, {1: number} if number else {}, Finder(*records))


def findings(result: Reconciled) -> dict[str, str]:
    """Return what was found, by item."""
    return {str(each.item): str(each.finding) for each in result.differences}


@pytest.mark.parametrize(
    ("items", "item"),
    [
        ({"shimei": "見本太郎"}, Item.NAME),
        ({"shimei": "見本 太郎"}, Item.NAME),
        ({"shimei_furigana": "ﾐﾎﾝ ﾀﾛｳ"}, Item.KANA),
        ({"jusho_banchigohyoki": "１－１"}, Item.ADDRESS),
        ({"jusho_banchigohyoki": "１丁目１番地"}, Item.ADDRESS),
        ({"jusho_todofuken": ""}, Item.ADDRESS),
    ],
)
def test_notation_is_listed_and_agrees(items: dict[str, str], item: Item) -> None:
    result = held(recorded(**items))
    assert findings(result).get(item, Finding.NOTATION) == Finding.NOTATION
    assert result.agrees
    assert result.numbers == {1: "1"}


@pytest.mark.parametrize(
    ("filed", "known"),
    [("髙橋　太郎", "高橋　太郎"), ("渡邉　太郎", "渡辺　太郎"), ("葛󠄀城　太郎", "葛城　太郎")],
    ids=["髙", "邉", "selector"],
)
def test_variants_of_a_character_are_notation(filed: str, known: str) -> None:
    application = msgspec.structs.replace(APPLICATION, people=(msgspec.structs.replace(PERSON, name=filed),))
    result = held(recorded(shimei=known), application=application)
    assert findings(result)[Item.NAME] == Finding.NOTATION
    assert result.agrees


@pytest.mark.parametrize(
    ("items", "item"),
    [
        ({"shimei": "見本　次郎"}, Item.NAME),
        ({"shimei_furigana": "ミホン　ジロウ"}, Item.KANA),
        ({"seinengappi": "1981-04-02"}, Item.BIRTH_DATE),
        ({"seinengappi": "1981-04-00"}, Item.BIRTH_DATE),
        ({"seibetsu": "2"}, Item.SEX),
        ({"jusho_banchigohyoki": "1-2"}, Item.ADDRESS),
        ({"jusho_choaza": "山手町"}, Item.ADDRESS),
    ],
)
def test_whoever_is_known_by_number_may_differ_in_anything_and_a_clerk_decides(
    items: dict[str, str], item: Item
) -> None:
    result = held(recorded(**items))
    assert findings(result)[item] == Finding.DIFFERENT
    assert not result.agrees
    assert result.numbers == {1: "1"}


def test_without_a_number_birth_date_sex_and_name_must_leave_one() -> None:
    assert held(recorded(), number="").numbers == {1: "1"}
    assert findings(held(recorded(), recorded("2"), number="")) == {Item.PERSON: Finding.SEVERAL}
    assert findings(held(recorded(seinengappi="1981-04-02"), number="")) == {Item.PERSON: Finding.UNKNOWN}
    assert findings(held(recorded(seibetsu="2"), number="")) == {Item.PERSON: Finding.UNKNOWN}
    assert held(recorded(seibetsu=""), number="").numbers == {1: "1"}


def test_of_namesakes_the_resident_is_meant_and_a_former_one_is_told() -> None:
    assert held(recorded(), recorded("2", "2"), number="").numbers == {1: "1"}
    former = held(recorded("2", "2"))
    assert findings(former)[Item.STANDING] == Finding.NO_RESIDENT
    assert not former.agrees


def test_a_namesake_with_another_individual_number_is_never_taken() -> None:
    assert findings(held(recorded(kojinbango="999999999999"))) == {Item.PERSON: Finding.UNKNOWN}
    assert held(recorded(kojinbango="")).numbers == {1: "1"}
    assert held(recorded("1", kojinbango="999999999999"), recorded("2", kojinbango="")).numbers == {1: "2"}


def test_one_number_on_two_records_is_a_clerk_s_matter() -> None:
    assert findings(held(recorded(), recorded("2"))) == {Item.PERSON: Finding.SEVERAL}


def test_one_resident_stands_for_one_person() -> None:
    twice = msgspec.structs.replace(APPLICATION, people=(PERSON, msgspec.structs.replace(PERSON, position=2)))
    result = reconcile(twice, {}, Finder(recorded()))
    assert result.numbers == {1: "1"}
    assert [(each.position, each.finding) for each in result.differences if each.item == Item.PERSON] == [
        (2, Finding.TWICE)
    ]


def test_an_indefinite_birth_date_agrees_with_itself() -> None:
    person = msgspec.structs.replace(PERSON, birth_date="1981-00-00")
    application = msgspec.structs.replace(APPLICATION, people=(person,))
    assert held(recorded(seinengappi="1981-00-00"), number="", application=application).agrees


def test_no_individual_number_is_told() -> None:
    found: Any = held(recorded(kojinbango="999999999999", shimei="見本　次郎"))
    assert "999999999999" not in str(found.differences)
    assert NUMBER not in str(found.differences)


def test_an_address_without_numbers_is_another_one() -> None:
    application = msgspec.structs.replace(APPLICATION, previous_address=Address(machiaza="港町"))
    assert findings(held(recorded(), application=application))[Item.ADDRESS] == Finding.DIFFERENT
