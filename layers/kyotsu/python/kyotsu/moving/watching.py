"""The watch over cases, by the clock: whatever a crash left undone is done, and deadlines are told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from kyotsu.contracts.ports import Clock
from kyotsu.japanese.dates import JST
from kyotsu.moving.cases import ENDED, Case, Signal, SignalKind
from kyotsu.moving.ports import CaseStore, Machines, NoSuchCaseError, Taken
from kyotsu.moving.starting import Starting

WATCH = "watch"
READY_WITHIN = timedelta(hours=1)
"""A case that does not know its application or certificate so long after it was opened waits for an operator."""
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=12)
T = TypeVar("T")


@dataclass
class Watched:
    """What one look came to, in cases."""

    started: int = 0
    told: int = 0
    resumed: int = 0
    """Whose execution had failed and that have another one."""
    overdue: int = 0
    stuck: int = 0
    """That only an operator can move on."""
    failed: int = 0
    """That could not be looked at; the next look tries again."""
    stuck_cases: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Watch:
    """Looks at all cases that need something; each by itself, so that none blocks another."""

    cases: CaseStore
    machines: Machines
    starting: Starting
    clock: Clock
    most_generations: int
    failure: Callable[[str, Exception], None]
    """Told of a case that could not be looked at, and why."""

    def look(self, resume: Collection[str] = ()) -> Watched:
        """Look once. `resume`: cases that an operator wants another execution of, whatever it was that failed."""
        watched = Watched()
        self._each(watched, self.cases.unstarted(), lambda case: case.id, self._start)
        self._each(watched, self.cases.untold(), lambda untold: untold[0], self._tell)
        self._each(
            watched,
            self.machines.failed(),
            lambda failed: failed[0],
            lambda watched, failed: self._resume(watched, failed, resume),
        )
        today = self.clock.now().astimezone(JST).date()
        self._each(watched, self.cases.due(today), lambda case: case.id, self._remind)
        return watched

    def _each(
        self,
        watched: Watched,
        items: Iterable[T],
        named: Callable[[T], str],
        work: Callable[[Watched, T], None],
    ) -> None:
        for item in items:
            try:
                work(watched, item)
            except Exception as error:  # noqa: BLE001 - the next case must not wait for this one; it is told and counted
                self.failure(named(item), error)
                watched.failed += 1

    def _start(self, watched: Watched, case: Case) -> None:
        if case.revision or case.certificate_parts or case.erased_at:
            self.starting.start(case.id, by=WATCH)
            watched.started += 1
        elif self.clock.now() - case.opened_at > READY_WITHIN:
            self._is_stuck(watched, case.id)

    def _tell(self, watched: Watched, untold: tuple[str, Taken]) -> None:
        case_id, taken = untold
        self.machines.tell(taken)
        self.cases.told(case_id, taken)
        watched.told += 1

    def _resume(self, watched: Watched, failed: tuple[str, int], resume: Collection[str]) -> None:
        case_id, generation = failed
        try:
            case = self.cases.get(case_id)
        except NoSuchCaseError:
            return  # an execution that nobody's case is behind: an operator's trial
        if case.generation != generation or case.state in ENDED:
            return
        if case_id not in resume:
            if generation >= self.most_generations:
                self._is_stuck(watched, case_id)
                return
            if not self._has_paused(case):
                return
        self.starting.start(case_id, generation + 1, by=WATCH)
        watched.resumed += 1

    def _has_paused(self, case: Case) -> bool:
        """Tell whether the newest execution is old enough for another one: what fails at once must not be hurried."""
        starts = [entry.at for entry in self.cases.history(case.id) if entry.step == "Start"]
        pause = min(_FIRST_PAUSE * 2 ** min(case.generation, 20), _LONGEST_PAUSE)
        return not starts or self.clock.now() - starts[-1] >= pause

    def _remind(self, watched: Watched, listed: Case) -> None:
        # The wait first: a deadline that is read after it is this wait's or a later one's, never an earlier one's.
        wait, case = self.cases.waiting(listed.id), self.cases.get(listed.id)
        today = self.clock.now().astimezone(JST).date()
        if wait is None or SignalKind.OVERDUE not in wait.kinds or case.due_on is None or case.due_on >= today:
            return
        name = f"overdue-{wait.visit}-{case.due_on}"
        self.starting.hear(case.id, Signal(name, SignalKind.OVERDUE, self.clock.now(), WATCH, wait.visit))
        watched.overdue += 1

    def _is_stuck(self, watched: Watched, case_id: str) -> None:
        watched.stuck += 1
        watched.stuck_cases.append(case_id)
