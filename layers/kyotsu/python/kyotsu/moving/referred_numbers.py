"""個人番号 of people who move: a document refers to them; they are sealed among the case's papers and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import msgspec

from kyotsu.japanese.digits import is_individual_number
from kyotsu.moving.documents import Application, MovingPerson
from kyotsu.moving.ports import PaperKind, Papers

REFERENCES = "references"
"""The paper that keeps every number by its reference: a correction may refer to one that was taken before."""
_DIGITS = 12


class ReferenceMissingError(Exception):
    """Nothing stands under a reference yet; it may still arrive."""


class IndividualNumbers(Protocol):
    """Where references lead."""

    def resolve(self, reference: str) -> str | None:
        """Return the 個人番号 under a reference, or None if there is none."""
        ...

    def discard(self, references: Iterable[str]) -> None:
        """Remove what stands under references, for good; that there is nothing is fine."""
        ...


@dataclass(frozen=True, slots=True)
class ReferredNumbers:
    """Takes 個人番号 over into papers."""

    papers: Papers
    source: IndividualNumbers

    def seal(self, case_id: str, document: Application, *, patient: bool) -> dict[int, str]:
        """Keep the numbers a document refers to, and return them by position, as far as they are there and valid.

        `patient`: raise ReferenceMissingError if one is not there.
        """
        body = self.papers.get(case_id, REFERENCES)
        known: dict[str, str] = msgspec.json.decode(body, type=dict[str, str]) if body else {}
        wanted = {person.individual_number_reference for person in document.people} - {""}
        new = {reference: self.source.resolve(reference) for reference in sorted(wanted - known.keys())}
        if patient and None in new.values():
            raise ReferenceMissingError
        found = {reference: number for reference, number in new.items() if number is not None and _is_valid(number)}
        if found:
            self.papers.put(case_id, REFERENCES, msgspec.json.encode(known | found))
        known |= found
        numbers = {
            person.position: known[person.individual_number_reference]
            for person in document.people
            if person.individual_number_reference in known
        }
        if numbers:
            self.papers.put(case_id, PaperKind.NUMBERS, msgspec.json.encode(numbers), document.revision)
        return numbers

    def discard(self, people: Iterable[MovingPerson]) -> None:
        """Remove what was taken over from where it came from."""
        references = [person.individual_number_reference for person in people if person.individual_number_reference]
        if references:
            self.source.discard(references)


def _is_valid(number: str) -> bool:
    return len(number) == _DIGITS and number.isascii() and number.isdigit() and is_individual_number(number)
