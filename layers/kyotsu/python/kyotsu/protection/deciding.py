"""The `ProtectionDecision` over what is stored: who may not see everything of whom."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from kyotsu.contracts.protection import Reader, Verdict
from kyotsu.japanese.text import is_digits
from kyotsu.protection.standing import is_protected, tells_nothing
from kyotsu.residents.applier import Head

_DIGITS = 15
"""Of a 宛名番号 that is written whole."""


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
    concluded from a household or an address.
    """

    source: ProtectionSource
    undos: UndoneFiles
    is_entitled: Callable[[Reader], bool]
    """Whether a reader gets addresses of protected people: its purpose includes them, and was granted to it."""
    _finished: dict[str, Undone] = field(default_factory=dict)
    """Undos that are known to have ended: that never changes."""

    def decide(self, numbers: Collection[str], reader: Reader) -> Mapping[str, Verdict]:
        """Return the verdict on each person; who can't be decided now is missing."""
        if self.is_entitled(reader):
            return dict.fromkeys(numbers, Verdict.OPEN)
        forms = {number: forms_of(number) for number in numbers}
        found = self._protected(list(dict.fromkeys(form for each in forms.values() for form in each)))
        return {
            number: Verdict.WITHHELD if protected else Verdict.OPEN
            for number, each in forms.items()
            if (protected := _any_of([found.get(form) for form in each])) is not None
        }

    def _protected(self, numbers: Collection[str]) -> dict[str, bool | None]:
        """Tell for each number, as it is stored, whether it is protected; None or nothing: can't be told now."""
        heads = dict(self.source.readable_heads(numbers))
        touched = [head for head in heads.values() if _taken_back(head) - self._finished.keys()]
        states = self._states(touched)
        if touched:
            # An undo that has ended by now may have applied rows again after the heads were read.
            again = [head.addressee_number for head in touched]
            heads = {number: head for number, head in heads.items() if number not in again}
            heads |= self.source.readable_heads(again)
        return {number: _protected(head, states | self._finished) for number, head in heads.items()}

    def _states(self, heads: Iterable[Head]) -> dict[str, Undone | None]:
        receipts = {receipt for head in heads for receipt in _taken_back(head)} - self._finished.keys()
        found = {receipt: self.undos.undone(receipt) for receipt in receipts}
        self._finished |= {receipt: state for receipt, state in found.items() if state in _ENDED and state}
        return found


def forms_of(number: str) -> tuple[str, ...]:
    """Return the forms in which a number may be stored: as given, with leading zeros, without.

    One system may send `123456785` and another `000000123456785`; whoever is protected under one is under all.
    """
    if not number or not is_digits(number):
        return (number,)
    return tuple(dict.fromkeys((number, number.zfill(_DIGITS), number.lstrip("0") or "0")))


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
