"""How frequent names are on the register: that two people share a rare name says more than that they share 佐藤.

Only the frequent ones are kept, as shares; names of a handful of people are in no such table, which makes it no
personal data. A register rebuilds its own; it changes slowly.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kyotsu.addressees.candidates.forms import Form

FREQUENT = 0.0002
"""Share of the register from which on a name is kept."""
RARE = 0.0001
"""Share that any other name counts as."""
_LEAST = 3
"""A name of fewer people is never kept, however small the register."""


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Shares of frequent parts of names: 氏 and 名, in kanji and in kana."""

    people: int
    """On the register: the more there are, the more often strangers agree."""
    family: Mapping[str, float] = field(default_factory=dict)
    given: Mapping[str, float] = field(default_factory=dict)

    def rarity(self, part: str, kanji: str, kana: str) -> float:
        """Return how much rarer than one in a thousand a part is, in powers of ten; its kanji count, else its kana."""
        shares = self.family if part == "family" else self.given
        return -3.0 - math.log10(shares.get(kanji or kana, RARE))


def of(forms: Iterable[Form]) -> Frequencies:
    """Count the current names of a register."""
    family: Counter[str] = Counter()
    given: Counter[str] = Counter()
    people = 0
    for form in forms:
        people += 1
        for name in form.names[:1]:
            for parts in (name.kanji, *name.kana[:1]):
                if parts:
                    family[parts[0]] += 1
                    given["".join(parts[1:])] += 1
    return Frequencies(people, _shares(family, people), _shares(given, people))


def _shares(counted: Counter[str], people: int) -> Mapping[str, float]:
    least = max(_LEAST, FREQUENT * people)
    return {part: count / people for part, count in counted.items() if count >= least and part}
