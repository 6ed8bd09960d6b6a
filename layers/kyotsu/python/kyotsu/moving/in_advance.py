"""転入 and 転居: what a case needs next, by what is known of it. Signals only wake the machine that asks.

A case of the portal's reservation, of 転出証明書情報 from the CS, or of both, in whichever order they came.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome
from kyotsu.japanese.dates import JST
from kyotsu.moving.cases import ENDED, Case, CaseKind, CaseState, Signal, SignalKind
from kyotsu.moving.moves import Moves, Told
from kyotsu.moving.rules import Rules

BY_CS = "cs"


@dataclass(frozen=True, slots=True)
class MoveIn:
    """The steps of `move_in` that read no personal data."""

    moves: Moves
    told: Told
    rules: Rules

    def assess(self, case_id: str) -> str:
        """Take in what was heard last, and say what is to be done: one word of the machine's `WhatToDo`.

        Every `wait` begins a new visit.
        """
        case = self._heard(case_id)
        word = self._next(case)
        if word == "wait":
            self.moves.on(case_id, "Assess", case.state, self._waiting)
        return word

    def _heard(self, case_id: str) -> Case:
        """Return the case as changed by what its last wait took; whoever hears it twice changes nothing more."""
        case, taken = self.moves.cases.get(case_id), self.moves.cases.taken(case_id)
        if taken is None or case.state in ENDED:
            return case
        changed = _changed_by(case, taken.signal)
        if changed == case:
            return case
        return self.moves.on(
            case_id,
            "Hear",
            taken.signal.kind,
            lambda case: _changed_by(case, taken.signal),
            ("signal", taken.signal.id),
        )

    def _next(self, case: Case) -> str:
        if case.state in ENDED:
            return "ended"
        if self.moves.is_erased(case):
            return self._without_papers(case)
        if case.arrived:
            return self._after_arrival(case)
        if not case.has_reservation and not case.certified:
            return "recall" if case.distributed_revision else "withdraw"
        if not case.has_reservation and case.distributed_revision:
            return "recall"
        if self._is_over(case):
            return self._after_period(case)
        if case.has_certificate and case.matched_revision < case.certificate_revision:
            return "match"
        if case.has_reservation and case.distributed_revision < case.reservation_edition:
            return "distribute"
        if case.has_certificate and not case.has_form:
            return "draw"
        return "wait"

    def _after_period(self, case: Case) -> str:
        if case.distributed_revision:
            return "recall"
        # Somebody of the household lives here, and the municipality that was left has to know; the rest never came.
        return self._after_arrival(case) if any(person.arrived for person in case.people) else "expire"

    def _without_papers(self, case: Case) -> str:
        if case.arrived:
            return "close"
        return "recall" if case.distributed_revision else "expire"

    def _after_arrival(self, case: Case) -> str:
        # Nobody waits for a notice of somebody who came without a certificate, nor of a move within the city.
        if case.kind is CaseKind.IN_CITY or not case.certified or case.notice_acknowledged:
            return "close"
        return "wait" if case.notice_posted else "notify"

    def _waiting(self, case: Case) -> Case:
        prepared = case.has_certificate or case.kind is CaseKind.IN_CITY
        has_moved = case.arrived or case.notice_posted
        state = CaseState.MOVED_IN if has_moved else CaseState.PREPARED if prepared else CaseState.WAITING
        if case.state in ENDED:  # since it was read: its certificate was taken over by another case
            return case
        return replace(case, state=state, due_on=case.due_on if case.notice_posted else self._last_day(case))

    def _last_day(self, case: Case) -> date | None:
        """Return the last day on which records are expected to tell of the move: the last one of 特例転入 (転居: as
        if), and some days, as 住民記録 tells of a day by files that come later."""
        last = self.rules.special_until(case.planned_on, case.moved_on)
        return last + timedelta(self.rules.arrival_days) if last else None

    def _is_over(self, case: Case) -> bool:
        last = self._last_day(case)
        # 転入通知 that is under way is waited for, whenever it was posted.
        return case.notice_posted or (last is not None and self._today() > last)

    def _today(self) -> date:
        return self.moves.clock.now().astimezone(JST).date()

    def expire(self, case_id: str) -> str:
        """特例期限切れ: whoever comes now needs a certificate on paper."""
        return self._end(case_id, "Expire", CaseState.EXPIRED, outcomes.SPECIAL_PERIOD_OVER)

    def withdraw(self, case_id: str) -> str:
        """取下げ: neither reservation nor certificate is left."""
        case = self.moves.cases.get(case_id)
        self.told.tell(case, "取下げ")
        return self._end(case_id, "Withdraw", CaseState.WITHDRAWN)

    def close(self, case_id: str) -> str:
        """They live here, and the municipality that was left knows."""
        case = self.moves.cases.get(case_id)
        self.told.tell(case, "完了")
        return self._end(case_id, "Close", CaseState.CLOSED, None if case.arrived else outcomes.SPECIAL_PERIOD_OVER)

    def _end(self, case_id: str, step: str, state: CaseState, reason: Outcome | None = None) -> str:
        code = reason.code if reason else ""
        self.moves.on(
            case_id,
            step,
            state,
            lambda case: case if case.state in ENDED else replace(case, state=state, due_on=None, reason=code),
        )
        return "ended"


def _changed_by(case: Case, signal: Signal) -> Case:
    match signal.kind:
        case SignalKind.WITHDRAWN if signal.by != BY_CS and not case.arrived:
            return replace(case, has_reservation=False)
        case SignalKind.ACKNOWLEDGED if case.notice_posted:
            return replace(case, notice_acknowledged=True, reason="", due_on=None)
        case SignalKind.REJECTED if case.notice_posted:
            return replace(case, reason=outcomes.NOTICE_NOT_SENT.code)
        case SignalKind.OVERDUE if case.notice_posted:
            return replace(case, reason=outcomes.NOTICE_NOT_SENT.code, due_on=None)
        case _:
            return case
