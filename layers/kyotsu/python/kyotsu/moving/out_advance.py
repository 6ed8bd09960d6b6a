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
        """Say where the case stands, in the machine's words; a case without papers can't go on, and ends."""
        case = self.moves.cases.get(case_id)
        if case.state in ENDED:
            return "ended"
        if self.moves.is_erased(case):
            return self._end_without_papers(case)
        if case.state is CaseState.RECEIVED:
            self.told.tell(case, "審査中")
        return case.state

    def _end_without_papers(self, case: Case) -> str:
        if case.state is CaseState.NOTICED:
            return self.close(case.id)
        if case.state in (CaseState.COMPLETED, CaseState.UNARRIVED):
            # What had to be sent was; whose 転入通知 did not come until now, comes on paper.
            return self._end(case.id, "Resume", CaseState.CLOSED, reason=outcomes.NOTICE_UNARRIVED)
        return self._end(case.id, "Resume", CaseState.RETURNED, "差戻し", outcomes.MOVE_OUTLIVED)

    def check_restraint(self, case_id: str) -> str:
        """Look for 異動抑止 of everybody: `restrained`, `approval`, `approved` (nothing to decide) or `withdrawn`."""
        if self.moves.is_withdrawn(case_id):
            return "withdrawn"
        case = self.moves.cases.get(case_id)
        numbers = [person.addressee_number for person in case.people if person.addressee_number]
        restraints = self.restraints.of(numbers)
        if errors := _errors(restraints):
            return self._restrain(case_id, "CheckRestraint", errors, released=())
        found = set(restraints.values())
        # Remarks of the intake (somebody has another open case) are a clerk's to weigh.
        clear = not case.differs and not case.remarks and Restraint.ALERT not in found
        # Who waits for an approval hears a correction that came since the reconciliation; who needs none would not.
        automatic = self.rules.approval == "automatic" and clear and not self.moves.is_amended(case_id)
        state = CaseState.APPROVED if automatic and not _is_outdated(case) else CaseState.APPROVAL
        moved = self.moves.on(case_id, "CheckRestraint", state, lambda case: _checked(case, state))
        return moved.state

    def note_release(self, case_id: str) -> str:
        """A clerk released the restraint: the case goes to approval, whatever the rules say."""
        self.moves.on(case_id, "NoteRelease", CaseState.APPROVAL, _released)
        return "approval"

    def approve(self, case_id: str) -> str:
        """A clerk approved: `approved`, unless there is a new restraint (`restrained`), or something was filed
        (`amended`) or withdrawn (`withdrawn`) in the meantime."""
        if self.moves.is_withdrawn(case_id):
            return "withdrawn"
        case = self.moves.cases.get(case_id)
        numbers = [person.addressee_number for person in case.people if person.addressee_number]
        if new := [number for number in _errors(self.restraints.of(numbers)) if number not in case.released]:
            return self._restrain(case_id, "Approve", new)
        if self.moves.is_amended(case_id):
            return "amended"
        # By the case as it is written: from then on the intake refuses corrections, before it they are heard.
        moved = self.moves.on(case_id, "Approve", "approved", _approved)
        return "approved" if moved.state is CaseState.APPROVED else "amended"

    def _restrain(self, case_id: str, step: str, numbers: Collection[str], **changes: tuple[str, ...]) -> str:
        code = outcomes.MOVE_RESTRAINED.code
        self.moves.to(case_id, step, CaseState.RESTRAINED, reason=code, restrained=tuple(sorted(numbers)), **changes)
        return "restrained"

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
        """The 転入通知 was handed to 住民記録: `ended`, or `again` if one was sent anew since."""
        moved = self.moves.on(case_id, "Close", "closed", _closed)
        return "ended" if moved.state in ENDED else "again"

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


def _errors(restraints: Mapping[str, Restraint]) -> list[str]:
    """Return the 宛名番号 of those with whom nothing may go on."""
    return [number for number, restraint in restraints.items() if restraint is Restraint.ERROR]


def _is_outdated(case: Case) -> bool:
    """Tell whether something newer was filed than what was held against the records."""
    return case.revision > case.reconciled_revision


def _checked(case: Case, state: CaseState) -> Case:
    return replace(
        case, state=CaseState.APPROVAL if _is_outdated(case) else state, reason="", restrained=(), released=()
    )


def _released(case: Case) -> Case:
    released = tuple(sorted({*case.released, *case.restrained}))
    return replace(case, state=CaseState.APPROVAL, reason="", released=released)


def _approved(case: Case) -> Case:
    # What was filed since stands as if just received, also for a later execution.
    return replace(case, state=CaseState.RECEIVED if _is_outdated(case) else CaseState.APPROVED, reason="")


def _closed(case: Case) -> Case:
    if case.notice_revision > case.handed_revision:
        return case
    return replace(case, state=CaseState.CLOSED, due_on=None, reason="")
