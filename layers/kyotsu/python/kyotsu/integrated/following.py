"""Following the residents: what 001o006 tells of somebody who has a 団体内統合宛名番号 reaches it by itself.

A change of the resident is an update of the 住民記録 system: it always takes the 統合宛名フラグ. Nobody gets a number
by it. Events come at least once and in any order; each is an occasion to look at the resident as stored now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from kyotsu.addressees.items import PERSON
from kyotsu.addressees.records import Operation, Use
from kyotsu.contracts.events import ResidentRecorded
from kyotsu.integrated import deciding
from kyotsu.integrated.changes import Refused, Told
from kyotsu.integrated.records import (
    INDIVIDUAL_NUMBER_CHANGED,
    RESIDENTS_BUSINESS,
    Category,
    IntegratedPerson,
    RowKey,
)
from kyotsu.integrated.store import IntegratedStore, Wanted, Write
from kyotsu.integrated.telling import Teller

MAX_ATTEMPTS = 20
USE = Use(RESIDENTS_BUSINESS)


class FollowingContendedError(Exception):
    """Others kept changing the same person; trying again later is safe."""


@dataclass(frozen=True, slots=True)
class Resident:
    """A resident as stored now."""

    sequence: int
    category: str | None
    """住民区分."""
    items: Mapping[str, str] | None = field(repr=False)
    """The current record by romaji name, 個人番号 included; None: there is none."""


class Residents(Protocol):
    """Reads residents, 個人番号 included. Every read sees every earlier write."""

    def resident(self, number: str) -> Resident:
        """Return a resident; one of sequence 0 if there never was one."""
        ...

    def reasons(self, number: str, after: str) -> frozenset[str]:
        """Return 異動事由 of a resident's versions with a 操作日時 (YYYYMMDDhhmmss) after another one."""
        ...


@dataclass(frozen=True, slots=True)
class Following:
    """Follows residents."""

    store: IntegratedStore
    residents: Residents
    teller: Teller

    def follow(self, event: ResidentRecorded, at: str) -> Refused | None:
        """Bring what is stored of a resident to the integrated person behind the number, if there is one.

        Returns why the 個人番号 was not taken over, if it was not: the conflict is kept for a clerk, the rest is done.
        Raises FollowingContendedError.
        """
        refused = None
        for _ in range(MAX_ATTEMPTS):
            person = self.store.look([Wanted(number=event.addressee_number)])[0].by_number
            if person is None or _is_known(person, event):
                return refused
            resident = self.residents.resident(event.addressee_number)
            if resident.items is None:
                return refused
            told = self._told(event.addressee_number, resident, resident.items, person)
            seen = self.store.look([Wanted(told.number, told.fingerprint)])[0]
            known = seen.known(Category(resident.sequence, resident.category))
            decided = deciding.update(told, known)
            if isinstance(decided, Refused):
                refused = decided
                self.store.note([decided.conflict] if decided.conflict else [])
                decided = deciding.update(_without_number(told), known)
            if isinstance(decided, Refused):
                return decided
            self.store.note([decided.suspect] if decided.suspect else [])
            if not decided.changes or self.store.write([Write(decided, None, at)])[0]:
                return refused
        raise FollowingContendedError

    def _told(self, number: str, resident: Resident, items: Mapping[str, str], person: IntegratedPerson) -> Told:
        before = person.row(RowKey(number, *USE))
        individual_number = items.get("kojinbango") or None
        renumbered = False
        if individual_number and self.teller.of_individual(individual_number) != person.fingerprint:
            # The event of a change may be one of several since, of which the current record shows the last alone.
            reasons = self.residents.reasons(number, before.operated_at if before else "")
            renumbered = bool(reasons & INDIVIDUAL_NUMBER_CHANGED)
        return self.teller.told(
            number=number,
            use=USE,
            municipality=items.get("shikuchosonkodo", ""),
            person={name: items[name] for name in PERSON if items.get(name)},
            operation=Operation(items["sosashaid"], items["sosanengappi"], items["sosajikoku"]),
            individual_number=individual_number,
            status=resident.category or items.get("juminjotai"),
            reason=items.get("idojiyu") or None,
            sequence=resident.sequence,
            renumbered=renumbered,
        )


def _is_known(person: IntegratedPerson, event: ResidentRecorded) -> bool:
    """Tell whether the resident was followed at least this far. What an issue noted of a category is not enough."""
    row = person.row(RowKey(event.addressee_number, *USE))
    return row is not None and row.sequence >= event.sequence


def _without_number(told: Told) -> Told:
    return replace(told, individual_number=None, fingerprint=None, renumbered=False)
