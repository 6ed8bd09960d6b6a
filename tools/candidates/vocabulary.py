"""What invented people are made of: parts of the (invented) people of the development set."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")
DATA = Path(__file__).resolve().parents[2] / "tests/data/candidates"
SPACE = "\u3000"
Writing = tuple[str, str]
"""A part of a name in kanji and in kana."""
_TOWN = re.compile(r"^(.*?[^0-9０-９一二三四五六七八九十])[0-9０-９一二三四五六七八九十]+(?:丁目|番)")


class Pool(Generic[Value]):
    """Values of which frequent ones are drawn more often."""

    def __init__(self, counts: Counter[Value]) -> None:
        self._values: Sequence[Value] = sorted(counts, key=repr)
        self._sums = list(itertools.accumulate(counts[value] for value in self._values))

    def draw(self, random: Random) -> Value:
        """Draw one."""
        return random.choices(self._values, cum_weights=self._sums)[0]


class Vocabulary:
    """Family names, given names by sex, towns and foreign names. `half` 0 or 1 takes every other rare one only."""

    def __init__(self, half: int | None = None) -> None:
        people = [json.loads(line) for line in (DATA / "persons.jsonl").read_text().splitlines()]
        family: Counter[Writing] = Counter()
        given: dict[str, Counter[Writing]] = {"1": Counter(), "2": Counter()}
        towns: Counter[str] = Counter()
        foreign: Counter[tuple[str, str, str]] = Counter()
        for person in people:
            if person["name_alpha"]:
                foreign[person["name"], person["kana"], person["name_alpha"]] += 1
            elif person["kana"].count(SPACE) == 1 == person["name"].count(SPACE):
                for part, counter in zip((0, 1), (family, given[person["sex"]]), strict=True):
                    counter[person["name"].split(SPACE)[part], person["kana"].split(SPACE)[part]] += 1
            if match := _TOWN.match(person["address"]):
                towns[match[1]] += 1
        self.family = Pool(_half(family, half))
        self.given = {sex: Pool(_half(counter, half)) for sex, counter in given.items()}
        self.towns = Pool(_half(towns, half))
        self.foreign = sorted(foreign)


def _half(counter: Counter[Any], half: int | None) -> Counter[Any]:
    if half is None:
        return counter
    kept = sorted(counter, key=lambda value: (-counter[value], repr(value)))
    return Counter({value: counter[value] for place, value in enumerate(kept) if place < 30 or place % 2 == half})
