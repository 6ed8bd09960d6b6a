"""The index says what is stored, whatever order occasions come in, whoever works at once and wherever one stops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from kyotsu.addressees import indexing
from kyotsu.addressees.indexed_people import KnownResident
from tests.fakes.addressees import FRESH, record
from tests.fakes.index import MOVED, NOBODY, MemoryIndex, MemoryPeople, follower, versions
from tests.fakes.interruption import StoppedError

OTHER = {
    "shimei": "大島　花子",
    "seinengappi": "1980-02-28",
    "jusho_choaza": "港町５丁目",
    "jusho_banchigohyoki": "２番",
}
STATES: list[tuple[Any, KnownResident]] = [
    ([record()], NOBODY),
    (versions(OTHER, record().person), NOBODY),
    (versions(OTHER), MOVED),
    (versions(OTHER, closed_to_others=True), MOVED),
]
LEAVES: list[tuple[Any, KnownResident]] = [([], MOVED), (versions(OTHER, deleted=True), NOBODY)]
# What happens before each call of whoever works, on however many levels: late workers go on when others are done.
SCRIPTS = st.lists(st.sampled_from(["go", "go", "go", "change", "work", "refused", "unanswered"]), max_size=40)


@dataclass
class Hooked:
    """Ports whose calls let others go first, or fail."""

    port: Any
    before: Callable[[], bool]

    def __getattr__(self, name: str) -> Any:
        def called(*args: Any) -> Any:
            unanswered = self.before()
            result = getattr(self.port, name)(*args)
            if unanswered:
                raise StoppedError
            return result

        return called


class World:
    """One person, and workers by a script."""

    def __init__(self, script: list[str], states: list[Any]) -> None:
        self.script, self.states = list(script), list(states)
        self.changes = self.followed = 0
        self.people, self.index = MemoryPeople(*self.states[0]), MemoryIndex()
        follower(self.index, self.people).follow(FRESH)
        self.index.watch = self.watch

    def watch(self) -> None:
        assert self.index.standing(FRESH).places == self.index.of().keys(), "nothing is ever left behind"
        if len(self.states) == len(STATES):
            assert self.index.of(), "nobody is ever hidden"

    def change(self) -> None:
        self.changes += 1
        self.states = [*self.states[1:], self.states[0]]
        self.people.records, self.people.lived = self.states[0]

    def work(self) -> None:
        """Follow once; the script says what comes between."""
        occasion = self.changes
        try:
            follower(Hooked(self.index, self.between), Hooked(self.people, self.between)).follow(FRESH)
        except StoppedError:
            return  # the occasion comes again
        self.followed = max(self.followed, occasion)

    def between(self) -> bool:
        """Let happen what the script says; tell whether the call is to take effect and not be answered."""
        while self.script and (action := self.script.pop(0)) != "go":
            if action == "change":
                self.change()
            elif action == "work":
                self.work()
            elif action == "refused":
                raise StoppedError
            else:
                return True
        return False


@given(SCRIPTS, st.permutations(STATES), st.booleans(), st.sampled_from([2, 5, 99]))
def test_once_each_change_was_followed_the_index_is_right_whoever_else_is_late(
    script: list[str], states: list[Any], leaves: bool, at_once: int
) -> None:
    with mock.patch.object(indexing, "MOST_AT_ONCE", at_once):
        world = World(script, [*states[:2], *LEAVES, *states[2:]] if leaves else states)
        while world.script:
            world.change()
            world.work()
        if world.followed < world.changes:
            follower(world.index, world.people).follow(FRESH)
        fresh = MemoryIndex()
        follower(fresh, world.people).follow(FRESH)
    assert world.index.of() == fresh.of()
    assert follower(world.index, world.people).agrees(FRESH)
