"""転入: who of these people lived here before. They keep their 宛名番号."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kyotsu.moving.announcing import Announcing
from kyotsu.moving.cases import Case, CasePerson
from kyotsu.moving.certificates import assembled
from kyotsu.moving.documents import CertificatePerson, MovingPerson, encode
from kyotsu.moving.moves import Moves
from kyotsu.moving.ports import PaperKind, Papers
from kyotsu.moving.reconciling import ResidentFinder, ResidentRecord


@dataclass(frozen=True, slots=True)
class Matching:
    """The step `match`."""

    moves: Moves
    papers: Papers
    finder: ResidentFinder
    announcing: Announcing

    def match(self, case_id: str) -> str:
        """Put the certificate together, and note the 宛名番号 of former residents: of those with the same 個人番号 or
        住民票コード, for nothing less is certain. Somebody of the same name and birth date is a clerk's to find."""
        case = self.moves.cases.get(case_id)
        certificate = assembled(self.papers, case)
        self.papers.put(case_id, PaperKind.CERTIFICATE, encode(certificate))
        self.announcing.announce(case)
        known = {person.position: person for person in case.people}
        found = tuple(self._matched(known.get(person.position), person) for person in certificate.people)
        revision = case.certificate_revision
        former = sum(person.addressee_number is not None for person in found)
        self.moves.on(
            case_id,
            "Match",
            "matched",
            lambda case: replace(case, people=_merged(case, found), matched_revision=revision),
            ("former_residents", str(former)),
        )
        return "matched"

    def _matched(self, known: CasePerson | None, person: CertificatePerson) -> CasePerson:
        if known is not None and known.addressee_number is not None:
            return known
        records = self.finder.find(_asked(person), person.individual_number)
        number = former_number(person, records)
        return CasePerson(person.position, number, known.arrived if known else False)


def former_number(person: CertificatePerson, records: Sequence[ResidentRecord]) -> str | None:
    """Return the 宛名番号 of a former resident; None: nobody for certain."""
    same = {
        record.number
        for record in records
        for item, value in (("kojinbango", person.individual_number), ("juminhyokodo", person.resident_record_code))
        if value and record.items.get(item) == value
    }
    return same.pop() if len(same) == 1 else None


def _asked(person: CertificatePerson) -> MovingPerson:
    return MovingPerson(
        position=person.position,
        name=person.name,
        name_kana=person.name_kana,
        roman_name=person.roman_name,
        common_name=person.common_name,
        birth_date=person.birth_date,
        sex=person.sex,
    )


def _merged(case: Case, found: Sequence[CasePerson]) -> tuple[CasePerson, ...]:
    """Return the people of a case, with what was found of those whom the certificate names."""
    people = {person.position: person for person in case.people} | {person.position: person for person in found}
    arrived = {person.position for person in case.people if person.arrived}
    return tuple(replace(people[position], arrived=position in arrived) for position in sorted(people))
