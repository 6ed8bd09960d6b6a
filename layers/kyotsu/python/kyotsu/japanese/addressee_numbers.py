"""How a 宛名番号 may be written."""

from __future__ import annotations

from kyotsu.japanese.text import is_digits

LENGTH = 15
"""Of one that is written whole."""


def forms_of(number: str) -> tuple[str, ...]:
    """Return the forms in which a number may be stored: as given, with leading zeros, without.

    One system may send `123456785` and another `000000123456785`; that is one person.
    """
    if not number or not is_digits(number):
        return (number,)
    return tuple(dict.fromkeys((number, number.zfill(LENGTH), number.lstrip("0") or "0")))
