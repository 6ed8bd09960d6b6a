"""The `ProtectionDecision` over what is stored: who may not see everything of whom."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from kyotsu.contracts.protection import Reader, SamePerson, Verdict
from kyotsu.protection.standing import is_protected, tells_nothing
from kyotsu.residents.applier import Head


class Undone(Enum):
    """How far the undo of a file is."""

    UNDER_WAY = "under way"
    """Rows that other files had repeated may not be theirs yet."""
    INCOMPLETE = "incomplete"
    """Finished, but a file that may have repeated its rows was deleted and could not be applied again."""
    COMPLETE = "complete"


_ENDED = frozenset({Undone.INCOMPLETE, Undone.COMPLETE})


class ProtectionSource(Protocol):
    """Reads the append-only set of 支援措置. Every read sees every earlier write."""

    def readable_heads(self, numbers: Collection[str]) -> Mapping[str, Head]:
        """Return the heads of these people, of revision 0 for people not known; those that can't be read now are
        missing. Raises nothing but programming errors."""
        ...


class UndoneFiles(Protocol):
    """Tells how far undos are."""

    def undone(self, receipt_id: str) -> Undone | None:
        """Return how far the undo of a file is, or None if that can't be told now."""
        ...


@dataclass(slots=True)
class StoredProtection:
    """A `ProtectionDecision` by the stored versions of 支援措置対象者情報.

    Only the people whom a row names are protected: 併せて支援を求める者 have rows of their own, and nothing is
    concluded from a household or an address. Numbers of one person are as protected as the most protected of them.
    """

    source: ProtectionSource
    undos: UndoneFiles
    people: SamePerson
    is_entitled: Callable[[Reader], bool]
    """Whether a reader gets addresses of protected people: its purpose includes them, and was granted to it."""
    _finished: dict[str, Undone] = field(default_factory=dict)
    """Undos that are known to have ended: that never changes."""

    def decide(self, numbers: Collection[str], reader: Reader) -> Mapping[str, Verdict]:
        """Return the verdict on each person; who can't be decided now is missing."""
        if self.is_entitled(reader):
            return dict.fromkeys(numbers, Verdict.OPEN)
        people = self.people.numbers_of(numbers)
        heads, states = self._read(list(dict.fromkeys(own for each in people.values() for own in each)))
        found = {number: _protected(head, states) for number, head in heads.items()}
        verdicts = {
            number: Verdict.WITHHELD if protected else Verdict.OPEN
            for number, each in people.items()
            if (protected := _any_of([found.get(own) for own in each])) is not None
        }
        had_one = {number for number, head in heads.items() if head.revision}
        doubtful = [
            n for n, verdict in verdicts.items() if verdict is Verdict.OPEN and not had_one.isdisjoint(people[n])
        ]
        changed = self._linked_since({number: people[number] for number in doubtful})
        return {number: verdict for number, verdict in verdicts.items() if number not in changed}

    def _linked_since(self, people: Mapping[str, frozenset[str]]) -> set[str]:
        """Return those whose links are others by now, or can't be told.

        Between links and heads, a person may have been linked to a protected number and then have lost the own
        measure: never open, and yet none was read. So whoever ever had a measure is asked for twice.
        """
        again = self.people.numbers_of(people) if people else {}
        return {number for number, own in people.items() if again.get(number) != own}

    def _read(self, numbers: Collection[str]) -> tuple[Mapping[str, Head], Mapping[str, Undone | None]]:
        """Return what is stored of numbers, and how far the undos of their files are; who can't be read is missing."""
        heads = dict(self.source.readable_heads(numbers))
        touched = [head for head in heads.values() if _taken_back(head) - self._finished.keys()]
        states = self._states(touched)
        if touched:
            # An undo that has ended by now may have applied rows again after the heads were read.
            again = [head.addressee_number for head in touched]
            heads = {number: head for number, head in heads.items() if number not in again}
            heads |= self.source.readable_heads(again)
        return heads, states | self._finished

    def _states(self, heads: Iterable[Head]) -> dict[str, Undone | None]:
        receipts = {receipt for head in heads for receipt in _taken_back(head)} - self._finished.keys()
        found = {receipt: self.undos.undone(receipt) for receipt in receipts}
        self._finished |= {receipt: state for receipt, state in found.items() if state in _ENDED and state}
        return found


def _any_of(protected: Collection[bool | None]) -> bool | None:
    """Return whether one is protected, or None if that can't be told now."""
    return True if True in protected else None if None in protected else False


def _taken_back(head: Head) -> set[str]:
    """Return the receipts of files that had brought versions of a person and were taken back."""
    return {taken.receipt_id for taken in head.retractions if taken.versions}


def _protected(head: Head, states: Mapping[str, Undone | None]) -> bool | None:
    """Tell whether a person is protected, or None if that can't be told now."""
    if is_protected(head.entries):
        return True
    # In between, a person may be without rows that another file has brought as well.
    found = {states.get(receipt, Undone.UNDER_WAY) for receipt in _taken_back(head)}
    if None in found:
        return None
    return Undone.UNDER_WAY in found or (Undone.INCOMPLETE in found and tells_nothing(head.entries))
