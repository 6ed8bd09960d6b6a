"""Erasure: after their period, a case's papers are destroyed, and its history proves it without personal data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from kyotsu.contracts.ports import Clock
from kyotsu.japanese.dates import JST
from kyotsu.moving.cases import ENDED, Case, Entry, Signal, SignalKind
from kyotsu.moving.ports import CaseStore, Papers
from kyotsu.moving.rules import Rules
from kyotsu.moving.saving import saved
from kyotsu.moving.starting import Starting

BY = "erasure"


class NotErasedError(Exception):
    """Papers of some cases could not be destroyed; the message has their ids. The next look tries again."""


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
        too: the period is the law's. Its machine hears of it, and ends the case.

        One that fails keeps no other waiting: raises NotErasedError at the end.
        """
        failed: dict[str, Exception] = {}
        for listed in self.cases.erasable(self._today()):
            try:
                erased = self._erase(listed.id)
            except Exception as error:  # noqa: BLE001 - the next case must not wait for this one; it is told below
                failed[listed.id] = error
                continue
            if erased:
                yield listed.id
        if failed:
            raise NotErasedError(", ".join(failed)) from next(iter(failed.values()))

    def _erase(self, case_id: str) -> bool:
        # Lists lag, and this can't be undone: by the case as it is now, the period may be longer, or the move put off.
        case = self.cases.get(case_id)
        if self._today() < self.rules.erase_on(case.planned_on, case.opened_at.astimezone(JST).date()):
            return False
        self.papers.destroy(case.id)
        self.cases.forget(case.id)
        if case.state not in ENDED:
            # Told before it is noted: what is noted is not looked at again.
            self.starting.hear(case.id, Signal("erased", SignalKind.ERASED, self.clock.now(), BY))
        self._note(case.id)
        return True

    def _today(self) -> date:
        return self.clock.now().astimezone(JST).date()

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
