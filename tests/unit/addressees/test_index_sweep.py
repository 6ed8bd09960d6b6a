"""The walk over everybody: grace, bounds, runs that break off, and the frequencies it leaves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kyotsu.addressees import index_sweep
from kyotsu.addressees.candidates_table import Scope
from kyotsu.addressees.frequencies_table import Counted, Known
from kyotsu.addressees.index_sweep import Sweep, WalkContendedError
from kyotsu.addressees.index_walk import After, IndexPage, Phase, Stray, Walk
from kyotsu.addressees.indexed_people import KnownResident
from kyotsu.addressees.indexing import Standing
from kyotsu.addressees.records import AddresseeRecord
from tests.fakes.addressees import record
from tests.fakes.index import NOBODY, MemoryIndex, follower

START = datetime(2026, 5, 1, tzinfo=UTC)
NUMBERS = [f"80000000000{number:04}" for number in range(7)]


@dataclass
class World:
    """A registry of some people, their index, and a sweep over both, two people a page."""

    numbers: list[str] = field(default_factory=lambda: list(NUMBERS))
    store: MemoryIndex = field(default_factory=MemoryIndex)
    walk: Walk | None = None
    contended: bool = False
    time: datetime = START
    counted: list[Counted] = field(default_factory=list)

    def now(self) -> datetime:
        return self.time

    def record(self, number: str) -> Sequence[AddresseeRecord]:
        return [record(number)] if number in self.numbers else []

    def resident(self, number: str) -> KnownResident:
        return NOBODY

    def find(self) -> Walk | None:
        return self.walk

    def put(self, walk: Walk) -> bool:
        if not self.contended:
            self.walk = walk
        return not self.contended

    def standings(self, numbers: Collection[str]) -> Mapping[str, Standing]:
        return {number: found for number in numbers if (found := self.store.standings.get(number))}

    def lists(self, standing: Standing | None, stray: Stray) -> bool:
        return standing is not None and stray.sk in {place.digest.hex() for place in standing.places}

    def remove(self, stray: Stray, standing: Standing | None) -> bool:
        gone = [key for key in self.store.stands if key[0] == stray.number and key[1].digest.hex() == stray.sk]
        for key in gone:
            del self.store.stands[key]
        return bool(gone)

    def page(self, after: After) -> Any:
        numbers, following = self._two(sorted(self.store.standings), after)
        strays = [Stray(whose, "", place.digest.hex()) for whose, place in self.store.stands if whose in numbers]
        return IndexPage([self.store.standings[number] for number in numbers], strays, following)

    def sources(self) -> dict[Phase, Any]:
        return {Phase.RESIDENTS: Numbers(self, []), Phase.REGISTRY: Numbers(self, self.numbers)}

    def _two(self, numbers: list[str], after: After) -> tuple[list[str], After]:
        left = [number for number in numbers if after is None or number > after[0]]
        return left[:2], (left[1], "") if len(left) > 2 else None

    def sweep(self, *, at_once: bool = False) -> Sweep:
        return Sweep(
            indexing=follower(self.store, self),
            index=self,
            sources=self.sources(),
            walks=self,
            put_frequencies=self.counted.append,
            clock=self,
            in_parallel=lambda work, items: [work(item) for item in items],
            grace=timedelta(minutes=60),
            every=timedelta(hours=24),
            at_once=at_once,
        )


@dataclass
class Numbers:
    world: World
    numbers: list[str]

    def page(self, after: After) -> tuple[Sequence[str], After]:
        return self.world._two(self.numbers, after)


def test_who_is_missing_gets_an_hour_and_is_then_repaired_and_told() -> None:
    world = World()
    first = world.sweep().run(lambda: True)
    assert (first.finished, first.suspects, first.repaired) == (True, 7, 0)
    follower(world.store, world).follow(NUMBERS[0])  # it was on its way
    world.time += timedelta(minutes=59)
    assert world.sweep().run(lambda: True).suspects == 7
    world.time += timedelta(minutes=1)
    later = world.sweep().run(lambda: True)
    assert (later.suspects, later.repaired) == (0, 6)
    assert world.store.standings.keys() == set(NUMBERS)


def test_a_day_later_everybody_is_looked_at_again() -> None:
    world = World()
    world.sweep(at_once=True).run(lambda: True)
    world.time += timedelta(hours=23)
    assert world.sweep().run(lambda: True).looked_at == 0
    world.time += timedelta(hours=1)
    assert world.sweep().run(lambda: True).looked_at == 7


def test_a_rebuild_repairs_at_once_and_counts_who_stands() -> None:
    world = World()
    rebuild = world.sweep(at_once=True)
    rebuild.begin()
    assert rebuild.run(lambda: True).repaired == 7
    (counted,) = world.counted
    assert counted.people == {"1": 7, "2": 7}
    assert counted.family == {"見本": 1.0}


def test_who_is_in_no_source_any_more_leaves_the_index() -> None:
    world = World()
    world.sweep(at_once=True).run(lambda: True)
    world.numbers.remove(NUMBERS[3])
    again = world.sweep(at_once=True)
    again.begin()
    assert again.run(lambda: True).repaired == 1
    assert world.store.of(NUMBERS[3]) == {}
    again.begin()
    again.run(lambda: True)
    assert world.counted[-1].people == {"1": 6, "2": 6}, "a standing without postings is nobody"


def test_suspects_are_bounded_and_settled_before_the_walk_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_sweep, "MOST_SUSPECTS", 3)
    world = World()
    first = world.sweep().run(lambda: True)
    assert (first.finished, first.suspects) == (False, 4)
    assert world.sweep().run(lambda: True).looked_at == 0
    world.time += timedelta(hours=1)
    second = world.sweep().run(lambda: True)
    assert second.repaired == 4
    world.time += timedelta(hours=1)
    assert world.sweep().run(lambda: True).finished
    assert world.store.standings.keys() == set(NUMBERS)


def test_a_run_that_breaks_off_is_gone_on_with_and_a_lost_walk_ends_the_run() -> None:
    world = World()
    sweep = world.sweep(at_once=True)
    steps = iter([True, False])
    assert not sweep.run(lambda: next(steps)).finished
    assert world.walk is not None
    assert world.walk.phase is Phase.REGISTRY
    world.contended = True
    assert not sweep.run(lambda: True).finished
    with pytest.raises(WalkContendedError):
        sweep.begin()
    world.contended = False
    assert sweep.run(lambda: True).finished
    assert world.store.standings.keys() == set(NUMBERS)


def test_what_was_repaired_is_known_of_a_run_that_fails() -> None:
    world = World()
    sweep = world.sweep(at_once=True)

    def fails(_counted: Counted) -> None:
        raise TimeoutError

    sweep.put_frequencies = fails
    with pytest.raises(TimeoutError):
        sweep.run(lambda: True)
    assert sweep.repaired == 7


class Table:
    """A `FrequenciesTable`."""

    def __init__(self, counted: Counted | None) -> None:
        self.counted, self.finds = counted, 0

    def find(self) -> Counted | None:
        self.finds += 1
        return self.counted


def test_frequencies_are_read_once_an_hour() -> None:
    world, table = World(), Table(None)
    known = Known(table, world, 20_000)  # type: ignore[arg-type]
    assert known.frequencies(Scope.EVERYBODY).people == 20_000
    before = known.scorer(Scope.EVERYBODY)
    table.counted = Counted({"1": 10, "2": 3000}, {"佐藤": 0.01}, {})
    world.time += timedelta(minutes=59)
    assert known.scorer(Scope.EVERYBODY) is before
    world.time += timedelta(minutes=1)
    assert known.scorer(Scope.EVERYBODY) is not before
    assert [known.frequencies(scope).people for scope in Scope] == [10, 3000]
    assert known.frequencies(Scope.NON_RESIDENTS).family == {"佐藤": 0.01}
    assert table.finds == 2
