"""What clerks say to a case: decisions on 転出, and its cancellation. Repeating one decides nothing twice.

A decision is for the visit of the wait that stands now: of several, that wait takes one, and whoever made another is
told. Before it is heard it is a paper of its own and a line of history, so that what is confirmed later is what that
clerk decided, whoever decided something else at the same time.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import msgspec

from kyotsu.contracts import outcomes
from kyotsu.contracts.errors import KyotsuError
from kyotsu.contracts.ports import Clock
from kyotsu.moving.cases import ENDED, Case, CaseState, Entry, Signal, SignalKind
from kyotsu.moving.correcting import corrected
from kyotsu.moving.decisions import Choice, ClerksDecision, decision_name, numbers_of
from kyotsu.moving.documents import Application
from kyotsu.moving.moves import ATTEMPTS, CaseContendedError
from kyotsu.moving.out_reconcile import raw_application
from kyotsu.moving.ports import CaseChangedError, CaseStore, Machines, Papers, PapersDestroyedError
from kyotsu.moving.starting import Starting

DECIDE = "Decide"
"""The step of the history."""
SIGNALS = {
    Choice.ACCEPT: SignalKind.ACCEPTED,
    Choice.CORRECT: SignalKind.CORRECTED,
    Choice.RETURN: SignalKind.RETURNED,
    Choice.APPROVE: SignalKind.APPROVED,
    Choice.RELEASE: SignalKind.RELEASED,
}
_SETTLE_PEOPLE = frozenset({Choice.ACCEPT, Choice.CORRECT})
_BAR_FROM_APPROVING = frozenset({Choice.ACCEPT, Choice.CORRECT, Choice.RELEASE})
_BEYOND = frozenset({CaseState.NOTICED, CaseState.MOVED_IN})
"""States in which people have moved."""


class DecisionRefusedError(KyotsuError):
    """A decision does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a clerk says."""

    choice: Choice
    by: str
    """`operator:…`."""
    reason: str = field(default="", repr=False)
    numbers: Mapping[int, str] = field(default_factory=dict)
    """宛名番号 by position."""
    correction: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Deciding:
    """Brings clerks' decisions to cases."""

    cases: CaseStore
    papers: Papers
    machines: Machines
    clock: Clock
    residents: Callable[[Collection[str]], Collection[str]]
    """Returns those of some 宛名番号 that are residents' of this municipality."""

    def decide(self, case_id: str, said: Said) -> None:
        """Let the case's machine hear a decision; a repeat lets it hear the same one again.

        Raises DecisionRefusedError, NoSuchCaseError, DocumentRefusedError (a correction that does not fit),
        CaseContendedError, PapersMissingError and PapersDestroyedError.
        """
        case = self.cases.get(case_id)
        signal = self._signal(case, said)
        if signal is not None:
            decision = self._decision(case, said)
            self.papers.put(case_id, decision_name(signal.id), msgspec.json.encode(decision))
            self._note(case_id, signal, said)
            taken = self.cases.signal(case_id, signal)
            if taken is None or taken.signal.id != signal.id:
                raise DecisionRefusedError(outcomes.CASE_DECIDED_OTHERWISE)
            self.machines.tell(taken)
            self.cases.told(case_id, taken)

    def cancel(self, case_id: str, by: str, reason: str) -> None:
        """取下げ by an operator, as if the applicant had withdrawn. Raises DecisionRefusedError, NoSuchCaseError."""
        case = self.cases.get(case_id)
        if case.state in ENDED or case.state in _BEYOND or case.arrived:
            raise DecisionRefusedError(outcomes.CASE_OVER, state=case.state)
        # A reservation that was filed anew after a cancellation may be cancelled again.
        signal = Signal(f"operator-withdrawal-{case.revision}", SignalKind.WITHDRAWN, self.clock.now(), by)
        said = Said(choice=Choice.CANCEL, by=by, reason=reason)
        # Papers may be destroyed, with all that there was to explain; the case still has to end.
        with contextlib.suppress(PapersDestroyedError):
            self.papers.put(case_id, decision_name(signal.id), msgspec.json.encode(self._paper(said)))
        self._note(case_id, signal, said)
        # A case that was never started is started by the watch, and hears it then.
        Starting(self.cases, self.machines, self.clock).hear(case_id, signal)

    def _signal(self, case: Case, said: Said) -> Signal | None:
        """Return what the present wait is to hear; None if it has heard it: its machine was told once more."""
        wait, taken, kind = self.cases.waiting(case.id), self.cases.taken(case.id), SIGNALS[said.choice]
        if wait is not None and kind in wait.kinds:
            if said.choice is Choice.APPROVE and self._may_not_approve(case.id, said.by):
                raise DecisionRefusedError(outcomes.SAME_CLERK)
            return Signal(_id(wait.visit, said), kind, self.clock.now(), said.by, wait.visit)
        if wait is None and taken is not None and taken.signal.kind in SIGNALS.values():
            if taken.signal.visit is None or taken.signal.id != _id(taken.signal.visit, said):
                raise DecisionRefusedError(outcomes.CASE_DECIDED_OTHERWISE)
            self.machines.tell(taken)
            self.cases.told(case.id, taken)
            return None
        raise DecisionRefusedError(outcomes.CASE_NOT_WAITING, state=case.state)

    def _may_not_approve(self, case_id: str, by: str) -> bool:
        return any(
            entry.step == DECIDE and entry.by == by and entry.outcome in _BAR_FROM_APPROVING
            for entry in self.cases.history(case_id)
        )

    def _decision(self, case: Case, said: Said) -> ClerksDecision:
        """Return a decision that may count."""
        if said.choice not in _SETTLE_PEOPLE:
            return self._paper(said)
        filed = raw_application(self.papers, case.id)
        if filed.revision != case.revision:  # something newer was filed, or everything withdrawn, in this moment
            raise DecisionRefusedError(outcomes.CASE_DECIDED_OTHERWISE)
        confirmed = corrected(filed, said.correction) if said.choice is Choice.CORRECT else filed
        numbers = numbers_of(case, confirmed, said.numbers)
        if len(numbers) < len(confirmed.people):
            raise DecisionRefusedError(outcomes.MOVE_UNIDENTIFIED)
        known = self.residents(list(said.numbers.values())) if said.numbers else ()
        for position, number in sorted(said.numbers.items()):
            if number not in known or list(numbers.values()).count(number) != 1:
                raise DecisionRefusedError(outcomes.NUMBER_UNFIT, position=position)
        return self._paper(said, confirmed, numbers)

    def _paper(
        self, said: Said, confirmed: Application | None = None, numbers: dict[int, str] | None = None
    ) -> ClerksDecision:
        return ClerksDecision(
            choice=said.choice,
            by=said.by,
            at=self.clock.now(),
            reason=said.reason,
            numbers=numbers or {},
            confirmed=confirmed,
        )

    def _note(self, case_id: str, signal: Signal, said: Said) -> None:
        """Write a line of history, once."""
        numbers = tuple((f"number {position}", number) for position, number in sorted(said.numbers.items()))
        entry = Entry(self.clock.now(), DECIDE, said.choice, said.by, (("signal", signal.id), *numbers))
        for _ in range(ATTEMPTS):
            case = self.cases.get(case_id)
            told = {(one.step, one.outcome, one.by, one.details) for one in self.cases.history(case_id)}
            if (entry.step, entry.outcome, entry.by, entry.details) in told:
                return
            try:
                self.cases.save(case, entry)
            except CaseChangedError:
                continue
            return
        raise CaseContendedError


def _id(visit: int, said: Said) -> str:
    """Return the same id for what one clerk decides at one visit, however often it is said."""
    return f"decision-{visit}-{said.choice}-{hashlib.sha256(said.by.encode()).hexdigest()[:16]}"
