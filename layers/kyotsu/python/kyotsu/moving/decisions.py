"""What a clerk decided, as a paper of the case: the signal of its id says that it counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum

import msgspec

from kyotsu.moving.cases import Case, CasePerson
from kyotsu.moving.documents import Application
from kyotsu.moving.ports import Papers


class Choice(StrEnum):
    """What a clerk may decide."""

    ACCEPT = "accept"
    CORRECT = "correct"
    RETURN = "return"
    APPROVE = "approve"
    RELEASE = "release"
    CANCEL = "cancel"
    """取下げ by an operator."""


class ClerksDecision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A decision. Only the one whose signal a wait took is of any effect."""

    choice: Choice
    by: str
    at: datetime
    reason: str = ""
    """Free text, which may name people."""
    numbers: dict[int, str] = {}
    """宛名番号 by position, of everybody who moves, if the decision settles that."""
    confirmed: Application | None = None
    """Who moves where, if the decision settles that."""

    def __repr__(self) -> str:
        return f"ClerksDecision({self.choice})"


def decision_name(signal_id: str) -> str:
    """Return the paper that holds the decision of a signal."""
    return f"decision/{signal_id}"


def decision_of(papers: Papers, case_id: str, signal_id: str) -> ClerksDecision | None:
    """Return the decision of a signal, if it is (still) there."""
    body = papers.get(case_id, decision_name(signal_id))
    return None if body is None else msgspec.json.decode(body, type=ClerksDecision)


def numbers_of(case: Case, confirmed: Application, given: Mapping[int, str]) -> dict[int, str]:
    """Return 宛名番号 of those who move as confirmed, as far as known: as a clerk gives it, else as found."""
    found = {person.position: person.addressee_number for person in case.people}
    numbers = {each.position: given.get(each.position) or found.get(each.position) for each in confirmed.people}
    return {position: number for position, number in numbers.items() if number}


def applied(case: Case, decision: ClerksDecision) -> Case:
    """Return the case as decided; who is left out does not move.

    Papers are kept as long after the corrected day as after the one that was filed. Of days and places, what was filed
    anew since the decision counts: it is going to be reconciled.
    """
    confirmed = decision.confirmed
    if confirmed is None:
        return case
    people = tuple(CasePerson(each.position, decision.numbers.get(each.position)) for each in confirmed.people)
    if confirmed.revision != case.revision:
        return replace(case, people=people)
    planned, erase_on = date.fromisoformat(confirmed.planned_on), case.erase_on
    if erase_on is not None and case.planned_on is not None:
        erase_on += planned - case.planned_on
    return replace(case, people=people, planned_on=planned, counterpart=confirmed.to_municipality, erase_on=erase_on)
