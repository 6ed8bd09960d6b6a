"""Invented registers: households with twins, namesakes, foreigners, people with earlier names and addresses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from tools.candidates.vocabulary import SPACE, Vocabulary

Row = dict[str, Any]
"""A person as in `persons.jsonl`."""
_BUILDINGS = (
    "サンハイツ",
    "コーポ",
    "メゾン",
    "グリーンパレス",
    "第三ビル",
    "市営住宅",
    "ヴィラ",
    "ドエル",
    "シティハイム",
)
_FIRST, _DAYS = date(1926, 1, 1), 36_000


class Register:
    """Makes people. Everything follows from the seed."""

    def __init__(self, vocabulary: Vocabulary, random: Random) -> None:
        self._words, self._random = vocabulary, random
        self._count = 0

    def people(self, wanted: int) -> list[Row]:
        """Return a register of so many people."""
        rows: list[Row] = []
        while len(rows) < wanted:
            rows.extend(self._household())
            if self._random.random() < 0.03:
                rows.append(self._namesake(self._random.choice(rows)))
        return rows[:wanted]

    def address(self) -> str:
        """Return an address in one of the usual notations."""
        random = self._random
        town, first = self._words.towns.draw(random), random.randint(1, 60)
        if random.random() < 0.3:
            street = f"{town}{first}番地" + (f"の{random.randint(1, 30)}" if random.random() < 0.75 else "")
        else:
            street = f"{town}{random.randint(1, 9)}丁目{first}番" + (
                f"{random.randint(1, 30)}号" if random.random() < 0.8 else ""
            )
        if random.random() < 0.35:
            return f"{street}{SPACE}{random.choice(_BUILDINGS)}{random.randint(1, 9)}{random.randint(1, 20):02}号室"
        return street

    def birth(self) -> str:
        """Return a birth date."""
        return (_FIRST + timedelta(days=self._random.randrange(_DAYS))).isoformat()

    def person(self, sex: str | None = None, **known: Any) -> Row:
        """Return somebody new, of whom some items may be known."""
        random = self._random
        sex = sex or random.choice("12")
        family, given = self._words.family.draw(random), self._words.given[sex].draw(random)
        self._count += 1
        row = {
            "id": f"{self._count:015}", "family": family, "given": given, "name_alpha": "", "tsusho": "",
            "tsusho_kana": "", "sex": sex, "birth": self.birth(), "address": "", "prev_names": [],
            "prev_addresses": [], **known,
        }  # fmt: skip
        return named(row)

    def _household(self) -> Iterator[Row]:
        random = self._random
        family, address = self._words.family.draw(random), self.address()
        earlier = self._earlier_addresses()
        members = [self.person(family=family, address=address) for _ in range(random.choice((1, 1, 2, 2, 3, 4)))]
        if random.random() < 0.04:
            first = members[0]
            members.append(self.person(first["sex"], family=family, address=address, birth=first["birth"]))
        for member in members:
            member["prev_addresses"] = earlier if random.random() < 0.8 else []
            if random.random() < 0.05:
                old = self._words.family.draw(random)
                name, kana = f"{old[0]}{SPACE}{member['given'][0]}", f"{old[1]}{SPACE}{member['given'][1]}"
                member["prev_names"] = [{"name": name, "kana": kana}]
            if random.random() < 0.025:
                self._foreign(member)
            if random.random() < 0.02:
                member["kana"] = ""
            yield member

    def _earlier_addresses(self) -> list[dict[str, str]]:
        count = self._random.choice((0, 0, 0, 0, 1, 1, 2, 3))
        return [{"address": self.address()} for _ in range(count)]

    def _namesake(self, row: Row) -> Row:
        """Return another person of the same name and of the same birth date, or nearly."""
        birth = row["birth"]
        if self._random.random() < 0.5:
            birth = (date.fromisoformat(birth) + timedelta(days=self._random.randint(1, 3))).isoformat()
        self._count += 1
        same = {name: row[name] for name in ("name", "kana", "name_alpha", "family", "given")}
        return self.person(row["sex"], **same, address=self.address(), birth=birth)

    def _foreign(self, row: Row) -> None:
        random = self._random
        one, other = random.choice(self._words.foreign), random.choice(self._words.foreign)
        mixed = [_mix(a, b) for a, b in zip(one, other, strict=True)] if _alike(one, other) else list(one)
        row["name"], row["kana"], row["name_alpha"] = mixed
        row["prev_names"] = []
        if random.random() < 0.15:
            family, given = self._words.family.draw(random), self._words.given[row["sex"]].draw(random)
            row["tsusho"], row["tsusho_kana"] = f"{family[0]}{SPACE}{given[0]}", f"{family[1]}{SPACE}{given[1]}"


def named(row: Row) -> Row:
    """Write a row's name from its parts, unless it has one."""
    row.setdefault("name", f"{row['family'][0]}{SPACE}{row['given'][0]}")
    row.setdefault("kana", f"{row['family'][1]}{SPACE}{row['given'][1]}")
    return row


def _alike(one: tuple[str, str, str], other: tuple[str, str, str]) -> bool:
    spaces = [len(text.split()) for text in (*one, *other)]
    return len(set(spaces)) == 1 and one[0].isascii() == other[0].isascii()


def _mix(one: str, other: str) -> str:
    space = SPACE if SPACE in one else " "
    return space.join((one.split()[0], *other.split()[1:]))
