"""Moving a case on: every step reads it, writes it under its version, and may be tried again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from kyotsu.contracts.ports import Clock
from kyotsu.moving.cases import Case, CaseState, Entry, SignalKind
from kyotsu.moving.ports import ApplicantStatus, CaseChangedError, CaseStore

ATTEMPTS = 10
MACHINE = "machine"


class CaseContendedError(Exception):
    """Others kept writing the case; trying again later is safe."""


@dataclass(frozen=True, slots=True)
class Moves:
    """How steps of the machines write cases."""

    cases: CaseStore
    clock: Clock

    def on(
        self, case_id: str, step: str, outcome: str, change: Callable[[Case], Case], *details: tuple[str, str]
    ) -> Case:
        """Move a case on: write what `change` makes of it, one stage further, with a line of history.

        Always one stage, whatever changes: a wait that follows must not hear again what the one before it heard.
        Raises CaseContendedError.
        """
        for _ in range(ATTEMPTS):
            case = self.cases.get(case_id)
            changed = change(case)
            entry = Entry(self.clock.now(), step, outcome, MACHINE, details)
            try:
                return self.cases.save(replace(changed, stage=case.stage + 1), entry)
            except CaseChangedError:
                continue
        raise CaseContendedError

    def to(self, case_id: str, step: str, state: CaseState, **changes: Any) -> Case:
        """Move a case to a state."""
        return self.on(case_id, step, state, lambda case: replace(case, state=state, **changes))

    def is_withdrawn(self, case_id: str) -> bool:
        """Tell whether a withdrawal waits for the next step that can hear it."""
        return self._waits(case_id, SignalKind.WITHDRAWN)

    def is_amended(self, case_id: str) -> bool:
        """Tell whether the applicant's correction waits for the next step that can hear it."""
        return self._waits(case_id, SignalKind.AMENDED)

    def is_erased(self, case: Case) -> bool:
        """Tell whether a case's papers were destroyed, which is noted a moment after it is told."""
        taken = self.cases.taken(case.id)
        return case.erased_at is not None or (taken is not None and taken.signal.kind is SignalKind.ERASED)

    def _waits(self, case_id: str, kind: SignalKind) -> bool:
        return any(signal.kind is kind for signal in self.cases.pending(case_id))


@dataclass(frozen=True, slots=True)
class Told:
    """Tells the applicant how the case stands."""

    status: ApplicantStatus
    clock: Clock

    def tell(self, case: Case, text: str, reason: str = "") -> None:
        """Show a status of a case that has an applicant."""
        if case.application_number:
            self.status.show(case.application_number, text, reason, self.clock.now(), case.version)
