"""Starting a case's machine, and letting it hear: the case item is the guard, and every call may be repeated."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kyotsu.contracts.ports import Clock
from kyotsu.moving.cases import ENDED, Case, Entry, Signal
from kyotsu.moving.moves import ATTEMPTS, CaseContendedError
from kyotsu.moving.ports import CaseChangedError, CaseStore, Machines

FIRST = 1


@dataclass(frozen=True, slots=True)
class Starting:
    """Starts machines and tells them signals."""

    cases: CaseStore
    machines: Machines
    clock: Clock

    def start(self, case_id: str, generation: int = FIRST, by: str = "start") -> Case:
        """Start a case's execution of a generation, unless that one or a later one was; an ended case needs none.

        The execution first: one that runs and is not noted is started again in vain; one that is noted and does not
        run would be a lost case.
        """
        for _ in range(ATTEMPTS):
            case = self.cases.get(case_id)
            if case.generation >= generation or case.state in ENDED:
                return case
            started = replace(case, generation=generation)
            self.machines.start(started)
            try:
                return self.cases.save(started, Entry(self.clock.now(), "Start", str(generation), by))
            except CaseChangedError:
                continue
        raise CaseContendedError

    def hear(self, case_id: str, signal: Signal) -> None:
        """Bring a signal to a case, and to its machine if that waits for one of its kind."""
        taken = self.cases.signal(case_id, signal)
        if taken is not None:
            self.machines.tell(taken)
            self.cases.told(case_id, taken)
