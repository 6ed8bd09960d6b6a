"""A clerk's correction of what was filed (JSON): what it names takes the place of what was filed, all else stays.

Its schema is published (docs/schemas/moving-correction.schema.json, made from these classes). What was filed is never
changed: the corrected application is a paper of its own. People who are left out of `people` don't move.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec
from msgspec import UNSET, UnsetType

from kyotsu.contracts import outcomes
from kyotsu.japanese import dates
from kyotsu.moving.application import (
    LARGEST,
    BirthDate,
    Code,
    DocumentRefusedError,
    FiledAddress,
    FiledFiler,
    Name,
    Problem,
    Revision,
    Short,
    misfit,
    problem,
)
from kyotsu.moving.documents import Application, MovingPerson

_YEARS = range(2000, 2200)
_SAME = ("application_number", "kind", "revision", "submitted_at", "from_municipality", "visit_on")
"""Items that may stand in a correction as they were filed, and can't be corrected."""
_REFERENCE = "individual_number_reference"


class CorrectedPerson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """訂正する異動者."""

    position: int
    name: Name | UnsetType = UNSET
    name_kana: Name | UnsetType = UNSET
    roman_name: Name | UnsetType = UNSET
    common_name: Name | UnsetType = UNSET
    birth_date: BirthDate | UnsetType = UNSET
    birth_date_note: Name | UnsetType = UNSET
    sex: str | UnsetType = UNSET
    relationship: Short | UnsetType = UNSET
    individual_number_reference: str | UnsetType = UNSET
    """As filed, if it is there at all."""


class Correction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """訂正. `revision` is that of the application that was looked at: one that came since is not corrected unseen."""

    revision: Revision
    application_number: str | UnsetType = UNSET
    kind: str | UnsetType = UNSET
    submitted_at: str | UnsetType = UNSET
    from_municipality: str | UnsetType = UNSET
    visit_on: str | UnsetType = UNSET
    to_municipality: Code | UnsetType = UNSET
    planned_on: date | UnsetType = UNSET
    previous_address: FiledAddress | UnsetType = UNSET
    new_address: FiledAddress | UnsetType = UNSET
    previous_head_of_household: Name | UnsetType = UNSET
    head_of_household: Name | UnsetType = UNSET
    filer: FiledFiler | UnsetType = UNSET
    people: list[CorrectedPerson] | UnsetType = UNSET


def corrected(filed: Application, body: bytes) -> Application:
    """Return the confirmed application that a correction makes of what was filed; raises DocumentRefusedError."""
    correction = _read(body)
    found = [*_unlike(filed, correction), *_wrong(filed, correction)]
    if found:
        raise DocumentRefusedError(found, filed.application_number)
    # What is not set is absent from these.
    changes = msgspec.to_builtins(correction)
    people = {person.position: person for person in filed.people}
    if "people" in changes:
        changes["people"] = [
            {**msgspec.to_builtins(people[each["position"]]), **each}
            for each in sorted(changes["people"], key=lambda each: int(each["position"]))
        ]
    return msgspec.convert({**msgspec.to_builtins(filed), **changes}, Application)


def _read(body: bytes) -> Correction:
    if len(body) > LARGEST:
        raise DocumentRefusedError([problem(outcomes.APPLICATION_TOO_LARGE, limit=LARGEST // 1024)])
    try:
        return msgspec.json.decode(body, type=Correction)
    except msgspec.ValidationError as error:
        raise DocumentRefusedError([misfit(str(error))]) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise DocumentRefusedError([problem(outcomes.APPLICATION_UNREADABLE)]) from None


def _unlike(filed: Application, correction: Correction) -> Iterator[Problem]:
    """Yield what differs from what was filed and must not."""
    for item in _SAME:
        value = getattr(correction, item)
        if value is not UNSET and value != getattr(filed, item):
            yield problem(outcomes.CORRECTION_UNLIKE, place=item)


def _wrong(filed: Application, correction: Correction) -> Iterator[Problem]:
    if correction.to_municipality == filed.from_municipality:
        yield problem(outcomes.APPLICATION_SAME_PLACE)
    if isinstance(correction.planned_on, date) and correction.planned_on.year not in _YEARS:
        yield problem(outcomes.APPLICATION_DATE_WRONG, place="planned_on")
    if correction.people is UNSET:
        return
    filed_people = {person.position: person for person in filed.people}
    positions = [person.position for person in correction.people]
    if not positions:
        yield problem(outcomes.APPLICATION_NOBODY)
    if len(set(positions)) < len(positions) or not set(positions) <= filed_people.keys():
        yield problem(outcomes.CORRECTION_UNLIKE, place="people[].position")
        return
    for index, person in enumerate(correction.people):
        yield from _wrong_person(f"people[{index}]", filed_people[person.position], person)


def _wrong_person(place: str, filed: MovingPerson, person: CorrectedPerson) -> Iterator[Problem]:
    if person.individual_number_reference not in (UNSET, filed.individual_number_reference):
        yield problem(outcomes.CORRECTION_UNLIKE, place=f"{place}.{_REFERENCE}")
    if person.sex not in (UNSET, "0", "1", "2"):
        yield problem(outcomes.APPLICATION_ITEM_WRONG, place=f"{place}.sex")
    born = person.birth_date
    if isinstance(born, str) and born and not (dates.is_date(born) or dates.is_indefinite_date(born)):
        yield problem(outcomes.APPLICATION_DATE_WRONG, place=f"{place}.birth_date")
