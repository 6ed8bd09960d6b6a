"""The watch over cases: what a crash left is done, failures are followed by pauses, deadlines by signals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kyotsu.moving.cases import Case, CaseState, Entry, SignalKind, Wait, WaitName
from kyotsu.moving.starting import Starting
from kyotsu.moving.watching import Watch
from tests.fakes.moving import MemoryCases, MemoryMachines
from tests.fakes.moving_contract import NOON, OPENED, case, signal, wait
from tests.fakes.moving_intake import FixedClock

NEWS = frozenset({SignalKind.OVERDUE, SignalKind.NOTICED})


class World:
    """Cases, machines and their watch."""

    def __init__(self) -> None:
        self.cases, self.machines, self.clock = MemoryCases(), MemoryMachines(), FixedClock(NOON)
        self.failures: list[str] = []

    def watch(self) -> Watch:
        return Watch(
            cases=self.cases,
            machines=self.machines,
            starting=Starting(self.cases, self.machines, self.clock),
            clock=self.clock,
            most_generations=3,
            failure=lambda case_id, _: self.failures.append(case_id),
        )

    def opened(self, number: str = "A1", **changes: Any) -> Case:
        return self.cases.open(case(number, **{"revision": 1} | changes), OPENED)

    def running(self, number: str = "A1", generation: int = 1, **changes: Any) -> Case:
        opened = self.opened(number)
        return self.cases.save(
            replace(opened, generation=generation, **changes), Entry(NOON, "Start", str(generation), "start")
        )


@pytest.fixture
def world() -> World:
    return World()


def test_a_case_that_was_not_started_is_started_once(world: World) -> None:
    world.opened()
    assert (world.watch().look().started, world.watch().look().started) == (1, 0)
    assert world.machines.starts == {"O-A1.1": 1}


def test_a_case_that_knows_nothing_yet_is_not_started_and_told_of_in_time(world: World) -> None:
    world.opened(revision=0)
    assert world.watch().look().stuck == 0
    world.clock.at += timedelta(hours=2)
    watched = world.watch().look()
    assert (watched.stuck, watched.stuck_cases, watched.started) == (1, ["O-A1"], 0)
    assert not world.machines.starts


def test_what_was_taken_and_not_told_is_told(world: World) -> None:
    running = world.running()
    world.cases.wait(running.id, wait(0, "t1"))
    world.cases.signal(running.id, signal("s1"))
    assert (world.watch().look().told, world.watch().look().told) == (1, 0)
    assert [taken.token for taken in world.machines.told] == ["t1"]


def test_a_failed_execution_is_followed_by_the_next_after_a_pause(world: World) -> None:
    world.running()
    world.machines.broken.add("O-A1.1")
    assert world.watch().look().resumed == 0
    world.clock.at += timedelta(minutes=2)
    assert (world.watch().look().resumed, world.watch().look().resumed) == (1, 0)
    assert world.cases.get("O-A1").generation == 2
    assert world.machines.starts == {"O-A1.2": 1}


def test_what_fails_again_and_again_waits_for_an_operator(world: World) -> None:
    world.running(generation=3)
    world.machines.broken |= {"O-A1.1", "O-A1.2", "O-A1.3"}
    world.clock.at += timedelta(days=1)
    watched = world.watch().look()
    assert (watched.resumed, watched.stuck_cases) == (0, ["O-A1"])
    assert world.watch().look(["O-A1"]).resumed == 1
    assert world.cases.get("O-A1").generation == 4


def test_a_case_that_ended_is_not_resumed(world: World) -> None:
    world.running(state=CaseState.CLOSED)
    world.machines.broken |= {"O-A1.1", "O-gone.1"}
    world.clock.at += timedelta(days=1)
    watched = world.watch().look()
    assert (watched.resumed, watched.stuck) == (0, 0)


def test_a_deadline_is_told_once_on_the_day_after(world: World) -> None:
    running = world.running(due_on=date(2026, 4, 17))
    world.cases.wait(running.id, Wait(WaitName.NOTICE, 4, "t1", NEWS))
    world.clock.at = datetime(2026, 4, 17, 14, 59, tzinfo=UTC)  # 23:59 in Japan
    assert world.watch().look().overdue == 0
    world.clock.at += timedelta(minutes=1)
    assert world.watch().look().overdue == 1
    assert [taken.signal.kind for taken in world.machines.told] == [SignalKind.OVERDUE]
    assert world.watch().look().overdue == 0


def test_a_deadline_is_no_other_wait_s(world: World) -> None:
    running = world.running(due_on=date(2026, 4, 1))
    world.clock.at += timedelta(days=9)
    assert world.watch().look().overdue == 0  # nobody waits
    world.cases.wait(running.id, wait(5, "t1"))
    assert world.watch().look().overdue == 0  # who waits does not take it
    assert not world.cases.pending(running.id)
    world.cases.save(replace(running, due_on=date(2026, 5, 1)))
    world.cases.wait(running.id, Wait(WaitName.NOTICE, 6, "t2", NEWS))
    assert world.watch().look().overdue == 0


def test_one_case_blocks_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in ("A1", "A2", "A3"):
        world.opened(number)
    start = world.machines.start

    def fails(case: Case) -> None:
        if case.id == "O-A2":
            raise ConnectionError
        start(case)

    monkeypatch.setattr(world.machines, "start", fails)
    watched = world.watch().look()
    assert (watched.started, watched.failed, world.failures) == (2, 1, ["O-A2"])
