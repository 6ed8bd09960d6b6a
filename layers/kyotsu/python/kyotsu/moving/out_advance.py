"""転出: the steps that read no personal data: restraints, clerks' releases, the applicant's status, and the end."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome
from kyotsu.moving.cases import ENDED, Case, CaseState
from kyotsu.moving.moves import Moves, Told
from kyotsu.moving.rules import Rules


class Restraint(StrEnum):
    """異動抑止 of a person."""

    NONE = "none"
    ALERT = "alert"
    """A clerk may go on after having seen it."""
    ERROR = "error"
    """Nothing goes on until a clerk released it."""


class Restraints(Protocol):
    """Tells who is under a restraint of moves. Every answer sees every earlier write."""

    def of(self, numbers: Collection[str]) -> Mapping[str, Restraint]:
        """Return the restraint of each person, by 宛名番号; raises if that can't be told now."""
        ...


@dataclass(frozen=True, slots=True)
class MoveOut:
    """The steps of `move_out` that move a case and tell its applicant."""

    moves: Moves
    told: Told
    restraints: Restraints
    rules: Rules

    def resume(self, case_id: str) -> str:
        """Say where the case stands, in the machine's words."""
        case = self.moves.cases.get(case_id)
        if case.state is CaseState.RECEIVED:
            self.told.tell(case, "審査中")
        return "ended" if case.state in ENDED else case.state

    def check_restraint(self, case_id: str) -> str:
        """Look for 異動抑止 of everybody: `restrained`, `approval`, `approved` (nothing to decide) or `withdrawn`."""
        if self.moves.is_withdrawn(case_id):
            return "withdrawn"
        case = self.moves.cases.get(case_id)
        numbers = [person.addressee_number for person in case.people if person.addressee_number]
        found = set(self.restraints.of(numbers).values())
        if Restraint.ERROR in found:
            self.moves.to(case_id, "CheckRestraint", CaseState.RESTRAINED, reason=outcomes.MOVE_RESTRAINED.code)
            return "restrained"
        # Remarks of the intake (somebody has another open case) are a clerk's to weigh.
        clear = not case.differs and not case.remarks and Restraint.ALERT not in found
        # Who waits for an approval hears a correction that came since the reconciliation; who needs none would not.
        automatic = self.rules.approval == "automatic" and clear and not self.moves.is_amended(case_id)
        state = CaseState.APPROVED if automatic else CaseState.APPROVAL
        self.moves.to(case_id, "CheckRestraint", state, reason="")
        return state

    def note_release(self, case_id: str) -> str:
        """A clerk released the restraint: the case goes to approval, whatever the rules say."""
        self.moves.to(case_id, "NoteRelease", CaseState.APPROVAL, reason="")
        return "approval"

    def note_not_sent(self, case_id: str) -> str:
        """The CS refused a message, or did not answer for too long: a clerk's matter."""
        self.moves.to(
            case_id, "NoteNotSent", CaseState.NOT_SENT, reason=outcomes.CERTIFICATE_NOT_SENT.code, due_on=None
        )
        return "noted"

    def complete(self, case_id: str) -> str:
        """転出処理完了: the applicant reads 「完了」; a 転入通知 is due."""
        case = self.moves.on(case_id, "Complete", CaseState.COMPLETED, self._completed)
        self.told.tell(case, "完了")
        return "completed"

    def _completed(self, case: Case) -> Case:
        due = self.rules.notice_due_on(case.planned_on) if case.planned_on else None
        return replace(case, state=CaseState.COMPLETED, reason="", due_on=due)

    def note_unarrived(self, case_id: str) -> str:
        """転入通知未着: on the list until it comes."""
        self.moves.to(case_id, "NoteUnarrived", CaseState.UNARRIVED, reason=outcomes.NOTICE_UNARRIVED.code, due_on=None)
        return "noted"

    def close(self, case_id: str) -> str:
        """The 転入通知 was handed to 住民記録."""
        return self._end(case_id, "Close", CaseState.CLOSED)

    def give_back(self, case_id: str) -> str:
        """差戻し: the applicant files anew."""
        return self._end(case_id, "Return", CaseState.RETURNED, "差戻し", outcomes.MOVE_RETURNED)

    def withdraw(self, case_id: str) -> str:
        """取下げ."""
        return self._end(case_id, "Withdraw", CaseState.WITHDRAWN, "取下げ")

    def _end(self, case_id: str, step: str, state: CaseState, status: str = "", reason: Outcome | None = None) -> str:
        code = reason.code if reason else ""
        case = self.moves.to(case_id, step, state, due_on=None, reason=code)
        if status:
            self.told.tell(case, status, code)
        return "ended"
