"""Everything an operator may see of a case, as plain values: what was filed and what was confirmed stay apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from kyotsu.linkage.delivery_documents import japanese
from kyotsu.moving.cases import Case, Entry
from kyotsu.moving.decisions import ClerksDecision, decision_of
from kyotsu.moving.documents import Application, Reservation, decode
from kyotsu.moving.ports import PaperKind, Papers
from kyotsu.moving.reconciling import Difference, Differences, Item

_PLACES = ("previous_address", "new_address", "to_municipality", "filer")
"""Items of an application that tell where somebody lives or is going to; the filer's has a telephone number."""
HIDDEN = "（非表示）"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A case with its papers. 転出証明書情報 is not here: it is 住民記録's, and the form's."""

    case: Case
    filed: Application | Reservation | None
    confirmed: Application | None
    differences: Sequence[Difference]
    decisions: Sequence[ClerksDecision]
    history: Sequence[Entry]

    def shown(self, *, withheld: bool) -> dict[str, Any]:
        """Return it as plain values, without the places of people whose places are kept back."""
        return {
            "case": self._case(withheld=withheld),
            "people": [self._person(each.position, withheld=withheld) for each in self.case.people],
            "filed": _document(self.filed, withheld=withheld),
            "confirmed": _document(self.confirmed, withheld=withheld),
            "decisions": [_decision(each) for each in self.decisions],
            "history": [_entry(each) for each in self.history],
            "withheld": withheld,
        }

    def _case(self, *, withheld: bool) -> dict[str, Any]:
        case = self.case
        return {
            **summary(case),
            "revision": case.revision,
            "counterpart": None if withheld else case.counterpart or None,
            "differs": case.differs,
            "has_reservation": case.has_reservation,
            "certified": len(case.certified),
            "certificate_total": case.certificate_total,
            "has_form": case.has_form,
            "erase_on": _day(case.erase_on),
            "erased_at": japanese(case.erased_at),
        }

    def _person(self, position: int, *, withheld: bool) -> dict[str, Any]:
        case = {person.position: person for person in self.case.people}[position]
        return {
            "position": position,
            "addressee_number": case.addressee_number,
            "arrived": case.arrived,
            "filed": _named(self.filed, position),
            "confirmed": _named(self.confirmed, position),
            "differences": [
                _difference(each, withheld=withheld) for each in self.differences if each.position == position
            ],
        }


def read(case: Case, papers: Papers, history: Sequence[Entry]) -> CaseFile:
    """Read the papers of a case; those that were erased, or never were, are absent."""
    raw, reservation = papers.get(case.id, PaperKind.RAW), papers.get(case.id, PaperKind.RESERVATION)
    confirmed, differences = papers.get(case.id, PaperKind.CONFIRMED), papers.get(case.id, PaperKind.DIFFERENCES)
    filed: Application | Reservation | None = None
    if raw is not None:
        filed = decode(raw, Application)
    elif reservation is not None:
        filed = decode(reservation, Reservation)
    signals = [dict(entry.details).get("signal", "") for entry in history if entry.step == "Decide"]
    decisions = [decision_of(papers, case.id, signal) for signal in dict.fromkeys(signals) if signal]
    return CaseFile(
        case=case,
        filed=filed,
        confirmed=decode(confirmed, Application) if confirmed is not None else None,
        differences=msgspec.json.decode(differences, type=Differences).items if differences is not None else (),
        decisions=[each for each in decisions if each is not None],
        history=history,
    )


def summary(case: Case) -> dict[str, Any]:
    """Return what a list tells of a case: nothing of people, nor where they go."""
    return {
        "case_id": case.id,
        "application_number": case.application_number or None,
        "kind": case.kind.name.lower(),
        "state": str(case.state),
        "people": len(case.people),
        "opened_at": japanese(case.opened_at),
        "planned_on": _day(case.planned_on),
        "visit_on": _day(case.visit_on),
        "due_on": _day(case.due_on),
        "reason": case.reason or None,
        "remarks": list(case.remarks),
    }


def _day(day: object) -> str | None:
    return str(day) if day else None


def _document(document: Application | Reservation | None, *, withheld: bool) -> dict[str, Any] | None:
    if document is None:
        return None
    told: dict[str, Any] = msgspec.to_builtins(document)
    return {
        "revision": document.revision,
        **{name: value for name, value in told.items() if not (withheld and name in _PLACES)},
    }


def _named(document: Application | Reservation | None, position: int) -> dict[str, Any] | None:
    found = [person for person in document.people if person.position == position] if document else []
    return msgspec.to_builtins(found[0]) if found else None


def _difference(difference: Difference, *, withheld: bool) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(difference)
    if withheld and difference.item == Item.ADDRESS:
        told |= {"filed": HIDDEN, "recorded": HIDDEN}
    return told


def _decision(decision: ClerksDecision) -> dict[str, Any]:
    return {
        "choice": str(decision.choice),
        "by": decision.by,
        "at": japanese(decision.at),
        "reason": decision.reason or None,
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "at": japanese(entry.at),
        "step": entry.step,
        "outcome": entry.outcome,
        "by": entry.by,
        "details": dict(entry.details),
    }
