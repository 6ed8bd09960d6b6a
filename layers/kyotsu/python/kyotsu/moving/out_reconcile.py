"""転出: provisional record, reconciliation, and what a clerk made of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from kyotsu.moving.cases import CasePerson, CaseState
from kyotsu.moving.decisions import ClerksDecision, applied, decision_of
from kyotsu.moving.documents import Application, decode, encode
from kyotsu.moving.moves import Moves
from kyotsu.moving.ports import PaperKind, Papers
from kyotsu.moving.reconciling import Differences, Reconciled, ResidentFinder, reconcile


class PapersMissingError(Exception):
    """A case has no application any more: its papers were destroyed."""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The steps `reconcile` and `confirm`."""

    moves: Moves
    papers: Papers
    finder: ResidentFinder

    def reconcile(self, case_id: str) -> str:
        """Hold what was filed against the records: `equal`, `different` or `withdrawn`; what was filed stays.

        Confirmed information is written where everything agrees; differences otherwise.
        """
        if self.moves.is_withdrawn(case_id):
            return "withdrawn"
        application = raw_application(self.papers, case_id)
        found = reconcile(application, individual_numbers(self.papers, case_id), self.finder)
        differences = Differences(revision=application.revision, items=found.differences)
        self.papers.put(case_id, PaperKind.DIFFERENCES, msgspec.json.encode(differences))
        if found.agrees:
            self.papers.put(case_id, PaperKind.CONFIRMED, encode(application))
        state = CaseState.CONFIRMED if found.agrees else CaseState.DIFFERENT
        self.moves.on(
            case_id,
            "Reconcile",
            "equal" if found.agrees else "different",
            lambda case: replace(
                case,
                state=state,
                people=_people(application, found),
                differs=not found.agrees,
                reconciled_revision=application.revision,
            ),
            ("differences", str(len(found.differences))),
            ("revision", str(application.revision)),
        )
        return "equal" if found.agrees else "different"

    def confirm(self, case_id: str) -> str:
        """Make a clerk's decision the confirmed information: what the clerk corrected, else what was filed.

        Raises UnidentifiedPersonError if somebody still has no 宛名番号.
        """
        decision = self._decision(case_id)
        case = self.moves.cases.get(case_id)
        case = applied(case, decision) if decision else case
        if any(person.addressee_number is None for person in case.people):
            raise UnidentifiedPersonError
        raw, body = raw_application(self.papers, case_id), self.papers.get(case_id, PaperKind.CONFIRMED)
        if decision and decision.confirmed:
            self.papers.put(case_id, PaperKind.CONFIRMED, encode(decision.confirmed))
        # What was confirmed of an earlier revision says nothing of this one.
        elif body is None or decode(body, Application).revision != raw.revision:
            self.papers.put(case_id, PaperKind.CONFIRMED, encode(raw))
        self.moves.on(
            case_id,
            "Confirm",
            CaseState.CONFIRMED,
            lambda case: replace(applied(case, decision) if decision else case, state=CaseState.CONFIRMED),
        )
        return "confirmed"

    def _decision(self, case_id: str) -> ClerksDecision | None:
        """Return what the clerk decided whom the last wait heard: of several decisions that one counts."""
        taken = self.moves.cases.taken(case_id)
        return decision_of(self.papers, case_id, taken.signal.id) if taken else None


class UnidentifiedPersonError(Exception):
    """A clerk accepted a case in which somebody has no 宛名番号; the command refuses that before."""


def _people(application: Application, found: Reconciled) -> tuple[CasePerson, ...]:
    return tuple(CasePerson(each.position, found.numbers.get(each.position)) for each in application.people)


def raw_application(papers: Papers, case_id: str) -> Application:
    """Return what was filed; raises PapersMissingError."""
    return _application(papers, case_id, PaperKind.RAW)


def confirmed_application(papers: Papers, case_id: str) -> Application:
    """Return what was confirmed; raises PapersMissingError."""
    return _application(papers, case_id, PaperKind.CONFIRMED)


def _application(papers: Papers, case_id: str, kind: PaperKind) -> Application:
    body = papers.get(case_id, kind)
    if body is None:
        raise PapersMissingError
    return decode(body, Application)


def individual_numbers(papers: Papers, case_id: str) -> dict[int, str]:
    """Return 個人番号 by position, as far as their references could be resolved."""
    body = papers.get(case_id, PaperKind.NUMBERS)
    return msgspec.json.decode(body, type=dict[int, str]) if body else {}
