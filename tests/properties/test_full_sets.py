"""Whatever the order, the pages and the interruptions: the same people are missing."""

from __future__ import annotations

import functools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyotsu.contracts.events import FileAnswered
from tests.fakes.deployment import row
from tests.fakes.full_sets import FullSetHouse, never
from tests.fakes.interruption import Interruption

SOMEBODY = st.integers(1, 12)


def _rows(numbers: list[int]) -> list[dict[str, str]]:
    return [row(atenabango=f"{number:015d}") for number in numbers]


@given(
    st.sets(SOMEBODY, min_size=1),
    st.sets(SOMEBODY),
    st.integers(1, 5),
    st.integers(0, 9),
    st.randoms(use_true_random=False),
)
def test_any_order_and_any_pages_give_the_same_list(
    known: set[int], named: set[int], page_size: int, seed: int, dice: random.Random
) -> None:
    house = FullSetHouse(page_size=page_size, seed=seed)
    # A row of its own for each file, so that none is a duplicate.
    house.send(_rows([*known, 98]), 1)
    order = dice.sample([*named, 98, 99], len(named) + 2)
    answered = house.send(_rows(order), 2)
    expected = [f"{number:015d}" for number in sorted(known - named)]
    assert house.run(answered, lambda: dice.random() < 0.5) == expected
    assert [event.count for event in house.events.published.values()] == [len(expected)] * bool(expected)
    before = dict(house.deployment.objects.written), dict(house.events.published)
    assert house.run(answered) == expected
    assert (house.deployment.objects.written, house.events.published) == before, "a repeat changes nothing"


def _filled() -> tuple[FullSetHouse, FileAnswered]:
    house = FullSetHouse()
    house.send(_rows(list(range(1, 8))), 1)
    return house, house.send(_rows([1, 3, 4, 6, 7]), 2)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("in_time", [never, functools.partial(bool, 1)], ids=["one page", "all pages"])
def test_a_comparison_stopped_at_any_call_and_asked_again_ends_the_same(
    *, in_time: functools.partial[bool], after: bool
) -> None:
    counting = Interruption()
    house, answered = _filled()
    undisturbed = house.run(answered, in_time, counting), house.events.published
    assert undisturbed[0] == ["000000000000002", "000000000000005"]
    assert len(counting.calls) > 8
    for at in range(1, len(counting.calls) + 1):
        house, answered = _filled()
        found = house.run(answered, in_time, Interruption(at=at, after=after))
        assert (found, house.events.published) == undisturbed


def test_of_two_that_walk_at_once_the_first_to_keep_a_fragment_is_followed_by_both() -> None:
    house, answered = _filled()
    kept: list[dict[tuple[str, str], bytes]] = []

    def another_one_meanwhile() -> bool:
        if not kept:
            assert house.use_case().compare(answered, never) is None
            kept.append(_fragments(house))
        return True

    assert house.use_case().compare(answered, another_one_meanwhile) is None, "it found more, but came too late"
    assert len(kept[0]) == 1
    assert _fragments(house) == kept[0]
    assert house.queue.asked == [answered, answered]
    assert house.run(answered) == ["000000000000002", "000000000000005"]
    assert kept[0].items() <= _fragments(house).items()


def _fragments(house: FullSetHouse) -> dict[tuple[str, str], bytes]:
    return {place: body for place, body in house.deployment.objects.written.items() if place[0] == "work"}
