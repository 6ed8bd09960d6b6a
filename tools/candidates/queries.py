"""Queries made from an invented register: corrupted ones of somebody on it, and of nobody who is on it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from tools.candidates import corruption
from tools.candidates.register import Register, Row


class Asked(NamedTuple):
    """A query, with the truth about it."""

    query: Row
    category: str
    truth: frozenset[str]


def somebody(
    rows: list[Row], register: Register, random: Random, wanted: int, kinds: Collection[str] | None = None
) -> Iterator[Asked]:
    """Yield queries of people on a register: a kind of corruption each (the category), and often another one."""
    names = [name for name in corruption.KINDS if kinds is None or name in kinds]
    weights = [corruption.KINDS[name][0] for name in names]
    for number in range(wanted):
        row = _fitting(rows, names[number % len(names)], random)
        query = asked(row, number)
        main = names[number % len(names)] if number % 2 else random.choices(names, weights)[0]
        extra = random.choices(names, weights, k=random.choice((0, 0, 0, 1, 1, 2)))
        for kind in dict.fromkeys((*extra, main)):
            _apply(kind, query, row, random, register)
        if query["name"] or query["kana"]:
            yield Asked(query, main, frozenset({row["id"]}))


def _fitting(rows: list[Row], kind: str, random: Random) -> Row:
    """Draw somebody to whom a kind can happen."""
    needs: Mapping[str, Callable[[Row], Any]] = {
        "old_address": lambda row: row["prev_addresses"],
        "by_tsusho": lambda row: row["tsusho"],
        "by_earlier_name": lambda row: row["prev_names"],
        "in_katakana": lambda row: row["name_alpha"],
    }
    need = needs.get(kind, bool)
    for _ in range(2000):
        row = random.choice(rows)
        if need(row):
            return row
    return random.choice(rows)


def _apply(kind: str, query: Row, row: Row, random: Random, register: Register) -> None:
    if kind.startswith("birth") and len(query["birth"].replace("00", "")) < 8:
        return
    corruption.KINDS[kind][1](query, row, random, register)


def asked(row: Row, number: int) -> Row:
    """Return a query that says of somebody exactly what is registered."""
    items = ("name", "kana", "birth", "sex", "address")
    return {"qid": f"Q{number:06}", **{item: row[item] for item in items}}


def nobody(rows: list[Row], register: Register, random: Random, wanted: int) -> Iterator[Asked]:
    """Yield queries of people who are not on a register, but resemble somebody there; half of them corrupted, too."""
    names = list(corruption.KINDS)
    weights = [0.0 if name in _WOULD_FIT else corruption.KINDS[name][0] for name in names]
    makers = list(_NOBODIES.items())
    for number in range(wanted):
        category, maker = makers[number % len(makers)]
        row = maker(
            random.choice([row for row in random.sample(rows, 5) if not row["name_alpha"]] or rows), register, random
        )
        query = asked(row, number)
        if random.random() < 0.4:
            _apply(random.choices(names, weights)[0], query, row, random, register)
        yield Asked(query, f"none_{category}", frozenset())


_WOULD_FIT = frozenset({"old_address", "by_tsusho", "by_earlier_name", "new_family_name", "in_katakana"})


def _twin(row: Row, register: Register, random: Random) -> Row:
    twin = _kin(row, register, random)
    return {**twin, "sex": row["sex"], "birth": row["birth"]}


def _kin(row: Row, register: Register, random: Random, sex: str | None = None) -> Row:
    """Return another member of somebody's household, of another given name; it may be read alike, as chance has it."""
    while True:
        other = register.person(sex or row["sex"], family=row["family"], address=row["address"])
        if other["given"][0] != row["given"][0]:
            return other


def _homonym(row: Row, register: Register, random: Random) -> Row:
    """Return a twin whose given name is read alike and written otherwise: rare, and not to be told from a slip."""
    kanji, kana = row["given"]
    place = random.randrange(len(kanji))
    other = random.choice([character for character in _OTHERWISE if character != kanji[place]])
    given = (kanji[:place] + other + kanji[place + 1 :], kana)
    return register.person(row["sex"], family=row["family"], given=given, address=row["address"], birth=row["birth"])


def _member(row: Row, register: Register, random: Random) -> Row:
    return _kin(row, register, random, random.choice("12"))


def _namesake(row: Row, register: Register, random: Random) -> Row:
    return register.person(row["sex"], family=row["family"], given=row["given"], address=register.address())


def _near_birth(row: Row, register: Register, random: Random) -> Row:
    """Return a namesake born in the same year, or on the same day of another one."""
    stranger = _namesake(row, register, random)
    other = date.fromisoformat(row["birth"]) + timedelta(days=random.randint(40, 300))
    return {**stranger, "birth": other.isoformat()}


def _neighbour(row: Row, register: Register, random: Random) -> Row:
    """Return somebody else of the same address: another family in the building, or who lives there now."""
    return register.person(address=row["address"])


def _birthday(row: Row, register: Register, random: Random) -> Row:
    """Return somebody of the same family name or given name and birth date, elsewhere."""
    part = random.choice(("family", "given"))
    known = {part: row[part]}
    return register.person(row["sex"], birth=row["birth"], address=register.address(), **known)


def _anybody(row: Row, register: Register, random: Random) -> Row:
    return register.person(address=register.address())


_OTHERWISE = "由紀央真也佳美希恵子奈和智明彦郎太一"


_NOBODIES: Mapping[str, Callable[[Row, Register, Random], Row]] = {
    "random": _anybody,
    "same_name": _namesake,
    "twin": _twin,
    "household": _member,
    "same_name_again": _namesake,
    "twin_again": _twin,
    "near_birth": _near_birth,
    "neighbour": _neighbour,
    "birthday": _birthday,
    "homonym": _homonym,
    "homonym_again": _homonym,
}
