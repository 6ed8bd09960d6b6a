"""`kyotsu.addressees.preceding.Preceding` by the notes of searches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kyotsu.addressees.candidates import forms, keys
from kyotsu.addressees.candidates.registered import person
from kyotsu.addressees.preceding import Asked, Pick, Picked
from kyotsu.addressees.responses import ISSUE
from kyotsu.addressees.search.notes import Note, Notes, is_about
from kyotsu.contracts import outcomes
from kyotsu.contracts.audit import Access, AuditTrail, Deed
from kyotsu.contracts.outcomes import Outcome
from kyotsu.contracts.sealing import Fingerprints
from kyotsu.japanese import dates


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecedingSearches:
    """Looks at the notes of searches."""

    notes: Notes
    fingerprints: Fingerprints
    audit: AuditTrail
    count: Callable[[Pick, str], None]
    """Counts a pick of a system, without personal data."""
    purpose: str = "linkage"

    def look(self, search: str, asked: Asked) -> Pick | Outcome:
        """Return what an issue makes of a search, or why it can't be that search.

        One that never was, that has expired or is another system's is told alike. A search is about somebody if it
        would have looked where this person stands: whoever searched for another person has not searched for this one.
        """
        note = self.notes.find(search)
        if note is None or note.system != asked.system or note.until <= asked.at:
            return outcomes.SEARCH_UNKNOWN
        rank = 0 if asked.new else _rank(note, asked.number)
        if not rank and asked.chosen:
            return outcomes.NOT_AMONG_FOUND
        if not rank and not is_about(note, self._keys(asked), self.fingerprints):
            return outcomes.SEARCH_OF_ANOTHER
        return Pick(
            search=search,
            picked=_picked(rank, len(note.people), new=asked.new),
            rank=rank,
            listed=len(note.people),
            points=note.people[max(rank, 1) - 1][1] if note.people else 0,
            seconds=int((asked.at - note.at).total_seconds()),
        )

    def record(self, pick: Pick, asked: Asked) -> None:
        """Note whom is picked of a list; somebody new is nobody of it."""
        if not pick.rank or asked.number is None:
            return
        access = Access(
            access_id=asked.request_id,
            at=dates.iso(dates.compact(asked.at)),
            actor=asked.system,
            business=asked.system,
            purpose=self.purpose,
            deed=Deed.CHANGED,
            subject=f"{ISSUE.path} {pick.search} {pick.rank}/{pick.listed}",
        )
        self.audit.record(access, [asked.number])

    def tell(self, pick: Pick, asked: Asked) -> None:
        """Count what was picked."""
        self.count(pick, asked.system)

    def _keys(self, asked: Asked) -> tuple[str, ...]:
        return keys.of_person(forms.of_person(person(asked.number or "", asked.person)))


def _rank(note: Note, number: str | None) -> int:
    numbers = [one for one, _ in note.people]
    return numbers.index(number) + 1 if number in numbers else 0


def _picked(rank: int, listed: int, *, new: bool) -> Picked:
    if new:
        return Picked.NEW if listed else Picked.NOBODY
    if not rank:
        return Picked.UNLISTED
    if rank > 1:
        return Picked.LATER
    return Picked.FIRST if listed > 1 else Picked.ONLY
