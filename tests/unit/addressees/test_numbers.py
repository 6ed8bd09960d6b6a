"""Numbers: 15 digits, modulus 11, weights 2–7 from the right, ranges that never meet (design.md, Contracts)."""

from __future__ import annotations

import pytest

from kyotsu.addressees.numbers import NumberKind, Ranges, Serials, follows_rule, issuable, number_of


def remainder(number: str) -> int:
    """The weighted sum of the digits before the last, as the rule says it."""
    return sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(number[:-1]))) % 11


def test_the_known_vector() -> None:
    assert number_of(80000000000000) == "800000000000009"


def test_a_block_yields_its_issuable_numbers_in_order_and_no_other() -> None:
    block = Serials(80_000_000_000_000, 80_000_000_001_099)
    found = list(issuable(block))
    assert [serial for serial, _ in found] == sorted({serial for serial, _ in found})
    by_serial = dict(found)
    for serial in range(block.first, block.last + 1):
        rest = remainder(f"{serial}?")
        if rest == 1:
            assert serial not in by_serial
        else:
            assert by_serial[serial] == f"{serial}{0 if rest == 0 else 11 - rest}"
    assert len(found) == 1000, "one body in eleven has no check digit"


def test_a_block_goes_on_after_the_last_serial_used_and_ends() -> None:
    block = Serials(80_000_000_000_000, 80_000_000_000_020)
    found = list(issuable(block))
    for used in range(len(found)):
        assert list(issuable(block, found[used][0])) == found[used + 1 :]
    assert list(issuable(block, 5)) == found, "what was used before the block does not matter"


@pytest.mark.parametrize(("first", "last"), [(0, 5), (6, 5), (1, 10**14)])
def test_serials_that_are_none(first: int, last: int) -> None:
    with pytest.raises(ValueError, match="serials"):
        Serials(first, last)


def test_ranges_may_touch_and_not_overlap() -> None:
    Ranges(resident=Serials(1, 10), non_resident=Serials(11, 20), integrated=Serials(21, 30))
    with pytest.raises(ValueError, match="overlap"):
        Ranges(resident=Serials(1, 10), non_resident=Serials(10, 20), integrated=Serials(21, 30))
    with pytest.raises(ValueError, match="overlap"):
        Ranges(resident=Serials(40, 50), non_resident=Serials(1, 99), integrated=Serials(100, 101))


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("800000000000009", NumberKind.NON_RESIDENT),
        ("899999999999999", NumberKind.NON_RESIDENT),
        ("900000000000000", NumberKind.INTEGRATED),
        ("799999999999999", NumberKind.RESIDENT),
        ("1234567", NumberKind.RESIDENT),
        ("000000000000005", None),
        ("", None),
        ("A00000000000000", None),
        ("8000000000000090", None),
    ],
)
def test_a_number_tells_its_kind_whatever_its_check_digit(number: str, kind: NumberKind | None) -> None:
    assert Ranges().kind(number) is kind


def test_one_last_digit_follows_the_rule_and_short_numbers_never_do() -> None:
    assert [digit for digit in "0123456789" if follows_rule("80000000000000" + digit)] == ["9"]
    assert not follows_rule("80000000000009")
    assert not follows_rule("８00000000000009")
    unissuable = next(serial for serial in range(1, 99) if number_of(serial) is None)
    assert not any(follows_rule(f"{unissuable:014d}{digit}") for digit in "0123456789")
