"""What of a document is this municipality's, what is wrong with it, and the papers it becomes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

import msgspec

from kyotsu.contracts import outcomes
from kyotsu.japanese import dates
from kyotsu.japanese.dates import JST
from kyotsu.moving.application import KINDS, Document, DocumentRefusedError, Filed, Part, Problem, problem
from kyotsu.moving.cases import CaseKind
from kyotsu.moving.documents import Application, encode
from kyotsu.moving.ports import PaperKind
from kyotsu.moving.rules import Rules

_YEARS = range(2000, 2200)
"""Years of dates that are not somebody's birth: beyond them arithmetic of dates ends."""


@dataclass(frozen=True, slots=True)
class Filing:
    """How one municipality looks at documents."""

    accepted: Collection[str]
    """市区町村コード of this municipality and its wards."""
    rules: Rules

    def kind(self, document: Document) -> CaseKind:
        """Return the kind of case a document is about here: of its parts, one municipality has one at most.

        Raises DocumentRefusedError if there is none.
        """
        found = [KINDS[part] for part in Part if part in document.parts and self._is_ours(part, document)]
        if not found:
            same = document.from_municipality == document.to_municipality or self._within(document)
            outcome = outcomes.APPLICATION_FOR_ANOTHER
            if same and Part.IN_CITY not in document.parts:
                outcome = outcomes.APPLICATION_SAME_PLACE
            raise DocumentRefusedError([problem(outcome)], document.application_number)
        return found[0]

    def check(self, filed: Filed, kind: CaseKind) -> None:
        """Raise DocumentRefusedError with all that is wrong with an application."""
        found = [*self._of_dates(filed, kind), *_of_people(filed)]
        if kind is CaseKind.IN_CITY and filed.new_address == filed.previous_address:
            found.append(problem(outcomes.APPLICATION_SAME_ADDRESS))
        if found:
            raise DocumentRefusedError(found, filed.application_number)

    def _is_ours(self, part: Part, document: Document) -> bool:
        if part is Part.IN_CITY:
            return self._within(document)
        if self._within(document):  # 転出 within a municipality is none
            return False
        own = document.from_municipality if part is Part.MOVE_OUT else document.to_municipality
        return own in self.accepted

    def _within(self, document: Document) -> bool:
        return {document.from_municipality, document.to_municipality} <= set(self.accepted)

    def _of_dates(self, filed: Filed, kind: CaseKind) -> Iterator[Problem]:
        submitted = submitted_on(filed)
        if filed.planned_on.year not in _YEARS or not self.rules.accepts(filed.planned_on, submitted):
            yield problem(outcomes.APPLICATION_OUT_OF_WINDOW)
        reserves = kind is not CaseKind.MOVE_OUT
        if (reserves and filed.visit_on is None) or (filed.visit_on is not None and filed.visit_on < submitted):
            yield problem(outcomes.APPLICATION_NO_VISIT)


def _of_people(filed: Filed) -> Iterator[Problem]:
    positions = [person.position for person in filed.people]
    if not positions:
        yield problem(outcomes.APPLICATION_NOBODY)
    elif sorted(positions) != list(range(1, len(positions) + 1)) or filed.filer.position > len(positions):
        yield problem(outcomes.APPLICATION_POSITIONS)
    for index, person in enumerate(filed.people):
        if person.birth_date and not _is_birth_date(person.birth_date):
            yield problem(outcomes.APPLICATION_DATE_WRONG, place=f"people[{index}].birth_date")


def _is_birth_date(text: str) -> bool:
    return dates.is_date(text) or dates.is_indefinite_date(text)


def submitted_on(document: Document) -> date:
    """Return the day a document was sent, in JST."""
    return document.submitted_at.astimezone(JST).date()


def paper(filed: Filed, kind: CaseKind) -> Application:
    """Return an application as the paper of a case."""
    built = msgspec.to_builtins(filed)
    return msgspec.convert(
        {
            **{name: built[name] for name in Application.__struct_fields__ if name in built},
            "kind": str(kind),
            "visit_on": built["visit_on"] or "",
            "people": sorted(built["people"], key=lambda person: int(person["position"])),
        },
        Application,
    )


def as_kept(kind: CaseKind, document: Application) -> tuple[PaperKind, bytes]:
    """Return the paper a case of a kind keeps: the whole application, or the reservation alone."""
    if kind is CaseKind.MOVE_OUT:
        return PaperKind.RAW, encode(document)
    assert document.reservation is not None  # noqa: S101 - Filing.check
    return PaperKind.RESERVATION, encode(document.reservation)
