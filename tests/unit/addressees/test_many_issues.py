"""A thousand people at once, with repeats and faults: a thousand numbers, none twice, none lost."""

from __future__ import annotations

import itertools
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from kyotsu.addressees.numbers import Ranges, follows_rule
from kyotsu.addressees.responses import encoded
from kyotsu.addressees.serials import ReservedNumbers
from tests.fakes.issuing import asked, issuance, number_in
from tests.fakes.registry import MemoryCounter, MemoryRegistry

PEOPLE, THREADS, PROCESSES = 1_000, 32, 4


class LostError(Exception):
    """A call that nobody answered."""


@dataclass
class Unreliable:
    """A port of which two of seven calls of each method fail: one before its effect, one after it."""

    port: Any
    counts: dict[str, Iterator[int]] = field(default_factory=lambda: defaultdict(itertools.count))
    lost: Counter[str] = field(default_factory=Counter)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self.port, name)

        def called(*args: Any) -> Any:
            place = next(self.counts[name]) % 7
            if place == 1:
                self.lost[f"{name} before"] += 1
                raise LostError
            result = method(*args)
            if place == 2:
                self.lost[f"{name} after"] += 1
                raise LostError
            return result

        return called


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads that take turns a thousand times as often."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    yield
    sys.setswitchinterval(before)


def until_answered(call: Any, request: Any) -> tuple[str, bytes]:
    """Ask as a caller does that repeats what was not answered."""
    for _ in range(100):
        try:
            answer = call.answer(request)
        except LostError:
            continue
        return number_in(answer), encoded(answer.body)
    raise AssertionError


@pytest.mark.usefixtures("restless")
def test_a_thousand_people_at_once() -> None:
    """Each is asked for twice at once under one key; four processes share a registry and a counter."""
    store, counter = MemoryRegistry(), MemoryCounter()
    ports = Unreliable(store), Unreliable(counter)
    calls = [issuance(ports[0], numbers=ReservedNumbers(ports[1], Ranges(), 20)) for _ in range(PROCESSES)]
    work = [(calls[turn % PROCESSES], asked(key=f"k{turn // 2}")) for turn in range(2 * PEOPLE)]
    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(lambda one: until_answered(*one), work))
    assert answers[::2] == answers[1::2], "byte for byte"
    numbers = {number for number, _ in answers}
    assert len(numbers) == PEOPLE
    assert numbers == store.records.keys(), "none that nobody was told of"
    assert all(map(follows_rule, numbers))
    assert all(len(store.entries[number]) == 1 for number in numbers)
    assert ports[0].lost.keys() == {f"{name} {when}" for name in ("look", "write") for when in ("before", "after")}
    assert ports[1].lost


@pytest.mark.usefixtures("restless")
def test_a_thousand_without_a_key() -> None:
    """Whatever the write seemed to come to: each answer has a number of its own, and no record is nobody's."""
    store, counter = MemoryRegistry(), MemoryCounter()

    class Forgetful:
        """Says of every third write that it did not happen, although it did."""

        look = staticmethod(store.look)
        count = itertools.count()

        def write(self, *args: Any) -> bool:
            return store.write(*args) and next(self.count) % 3 > 0

    calls = [issuance(Forgetful(), counter=counter) for _ in range(PROCESSES)]
    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(lambda turn: calls[turn % PROCESSES].answer(asked()), range(PEOPLE)))
    numbers = set(map(number_in, answers))
    assert len(numbers) == PEOPLE
    assert numbers == store.records.keys()
