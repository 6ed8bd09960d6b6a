"""Check digits against an independent reading of their rules and published specimens."""

from __future__ import annotations

import pytest

from kyotsu.japanese import digits
from kyotsu.japanese.text import character_count, is_digits, is_full_width, is_half_width


def test_every_issued_addressee_number_is_divisible_by_11() -> None:
    """With the check digit at weight 1 the weighted sum is a multiple of 11, which is what modulus 11 means."""
    skipped = 0
    for serial in range(5000):
        body = str(serial).zfill(14)
        digit = digits.addressee_check_digit(body)
        total = sum(int(d) * w for d, w in zip(reversed(body), [2, 3, 4, 5, 6, 7] * 3, strict=False))
        if digit is None:
            skipped += 1
            assert total % 11 == 1
        else:
            assert (total + int(digit)) % 11 == 0
    assert 400 < skipped < 500


@pytest.mark.parametrize("code", ["141003", "131016", "011002", "472018", "143413"])
def test_published_municipality_codes_pass_and_others_do_not(code: str) -> None:
    assert digits.is_municipality_code(code)
    assert sum(digits.is_municipality_code(code[:5] + last) for last in "0123456789") == 1


def test_the_published_specimen_of_an_individual_number_passes() -> None:
    assert digits.is_individual_number("123456789018")
    assert [last for last in "0123456789" if digits.is_individual_number("12345678901" + last)] == ["8"]


def test_one_digit_in_ten_fits_a_resident_record_code() -> None:
    assert (
        sum(digits.is_resident_record_code(f"{number:010d}{last}") for number in range(50) for last in range(10)) == 50
    )


@pytest.mark.parametrize(
    ("text", "half", "full"),
    [
        ("A 1~", True, False),
        ("山田　太郎", False, True),
        ("ｱ", False, False),
        ("Ａ１－", False, True),
        ("é", False, True),
        ("¥", False, False),
        ("山\n", False, False),
        ("a\t", False, False),
        ("\x7f", False, False),
        ("𠮷辻\U000e0100", False, True),
    ],
)
def test_widths(text: str, half: bool, full: bool) -> None:
    assert (is_half_width(text), is_full_width(text)) == (half, full)


def test_digits_are_ascii_digits() -> None:
    assert is_digits("0123")
    assert not any(map(is_digits, ("１", "²", "٣", "-1", "1 ")))


def test_a_base_with_its_selector_is_one_character() -> None:
    assert character_count("辻\U000e0100辻\ufe00𠮷a") == 4
