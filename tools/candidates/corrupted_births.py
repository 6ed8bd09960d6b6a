"""Birth dates and sexes as they are mistyped, converted from the wrong era, or not known."""

from __future__ import annotations

from random import Random

from tools.candidates.register import Register, Row


def birth_digit(query: Row, person: Row, random: Random, _: Register) -> None:
    """Mistype a digit, or two neighbours."""
    digits = list(query["birth"])
    place = random.choice([n for n, c in enumerate(digits) if c != "-" and n > 1])
    digits[place] = random.choice([c for c in "0123456789" if c != digits[place]])
    query["birth"] = "".join(digits)


def birth_swapped(query: Row, person: Row, random: Random, _: Register) -> None:
    """Swap month and day."""
    year, month, day = query["birth"].split("-")
    if "00" < day <= "12" and month != day:
        query["birth"] = f"{year}-{day}-{month}"
    else:
        birth_digit(query, person, random, _)


def birth_era(query: Row, person: Row, random: Random, _: Register) -> None:
    """Convert the year from the wrong era, or be some years off."""
    year, rest = int(query["birth"][:4]), query["birth"][4:]
    moved = year + random.choice((63, -63, 30, -30, 14, -14, 1, -1, 1, -1, 12, -12, 10, -10))
    query["birth"] = f"{moved:04}{rest}" if 1900 < moved < 2027 else f"{year + random.choice((-12, -1, -10)):04}{rest}"


def birth_part(query: Row, person: Row, random: Random, _: Register) -> None:
    """Have one part quite wrong."""
    year, month, day = query["birth"].split("-")
    if random.random() < 0.5:
        query["birth"] = f"{year}-{month}-{random.randint(1, 28):02}"
    else:
        query["birth"] = f"{year}-{random.randint(1, 12):02}-{day}"


def birth_in_year(query: Row, person: Row, random: Random, _: Register) -> None:
    """Have nothing but the year right."""
    query["birth"] = f"{query['birth'][:4]}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"


def birth_unknown(query: Row, person: Row, random: Random, _: Register) -> None:
    """Not know the day, the month, the year, or anything."""
    year, month, day = query["birth"].split("-")
    choices = ("", "", f"{year}-{month}-00", f"{year}-{month}-00", f"{year}-00-00", "0000-00-00", f"0000-{month}-{day}")
    query["birth"] = random.choice(choices)


def sex(query: Row, person: Row, random: Random, _: Register) -> None:
    """Have the sex wrong, or not at all."""
    query["sex"] = random.choice(("", "", {"1": "2", "2": "1"}.get(query["sex"], "")))
