"""Which numbers are one person's: pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from hypothesis import given
from hypothesis import strategies as st

from kyotsu.addressees.person_numbers import Links, people_of

NUMBERS = [f"{number:015d}" for number in range(111, 119)]
POINTERS = st.dictionaries(st.sampled_from(NUMBERS), st.sampled_from(NUMBERS))


def looked(pointers: Mapping[str, str], unread: Collection[str] = ()) -> dict[str, Links]:
    """Return what items tell if each lists whoever points to it."""
    found = {
        number: Links(pointers.get(number), [one for one in NUMBERS if pointers.get(one) == number])
        for number in NUMBERS
    }
    plain = {number.lstrip("0"): Links() for number in NUMBERS}
    return {number: links for number, links in (found | plain).items() if number not in unread}


def people(pointers: Mapping[str, str], *numbers: str, unread: Collection[str] = ()) -> dict[str, set[str]]:
    known = looked(pointers, unread)
    found = people_of(numbers, lambda asked: {number: known[number] for number in asked if number in known})
    return {number: {own.zfill(15) for own in person} for number, person in found.items()}


@given(POINTERS)
def test_everybody_of_a_person_finds_the_same_numbers_alone_or_together(pointers: dict[str, str]) -> None:
    together = people(pointers, *NUMBERS)
    for number, person in together.items():
        assert people(pointers, number) == {number: person}
        assert pointers.get(number, number) in person
        assert all(together[own] == person for own in person)


@given(POINTERS, st.sampled_from(NUMBERS))
def test_only_who_may_be_the_same_person_as_one_that_cannot_be_read_is_missing(
    pointers: dict[str, str], unread: str
) -> None:
    found, whole = people(pointers, *NUMBERS, unread=[unread]), people(pointers, *NUMBERS)
    assert found == {number: person for number, person in whole.items() if unread not in person}


def test_who_is_listed_and_points_elsewhere_by_now_is_somebody_else() -> None:
    first, second = NUMBERS[:2]
    known = {**looked({}), first: Links(None, [second])}
    asked: list[list[str]] = []

    def look(numbers: Collection[str]) -> Mapping[str, Links]:
        asked.append(list(numbers))
        return {number: known[number] for number in numbers}

    assert people_of([first], look) == {first: {first, first.lstrip("0")}}
    assert len(asked) == 2, "once for each step"
