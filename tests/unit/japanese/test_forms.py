"""Forms of items: what files and requests have in common."""

from __future__ import annotations

import pytest

from kyotsu.catalogue.layouts import ItemType
from kyotsu.japanese.forms import NUMBERS, TYPES, USUAL


def test_every_type_of_a_layout_has_a_form() -> None:
    assert set(TYPES) == set(ItemType)


@pytest.mark.parametrize("name", TYPES)
def test_the_example_of_a_type_is_right_and_a_tab_never(name: str) -> None:
    kind = TYPES[name]
    assert kind.holds(kind.example)
    assert not kind.holds(f"{kind.example}\t")


@pytest.mark.parametrize("name", NUMBERS)
def test_one_last_digit_of_a_number_is_right(name: str) -> None:
    number = NUMBERS[name]
    assert len(number.example) == number.length
    right = [digit for digit in "0123456789" if number.checked(number.example[:-1] + digit)]
    assert right == [number.example[-1]]


@pytest.mark.parametrize("name", USUAL)
def test_what_is_usual(name: str) -> None:
    usual = USUAL[name]
    assert usual.holds(usual.example)
    assert not any(map(usual.holds, ("", usual.example[:-1], usual.example + "0", "A" * usual.length)))


def test_a_usual_municipality_code_ends_in_its_check_digit() -> None:
    assert not USUAL["_shikuchosonkodo"].holds("141004")
