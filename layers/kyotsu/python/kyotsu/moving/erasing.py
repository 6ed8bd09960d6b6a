"""Erasure: after their period, a case's papers are destroyed, and its history proves it without personal data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kyotsu.contracts.ports import Clock
from kyotsu.japanese.dates import JST
from kyotsu.moving.cases import ENDED, Case, Entry, Signal, SignalKind
from kyotsu.moving.ports import CaseStore, Papers
from kyotsu.moving.rules import Rules
from kyotsu.moving.saving import saved
from kyotsu.moving.starting import Starting

BY = "erasure"


@dataclass(frozen=True, slots=True)
class Erasing:
    """Destroys what is due, once a day."""

    cases: CaseStore
    papers: Papers
    starting: Starting
    clock: Clock
    rules: Rules

    def erase_due(self) -> Iterator[str]:
        """Destroy the papers of every case whose day has come, and yield its id. A case that has not ended is erased,
        too: the period is the law's. Its machine hears of it, and ends the case."""
        today = self.clock.now().astimezone(JST).date()
        for case in self.cases.erasable(today):
            # The period may have been made longer since, and a move put off.
            if today < self.rules.erase_on(case.planned_on, case.opened_at.astimezone(JST).date()):
                continue
            self.papers.destroy(case.id)
            self.cases.forget(case.id)
            if case.state not in ENDED:
                # Told before it is noted: what is noted is not looked at again.
                self.starting.hear(case.id, Signal("erased", SignalKind.ERASED, self.clock.now(), BY))
            self._note(case.id)
            yield case.id

    def _note(self, case_id: str) -> None:
        """Write into the history that nothing is left; the papers are gone whether or not this succeeds at once."""
        now = self.clock.now()
        saved(
            self.cases,
            case_id,
            lambda case: case if case.erased_at else replace(case, erased_at=now),
            lambda: Entry(now, "Erase", "erased", BY, _proof(self.cases.get(case_id))),
        )


def _proof(case: Case) -> tuple[tuple[str, str], ...]:
    planned = case.planned_on.isoformat() if case.planned_on else ""
    return (("planned_on", planned), ("erase_on", case.erase_on.isoformat() if case.erase_on else ""))
