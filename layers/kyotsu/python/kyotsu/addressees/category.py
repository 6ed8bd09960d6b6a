"""住民区分 of a person whom the residents, the registry of 住登外者 or both know. Pure; order of arrival never matters.

The later 操作日時 wins between the two, the residents' at the same moment; X never replaces a current 住登者. A record
that is closed brings nothing any more: what the residents say is left, or nothing (docs/decisions/0124).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from kyotsu.addressees.records import AddresseeRecord, Deed, HistoryEntry, Use
from kyotsu.addressees.standing import Standing, moment_of
from kyotsu.japanese import dates
from kyotsu.residents.effects import REGISTERED
from kyotsu.residents.reading import CategoryShown

NON_RESIDENT = "X"
_BEGINS = frozenset({Deed.REGISTERED, Deed.REOPENED})


class Registration(NamedTuple):
    """That somebody is registered as 住登外者."""

    since: str
    """操作日時, YYYYMMDDhhmmss (JST)."""
    by: Use
    """登録元."""


@dataclass(frozen=True, slots=True)
class PersonCategory:
    """住民区分 with where it comes from: a line of a file, or the business that registered a 住登外者."""

    shown: CategoryShown
    registered_by: Use | None = None
    """登録元, where 住民区分 is X by the registry."""


def combined(resident: CategoryShown, registration: Registration | None, *, listed: bool = False) -> PersonCategory:
    """Return 住民区分 of a person; `listed`: the registry knows the number, closed or not."""
    if registration is not None and _brings(resident, registration):
        since = dates.iso(registration.since)
        return PersonCategory(
            CategoryShown(resident.addressee_number, known=True, category=NON_RESIDENT, since=since), registration.by
        )
    if listed and not resident.known:
        return PersonCategory(CategoryShown(resident.addressee_number, known=True))
    return PersonCategory(resident)


def _brings(resident: CategoryShown, registration: Registration) -> bool:
    if resident.category == REGISTERED:
        return False
    return resident.since is None or resident.since < dates.iso(registration.since)


def registration_now(standing: Standing | None) -> Registration | None:
    """Return the registration that stands; None: there is none, or it was closed."""
    if standing is None or standing.deleted:
        return None
    return Registration(standing.registered_at, standing.owner)


def registration_at(history: Iterable[HistoryEntry], at: str) -> Registration | None:
    """Return the registration that stood at a moment (YYYYMMDDhhmmss, JST), by entries whose 操作日時 is not later.

    Entries count in the order they were processed (1.1.2), whatever order they are given in.
    """
    known = sorted((entry for entry in history if _moment(entry) <= at), key=lambda entry: entry.record.revision)
    found: Registration | None = None
    for entry in known:
        if entry.deed in _BEGINS:
            found = Registration(moment_of(entry.record.registered), entry.record.owner)
        elif entry.record.deleted:
            found = None
    return found


def _moment(entry: HistoryEntry) -> str:
    record: AddresseeRecord = entry.record
    return moment_of(record.operation)
