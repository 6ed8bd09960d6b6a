"""From numbers that the index found to people as the registry and the residents have them now, for one reader.

The index follows by seconds, and holds what was once true: it says who may be meant, and nothing of what is shown or
scored. A record that is closed to the reader, or to everybody, is not there; versions that were closed to the reader
count for nothing, neither now nor as earlier data.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from kyotsu.addressees.candidates import registered
from kyotsu.addressees.candidates.people import Person
from kyotsu.addressees.category import combined, registration_now
from kyotsu.addressees.indexed_people import lived_items
from kyotsu.addressees.records import AddresseeRecord, HistoryEntry, Use
from kyotsu.addressees.search.people import Details, Items, Looked, PeopleStore, Wanted
from kyotsu.addressees.showing import without_link
from kyotsu.addressees.standing import standing_of
from kyotsu.residents import fold
from kyotsu.residents.applier import Head
from kyotsu.residents.effects import REGISTERED
from kyotsu.residents.reading import shown_category
from kyotsu.residents.versions import Entry

MOST_EARLIER = 10
"""Earlier versions that are read of one person; the index holds no more."""


class History(NamedTuple):
    """What somebody's earlier data are read for."""

    for_names: bool
    for_addresses: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPerson:
    """Somebody as a reader may see them, before anybody was asked about protection."""

    number: str
    record: AddresseeRecord | None = field(repr=False)
    """The registry's, if that is what is shown, without a link that the reader may not know of."""
    history_number: int | None
    """個人履歴番号 of the residents' version, if that is what is shown."""
    items: Items = field(repr=False)
    """The current data of whichever it is."""
    earlier: tuple[Items, ...] = field(repr=False)
    """The newest first."""
    category: str | None
    """住民区分; None unless residents were asked for, or if there is none."""
    history: History


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What is shown of a number, and what has to be read for that."""

    record: AddresseeRecord | None
    head: Head | None
    entry: Entry | None
    category: str | None
    residents_first: bool

    @property
    def is_somebody(self) -> bool:
        return self.record is not None or self.entry is not None


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads people for one reader."""

    store: PeopleStore
    use: Use
    residents: bool

    def people(self, histories: Mapping[str, History]) -> dict[str, FoundPerson]:
        """Return the people of numbers, each with earlier data if these are wanted; who may not be seen is missing."""
        looked = self.store.look(histories.keys(), residents=self.residents)
        chosen = {number: one for number in histories if (one := self._choose(looked[number])).is_somebody}
        details = self.store.details(self._wanted(chosen, histories))
        people = (self._person(number, one, histories[number], details) for number, one in chosen.items())
        return {person.number: person for person in people if person is not None}

    def _choose(self, looked: Looked) -> _Chosen:
        record, head = looked.record, looked.head
        if record is not None and (record.deleted or not record.readable_by(self.use)):
            record = None
        entry = None if head is None else fold.current(head.entries)
        category = None
        if head is not None or self.residents:
            shown = shown_category(head or Head("", 0, ()))
            registration = registration_now(None if record is None else standing_of(record))
            category = combined(shown, registration).shown.category
        first = entry is not None and (record is None or category == REGISTERED)
        return _Chosen(record, head, entry, category, first)

    def _wanted(self, chosen: Mapping[str, _Chosen], histories: Mapping[str, History]) -> Wanted:
        revisions, versions, principals = dict[str, Sequence[int]](), dict[str, Sequence[Entry]](), set[str]()
        for number, one in chosen.items():
            with_history = any(histories[number])
            if one.record is not None and with_history and one.record.revision > 1:
                before = range(one.record.revision - 1, 0, -1)
                revisions[number] = before[:MOST_EARLIER]
            if one.entry is not None and (one.residents_first or with_history):
                versions[number] = [one.entry, *(_earlier(one.head, one.entry) if with_history else ())]
            if one.record is not None and one.record.principal is not None and not one.residents_first:
                principals.add(one.record.principal)
        return Wanted(revisions, versions, sorted(principals))

    def _person(self, number: str, one: _Chosen, history: History, details: Details) -> FoundPerson | None:
        stored = [
            items
            for entry in ([one.entry, *_earlier(one.head, one.entry)] if one.entry else ())
            if (number, entry) in details.versions
            for items in lived_items(details.versions[number, entry])
        ]
        listed = [] if one.record is None else [one.record.person, *self._readable(details.histories.get(number, ()))]
        if one.residents_first and (one.entry is None or (number, one.entry) not in details.versions):
            return None  # The file that brought it was taken back meanwhile.
        (items, *earlier), others = (stored, listed) if one.residents_first else (listed, stored)
        return FoundPerson(
            number=number,
            record=None if one.residents_first or one.record is None else self._without_hidden(one.record, details),
            history_number=one.entry.history if one.residents_first and one.entry else None,
            items=items,
            earlier=tuple([*earlier, *others] if any(history) else ()),
            category=one.category if self.residents else None,
            history=history,
        )

    def _readable(self, entries: Collection[HistoryEntry]) -> Iterator[Items]:
        for entry in entries:
            if entry.record.readable_by(self.use) and not entry.record.deleted:
                yield entry.record.person

    def _without_hidden(self, record: AddresseeRecord, details: Details) -> AddresseeRecord:
        principal = None if record.principal is None else details.principals.get(record.principal)
        hidden = principal is not None and not principal.readable_by(self.use)
        return without_link(record, [principal.number] if hidden and principal is not None else [])


def _earlier(head: Head | None, current: Entry) -> list[Entry]:
    """Return the versions before the current one that count, the newest first."""
    found = [] if head is None else [e for e in fold.winners(head.entries).values() if not e.deleted and e != current]
    return sorted(found, key=lambda entry: entry.key, reverse=True)[:MOST_EARLIER]


def person_of(found: FoundPerson, *, protected: bool) -> Person:
    """Return who is compared. Of a protected person no address counts, whatever it is, and nothing that was read for
    the sake of an address: so nothing that is shown depends on where the person lives or lived."""
    earlier = found.earlier if found.history.for_names or not protected else ()
    person = registered.person(found.number, found.items, earlier)
    return replace(person, addresses=()) if protected else person
