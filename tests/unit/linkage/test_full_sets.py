"""Who is missing from a complete full set, and who is not."""

from __future__ import annotations

import msgspec
import pytest

from kyotsu.linkage.people_in_file import PeopleInFile
from tests.fakes.deployment import name, row
from tests.fakes.full_sets import FullSetHouse

PEOPLE = [row(atenabango=f"{number:015d}") for number in range(1, 8)]
NUMBERS = [person["atenabango"] for person in PEOPLE]


@pytest.fixture
def house() -> FullSetHouse:
    """A house whose people all came with a full file."""
    house = FullSetHouse()
    assert house.send(PEOPLE, 1).status == "ACCEPTED"
    return house


def test_whoever_is_left_out_is_listed_and_told_of(house: FullSetHouse) -> None:
    answered = house.send([PEOPLE[0], *PEOPLE[2:4], *PEOPLE[5:]], 2)
    assert house.run(answered) == [NUMBERS[1], NUMBERS[4]]
    (event,) = house.events.published.values()
    told = msgspec.to_builtins(event)
    assert told.pop("event_id") != answered.event_id
    assert told == {
        "municipality": "141003",
        "receipt_id": answered.receipt_id,
        "provider": "001",
        "interface": "001o006",
        "branch": "00",
        "count": 2,
    }
    assert set(house.deployment.residents.stored) == set(NUMBERS), "nothing is deleted"


def test_an_empty_list_says_that_nobody_is_missing(house: FullSetHouse) -> None:
    assert house.run(house.send([*PEOPLE, row(atenabango="000000000000099")], 2)) == []
    assert house.events.published == {}


def test_a_file_without_rows_leaves_everybody_out(house: FullSetHouse) -> None:
    assert house.run(house.send([], 2)) == NUMBERS


def test_who_moved_in_after_the_file_was_made_is_not_missing(house: FullSetHouse) -> None:
    late = row(atenabango="000000000000088", sosanengappi="2026-11-20", sosajikoku="09:30:01")
    just_in_time = row(atenabango="000000000000099", sosanengappi="2026-11-20", sosajikoku="09:30:00")
    assert house.send([late, just_in_time], 2, "01", "D").status == "ACCEPTED"
    answered = house.send([*PEOPLE, row(atenabango="000000000000077")], 3)
    assert house.run(answered) == ["000000000000099"]


def test_who_has_moved_out_is_not_missing(house: FullSetHouse) -> None:
    gone = row(atenabango=NUMBERS[3], kojinrirekibango="2", juminjotai="2", sosanengappi="2026-11-20",
               sosajikoku="10:00:00")  # fmt: skip
    house.send([gone], 2, "03", "D")
    assert house.run(house.send(PEOPLE[:3], 3)) == NUMBERS[4:]


def test_whose_row_is_refused_occurs_in_the_file(house: FullSetHouse) -> None:
    answered = house.send([{**PEOPLE[0], "idonengappi": "soon"}, *PEOPLE[1:6]], 2)
    assert answered.status == "PARTIALLY_ACCEPTED"
    assert house.use_case().is_complete_set(answered)
    assert house.run(answered) == [NUMBERS[6]]


def test_the_list_of_a_second_key_of_the_same_name_has_a_place_of_its_own(house: FullSetHouse) -> None:
    first = house.send(PEOPLE[1:], 2)
    second = house.send(PEOPLE[2:], 2, file=name("00", "F", sequence=2).replace(".csv", ".CSV"))
    assert house.run(first) == NUMBERS[:1]
    assert house.run(second) == NUMBERS[:1], "the list of the first one stays"
    assert house.missing(second, taken=True) == NUMBERS[:2]
    assert house.missing(first) == NUMBERS[:1]


def test_only_complete_sets_that_came_in_are_compared(house: FullSetHouse) -> None:
    compared = house.use_case().is_complete_set
    assert compared(house.send(PEOPLE[1:], 2))
    assert not compared(house.send(PEOPLE[2:], 3, mode="D"))
    assert not compared(house.send(PEOPLE[3:], 4, branch="01"))
    duplicate = house.send(PEOPLE[1:], 5)
    assert (duplicate.status, compared(duplicate)) == ("DUPLICATE", False)
    for unreadable in ("00_F_nonsense.csv", "001o999_00_F_v1_20261120093000_000001.csv"):
        rejected = house.send(PEOPLE, 6, file=unreadable)
        assert (rejected.status, compared(rejected)) == ("REJECTED", False)


def test_numbers_are_told_apart_by_every_character() -> None:
    others = ["A1", "12345678901234567890", "１", ""]
    people = PeopleInFile([["1", "05"], ["05", "000000000000019", *others]])
    assert all(number in people for number in ("1", "05", "000000000000019", *others))
    assert not any(number in people for number in ("01", "5", "005", "19", "a1", "2", "１２"))
    assert "1" not in PeopleInFile([])
