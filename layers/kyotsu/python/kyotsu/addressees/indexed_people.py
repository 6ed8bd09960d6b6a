"""Who stands in the index of candidates, and with which names and addresses. Pure.

A 住登外者 stands in it as long as the record is open; a resident always, also who moved away or died: whoever searches
decides by 住民区分 whom to show. A record that is linked to a principal (名寄せ) stands by itself: it may be found by
what it alone says, and who shows it names the principal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from kyotsu.addressees.candidates import forms
from kyotsu.addressees.candidates.forms import Form
from kyotsu.addressees.candidates.registered import Items, person
from kyotsu.addressees.candidates_table import Scope
from kyotsu.addressees.records import AddresseeRecord
from kyotsu.residents.effects import REGISTERED

_BEFORE = "tennyumaejusho"
_OF_BOTH = ("seinengappi", "seibetsu")


@dataclass(frozen=True, slots=True)
class KnownResident:
    """What the residents say of a number now."""

    category: str | None
    """住民区分."""
    versions: Sequence[Items] = field(repr=False)
    """Items by romaji name: the current record, then earlier ones, the newest first; none: nothing stands."""


class PeopleSource(Protocol):
    """Reads the registry and the residents. Every read sees every earlier write."""

    def record(self, number: str) -> Sequence[AddresseeRecord]:
        """Return a record as it stands, then as it stood before, the newest first; none: it never was registered."""
        ...

    def resident(self, number: str) -> KnownResident:
        """Return a resident."""
        ...


def forms_of(records: Sequence[AddresseeRecord], resident: KnownResident) -> Mapping[Scope, Form]:
    """Return the form somebody has in each scope; none: not in that scope.

    Where somebody is in both sources, everybody's scope knows what both say, 住登外者's what the registry says. What is
    closed to others (他業務参照不可) is left to the registry's own scope then: it must not tell of a resident.
    """
    registered = list(_registered(records)) if records and not records[0].deleted else []
    lived = [items for version in resident.versions for items in lived_items(version)]
    found: dict[Scope, Form] = {}
    if registered:
        found[Scope.NON_RESIDENTS] = _form(records[0].number, registered, [])
    if lived and registered and not records[0].closed_to_others:
        both = (lived, registered) if resident.category == REGISTERED else (registered, lived)
        found[Scope.EVERYBODY] = _form(records[0].number, *both)
    elif lived:
        found[Scope.EVERYBODY] = _form("", lived, [])
    elif registered:
        found[Scope.EVERYBODY] = found[Scope.NON_RESIDENTS]
    return found


def _registered(records: Sequence[AddresseeRecord]) -> Iterator[Items]:
    """Yield what a record says and said, as far as all who may read it now might read it then: who was found by what
    was closed to them would know it (docs/decisions/0137)."""
    now = records[0]
    for record in records:
        if not record.closed_to_others or (now.closed_to_others and record.owner == now.owner):
            yield record.person


def _form(number: str, own: Sequence[Items], other: Sequence[Items]) -> Form:
    current, *earlier = own
    if other:
        current = {**{name: other[0][name] for name in _OF_BOTH if other[0].get(name)}, **current}
        earlier = [other[0], *earlier, *other[1:]]
    return forms.of_person(person(number, current, earlier))


def lived_items(version: Items) -> Iterator[Items]:
    """Yield what a resident's version says, and where the person lived before. Where somebody moves to is left out:
    whoever hides hides that."""
    yield version
    if version.get(_BEFORE):
        yield {"jusho_banchigohyoki": version[_BEFORE]}
