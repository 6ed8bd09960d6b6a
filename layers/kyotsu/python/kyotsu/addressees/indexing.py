"""Keeping the index of candidates in step: what stands of a person is replaced by what should, from what is stored now.

An occasion (an event, a sweep) says which number to look at and nothing else, so that neither order nor repeats matter.
A person's standing says exactly which postings stand: it is written in the transaction that puts or deletes them, on
condition that nobody wrote it since it was read, and it is read before the person; whoever wrote looks once more. So no
worker, however late, brings back what another replaced; no posting is ever left behind; and until the new postings
stand, the old ones do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from kyotsu.addressees.candidates import forms, keys
from kyotsu.addressees.candidates.forms import Form
from kyotsu.addressees.candidates_table import CandidateKeys, Scope
from kyotsu.addressees.indexed_people import PeopleSource, forms_of

MOST_AT_ONCE = 98
"""Postings of one transaction: DynamoDB allows 100 actions; one is the standing's, one notes the person."""
_ATTEMPTS = 20
NOTHING, UNDER_WAY = b"", b"-"


class IndexContendedError(Exception):
    """Others kept changing the same person's postings; trying again later is safe."""


class Place(NamedTuple):
    """Where a posting of a person stands."""

    scope: Scope
    digest: bytes
    """`CandidateKeys.digest` of the blocking key."""
    birth: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Which postings of a person stand."""

    number: str
    revision: int = 0
    """Counts every write; 0: there is no item."""
    places: frozenset[Place] = frozenset()
    state: bytes = NOTHING
    """Keyed fingerprint of all that stands; `NOTHING` if nothing does, `UNDER_WAY` between two transactions."""
    form: bytes = field(default=b"", repr=False)
    """The packed form of everybody's scope, by which names are counted."""


class Write(NamedTuple):
    """One transaction: postings to put and to delete, and the standing that it leads to."""

    put: Mapping[Place, bytes]
    delete: Collection[Place]
    after: Standing


class IndexStore(Protocol):
    """The index as its keeper sees it. Every read sees every earlier write."""

    def standing(self, number: str) -> Standing:
        """Return what stands of a person; revision 0 if nobody ever wrote anything."""
        ...

    def write(self, write: Write) -> bool:
        """Write all of it or nothing. False: the standing isn't the one before (`after.revision` - 1) any more."""
        ...

    def postings(self, standing: Standing) -> Mapping[Place, bytes]:
        """Return the packed forms that do stand at a person's places."""
        ...


@dataclass(frozen=True, slots=True)
class Indexing:
    """Keeps the index."""

    store: IndexStore
    people: PeopleSource
    keys: CandidateKeys

    def follow(self, number: str, *, whole: bool = False) -> bool:
        """Make stand of a person what should; tell whether anything had to be written.

        `whole`: whatever the standing says, all postings are written. Raises IndexContendedError.
        """
        written = False
        for _ in range(_ATTEMPTS):
            before = self.store.standing(number)
            wanted, after = self._wanted(before)
            if before.state == after.state and not (whole and before.revision):
                return written
            if all(self.store.write(write) for write in _writes(before, wanted, after)):
                # Then it looks again. Somebody who changed and changed back meanwhile was found unchanged by whoever
                # followed that, and a stale write would stand.
                written, whole = True, False
        raise IndexContendedError

    def agrees(self, number: str) -> bool:
        """Tell whether what stands of a person is what should, each posting compared."""
        before = self.store.standing(number)
        wanted, after = self._wanted(before)
        return before.state == after.state and self.store.postings(before) == wanted

    def _wanted(self, before: Standing) -> tuple[Mapping[Place, bytes], Standing]:
        """Return the postings a person should have, and the standing that says so."""
        found = forms_of(self.people.record(before.number), self.people.resident(before.number))
        packed = {scope: forms.pack(form) for scope, form in found.items()}
        wanted = {place: packed[place.scope] for scope, form in found.items() for place in self._places(scope, form)}
        state = self.keys.state(map(repr, sorted(wanted.items()))) if wanted else NOTHING
        return wanted, replace(before, places=frozenset(wanted), state=state, form=packed.get(Scope.EVERYBODY, b""))

    def _places(self, scope: Scope, form: Form) -> Iterator[Place]:
        return (Place(scope, self.keys.digest(key), form.birth) for key in keys.of_person(form))


def _writes(before: Standing, wanted: Mapping[Place, bytes], after: Standing) -> Iterator[Write]:
    """Yield the transactions from one standing to the next: hardly ever more than one."""
    gone = sorted(before.places - wanted.keys())
    new: list[tuple[Place, bytes | None]] = list(wanted.items())
    actions = [*new, *((place, None) for place in gone)]
    stands = set(before.places)
    for done, start in enumerate(range(0, max(len(actions), 1), MOST_AT_ONCE), 1):
        part = actions[start : start + MOST_AT_ONCE]
        put = {place: form for place, form in part if form is not None}
        delete = [place for place, form in part if form is None]
        stands = (stands | put.keys()) - set(delete)
        state = after.state if start + MOST_AT_ONCE >= len(actions) else UNDER_WAY
        step = replace(after, revision=before.revision + done, places=frozenset(stands), state=state)
        yield Write(put, delete, step)
