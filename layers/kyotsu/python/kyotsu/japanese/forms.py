"""Forms of the standard's data items: what the values of a type, and of a number known by its name, must look like.

What is told of a value that does not is the business of whoever received it: a file's answer and an API's have codes
and sentences of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kyotsu.japanese import dates, digits, text

Holds = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Kind:
    """What the values of a type consist of, in words (【指定文字】), with a right value."""

    holds: Holds
    words: str
    example: str


TYPES: Mapping[str, Kind] = {
    "DATE": Kind(dates.is_date, "実在する日付（YYYY-MM-DD）", "2026-04-01"),
    "TIME": Kind(dates.is_time, "時刻（HH:MM:SS）", "09:30:00"),
    "9": Kind(text.is_digits, "半角数字", "1"),
    "X": Kind(text.is_half_width, "半角文字", "A123"),
    "N": Kind(text.is_full_width, "全角文字", "山田　太郎"),
}
"""By the name of the type in 項目定義書."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a fixed count of ASCII digits; `checked` tells whether so many digits end in their check digit."""

    length: int
    checked: Holds
    example: str


NUMBERS: Mapping[str, Number] = {
    "kojinbango": Number(12, digits.is_individual_number, "123456789018"),
    "juminhyokodo": Number(11, digits.is_resident_record_code, "10000000006"),
    "shikuchosonkodo": Number(6, digits.is_municipality_code, "141003"),
}
"""By their romaji name in 項目定義書; each is fixed by law, so that another value is wrong."""


@dataclass(frozen=True, slots=True)
class Usual:
    """A number of an X item that usually has so many digits (and a check digit), but lawfully need not."""

    length: int
    checked: Holds | None
    example: str

    def holds(self, value: str) -> bool:
        """Tell whether a value is as usual."""
        if len(value) != self.length or not text.is_digits(value):
            return False
        return self.checked is None or self.checked(value)


USUAL: Mapping[str, Usual] = {
    "_shikuchosonkodo": Usual(6, digits.is_municipality_code, "141003"),
    "_choazakodo": Usual(7, None, "0001001"),
    "_yubinbango": Usual(7, None, "1000001"),
}
"""By the end of their romaji name: an address may lie abroad, be of 1990, or of a municipality long abolished."""
