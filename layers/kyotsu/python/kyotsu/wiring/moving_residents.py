"""Residents as 引越しOSS needs them: found by what was filed, read with 個人番号, and under which restraint."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from kyotsu.addressees.candidates import forms, searching
from kyotsu.addressees.candidates.people import Query
from kyotsu.addressees.candidates.postings import Postings
from kyotsu.addressees.candidates.scoring import Scorer
from kyotsu.catalogue.loading import layer_root, load_catalogue
from kyotsu.contracts.protection import ProtectionDecision, Reader, Verdict
from kyotsu.moving.documents import MovingPerson
from kyotsu.moving.out_advance import Restraint
from kyotsu.moving.reconciling import ResidentRecord
from kyotsu.residents.table import ResidentTable
from kyotsu.runtime import clients
from kyotsu.runtime.settings import setting
from kyotsu.wiring.candidates import postings, scorer
from kyotsu.wiring.following import FollowedResidents
from kyotsu.wiring.protection import protection_decision
from kyotsu.wiring.sealing import deployed_sealing

RESIDENTS_TOO = "2"
MOST_FOUND = 5
"""Residents who are looked at for one applicant. Each costs a call of KMS."""
PURPOSE = Reader("029", "operation")


class ResidentUnreadError(Exception):
    """A resident of a case can't be read: the case must wait."""


class ProtectionUnreadError(Exception):
    """Nobody can tell now who is protected: the case must wait."""


@dataclass(frozen=True, slots=True)
class OpenedResidents:
    """`ResidentRecords`: 個人番号 and 住民票コード are opened."""

    source: FollowedResidents

    def records(self, numbers: Collection[str]) -> Mapping[str, ResidentRecord]:
        """Return the records of all these people. Raises ResidentUnreadError."""
        found = {number: self.record(number) for number in numbers}
        if None in found.values():
            raise ResidentUnreadError
        return {number: record for number, record in found.items() if record is not None}

    def plain(self, number: str) -> ResidentRecord | None:
        """Return a resident without sealed values, or None if there is none."""
        return self.record(number, opened=False)

    def record(self, number: str, *, opened: bool = True) -> ResidentRecord | None:
        """Return a resident, or None if there is none."""
        resident = self.source.resident(number, opened=opened)
        return None if resident.items is None else ResidentRecord(number, resident.category, resident.items)


@dataclass(frozen=True, slots=True)
class IndexedFinder:
    """`ResidentFinder` by the index of candidates: whoever is like what was filed; deciding is the reconciliation's."""

    postings: Postings
    scorer: Callable[[], Scorer]
    residents: OpenedResidents

    def find(self, person: MovingPerson, individual_number: str) -> Sequence[ResidentRecord]:
        """Return the most probable residents. Nobody is looked for by 個人番号: among these, it decides."""
        del individual_number
        query = Query(
            name=person.name or person.roman_name or person.common_name,
            kana=person.name_kana,
            birth=person.birth_date,
            sex=person.sex,
        )
        found = searching.search(forms.of_query(query), self.postings, self.scorer(), MOST_FOUND)
        records = [self.residents.record(candidate.id) for candidate in found.candidates]
        return [record for record in records if record is not None]


@dataclass(frozen=True, slots=True)
class ProtectedRestraints:
    """`Restraints` by 支援措置: no other restraint of moves reaches the common functions."""

    decision: ProtectionDecision
    level: Restraint

    def of(self, numbers: Collection[str]) -> Mapping[str, Restraint]:
        """Return the restraint of each person. Raises ProtectionUnreadError."""
        verdicts = self.decision.decide(numbers, PURPOSE)
        if set(numbers) - verdicts.keys():
            raise ProtectionUnreadError
        return {
            number: self.level if verdict is Verdict.WITHHELD else Restraint.NONE
            for number, verdict in verdicts.items()
        }


@functools.cache
def opened_residents() -> OpenedResidents:
    """Return residents, opened. Settings: MUNICIPALITY, RESIDENTS_TABLE, PERSONAL_KEY, FINGERPRINT_SECRET."""
    catalogue, municipality = load_catalogue(layer_root()), setting("MUNICIPALITY")
    sealing = deployed_sealing(catalogue, municipality, setting("PERSONAL_KEY"), setting("FINGERPRINT_SECRET"))
    table = ResidentTable(clients.dynamodb(), setting("RESIDENTS_TABLE"), municipality, sealing)
    return OpenedResidents(FollowedResidents(table, catalogue))


@functools.cache
def finder() -> IndexedFinder:
    """Return what finds residents. Settings: those of `opened_residents`, and CANDIDATES_TABLE."""
    return IndexedFinder(postings(RESIDENTS_TOO), lambda: scorer(RESIDENTS_TOO), opened_residents())


@functools.cache
def restraints() -> ProtectedRestraints:
    """Return restraints of moves. Settings: those of `protection_decision`, and RESTRAINT_OF_PROTECTED."""
    return ProtectedRestraints(protection_decision(), Restraint(setting("RESTRAINT_OF_PROTECTED")))
