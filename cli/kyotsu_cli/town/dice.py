"""Repeatable chance: the same seed and path give the same draws on every Python version."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Dice(Random):
    """A stream of draws. Only `random()` is used below: its sequence alone is promised never to change."""

    @classmethod
    def of(cls, *path: object) -> Dice:
        """Return the stream that belongs to a path such as (seed, "household", 17)."""
        digest = blake2b("/".join(map(str, path)).encode(), digest_size=8).digest()
        return cls(int.from_bytes(digest, "big"))

    def below(self, limit: int) -> int:
        """Return an integer in [0, limit)."""
        return int(self.random() * limit)

    def between(self, low: int, high: int) -> int:
        """Return an integer in [low, high]."""
        return low + self.below(high - low + 1)

    def chance(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self.random() < probability

    def pick(self, items: Sequence[T]) -> T:
        """Return one of the items, all equally likely."""
        return items[self.below(len(items))]


class Weighted(Generic[T]):
    """Items that come up in proportion to their weights."""

    def __init__(self, pairs: Iterable[tuple[T, int]]) -> None:
        chosen = list(pairs)
        self.items = [item for item, _ in chosen]
        self._upto = list(accumulate(weight for _, weight in chosen))

    def draw(self, dice: Dice) -> T:
        """Return one item."""
        return self.items[bisect_right(self._upto, dice.below(self._upto[-1]))]
