"""Whatever the order, the repetition and the interruption: the same gaps are told, and every lost file is found."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyotsu.contracts.events import SequenceGapClosed, SequenceGapFound
from kyotsu.linkage.continuity import Continuity
from kyotsu.linkage.sequences import Run, arrived, missing
from kyotsu.linkage.sweep import Sweep
from tests.fakes.deployment import BUCKET, CATALOGUE
from tests.fakes.interruption import Interruption, StoppedError
from tests.unit.linkage.test_continuity import HOUR, Watch
from tests.unit.linkage.test_sweep import GRACE, STUCK, House

ARRIVALS = st.lists(st.tuples(st.integers(1, 30), st.integers(0, 100)), min_size=1, max_size=40)


@given(ARRIVALS, st.randoms(use_true_random=False), st.integers(0, 100))
def test_any_order_and_repetition_of_arrivals_gives_the_same_runs(
    arrivals: list[tuple[int, int]], dice: random.Random, until: int
) -> None:
    other = [*arrivals, *dice.choices(arrivals, k=5)]
    dice.shuffle(other)
    runs: tuple[Run, ...] = ()
    for number, at in arrivals:
        runs = arrived(runs, number, at)
    again: tuple[Run, ...] = ()
    for number, at in other:
        again = arrived(again, number, at)
    assert again == runs
    # Said the obvious way: not there, not below the start, and a higher one is there for long enough.
    numbers = {number for number, _ in arrivals}
    lowest = min(numbers)
    late = {
        number
        for number in range(lowest, 31)
        if number not in numbers and any(n > number and at <= until for n, at in arrivals)
    }
    found = missing(runs, from_one=False, until=until)
    assert {n for span in found for n in range(span.first, span.last + 1)} == late


@given(st.permutations([1, 2, 5, 6, 9]), st.sets(st.integers(0, 5)))
def test_looking_in_between_changes_nothing_of_what_is_told_in_the_end(order: list[int], looks: set[int]) -> None:
    watch = Watch()
    for position, number in enumerate(order):
        watch.answered(number)
        if position in looks:
            watch.clock.move(HOUR)
            watch.continuity.look()
    watch.clock.move(HOUR)
    assert watch.continuity.look().still_open == 4
    told = _numbers(watch, SequenceGapFound) - _numbers(watch, SequenceGapClosed)
    assert told | {3, 4, 7, 8} == told
    assert _numbers(watch, SequenceGapFound) >= {3, 4, 7, 8}


def _numbers(watch: Watch, kind: type) -> set[int]:
    found = set()
    for numbers in watch.told(kind):
        for text in numbers:
            first, _, last = text.partition("-")
            found |= set(range(int(first), int(last or first) + 1))
    return found


@pytest.mark.parametrize("after", [False, True])
def test_continuity_stopped_at_any_call_and_asked_again_ends_the_same(*, after: bool) -> None:
    undisturbed = _numbers_of_a_day(Watch())
    for at in _each_call(lambda counting: _numbers_of_a_day(Watch(), counting)):
        assert _numbers_of_a_day(Watch(), Interruption(at=at, after=after)) == undisturbed


def _each_call(work: Callable[[Interruption], object]) -> range:
    """Return the numbers of all calls to ports that some work makes."""
    counting = Interruption()
    work(counting)
    assert len(counting.calls) > 10
    return range(1, len(counting.calls) + 1)


def _numbers_of_a_day(watch: Watch, interruption: Interruption | None = None) -> object:
    interruption = interruption or Interruption()
    around = interruption.around
    own = (around(watch.numberings), around(watch.events), watch.clock, HOUR)
    disturbed = Continuity(CATALOGUE, "141003", *own, from_one=False)

    def twice(work: Callable[[Continuity], object]) -> None:
        try:
            work(disturbed)
        except StoppedError:
            work(watch.continuity)

    for number in (1, 4, 6):
        twice(functools.partial(_note, watch, number))
    watch.clock.move(timedelta(hours=2))
    twice(Continuity.look)
    twice(functools.partial(_note, watch, 3))
    twice(Continuity.look)
    state = watch.numberings.numbering("001", "001o006", "01")
    return state.runs, state.told, sorted(watch.events.published)


def _note(watch: Watch, number: int, continuity: Continuity) -> None:
    watch.answered(number, continuity=continuity)


@pytest.mark.parametrize("after", [False, True])
def test_a_sweep_stopped_at_any_call_and_run_again_finds_every_file(*, after: bool) -> None:
    for at in _each_call(lambda counting: _interrupted_sweep(_filled(House()), counting)):
        house = _filled(House())
        with suppress(StoppedError):
            _interrupted_sweep(house, Interruption(at=at, after=after))
        house.run()
        assert set(house.notifications.sent) == {stored.ref for stored in house.outboxes.stored}
        assert house.notes.walk(BUCKET).marker is None


def _filled(house: House) -> House:
    for sequence in range(1, 8):
        house.put(sequence)
    return house


def _interrupted_sweep(house: House, interruption: Interruption) -> None:
    house.clock.move(GRACE)
    around = interruption.around
    ports = (around(house.outboxes), around(house.notes), around(house.notifications))
    Sweep(*ports, house.clock, GRACE, STUCK, 100).run([BUCKET], lambda: True)
