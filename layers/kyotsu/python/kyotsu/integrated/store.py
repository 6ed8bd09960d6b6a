"""Ports of integrated addressees: what the use cases ask of storage. `kyotsu.integrated.table` is on DynamoDB."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Protocol

from kyotsu.addressees.store import Done
from kyotsu.integrated.changes import Change, Known
from kyotsu.integrated.records import (
    Category,
    Conflict,
    HistoryEntry,
    Information,
    IntegratedPerson,
    RowKey,
    SealedNumber,
)


class Wanted(NamedTuple):
    """Whom a look is for."""

    number: str | None = None
    """宛名番号."""
    fingerprint: bytes | None = None
    """Keyed hash of a 個人番号."""
    once: str | None = None
    """Names what must happen once (`Done.key`)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at the people that a 宛名番号 and a 個人番号 find."""

    by_number: IntegratedPerson | None = None
    by_individual: IntegratedPerson | None = None
    done: Done | None = field(default=None)
    formerly: str = ""
    """As `Known.formerly`."""

    def known(self, resident: Category | None = None, residents: Mapping[str, Category] | None = None) -> Known:
        """Return what an update is decided by; `resident`: what the residents say of its 宛名番号."""
        people = {"by_number": self.by_number, "by_individual": self.by_individual}
        return Known(**people, formerly=self.formerly, resident=resident, residents=residents or {})


class Write(NamedTuple):
    """A change, and that it happened, to be written together or not at all."""

    change: Change | None
    done: Done | None = None
    at: str = ""
    """When it was processed, ISO 8601, JST: for the history."""


class Taken(StrEnum):
    """Why a number is never issued."""

    PERSON = "person"
    """A person has it, or had."""
    RESERVED = "reserved"
    """It is one of a former system."""


class IntegratedStore(Protocol):
    """Integrated people. Every read sees every earlier write."""

    def look(self, wanted: Sequence[Wanted]) -> list[Seen]:
        """Return what is known of each, in order."""
        ...

    def write(self, writes: Sequence[Write]) -> list[bool]:
        """Write each by itself, several at a time; return which were written.

        False: something it was decided on is no longer so. Look again then. A new person's number may have been
        taken meanwhile, or reserved by a migration: decide with another one.
        """
        ...

    def person(self, number: str) -> IntegratedPerson | None:
        """Return who is under a 団体内統合宛名番号, also who was deleted."""
        ...

    def information(self, person: IntegratedPerson, row: RowKey) -> Information | None:
        """Return what a row tells; None: it was ended meanwhile, or never was."""
        ...

    def individual_number(self, number: str, sealed: SealedNumber) -> str:
        """Return a person's 個人番号 in the clear, for a reader with a right to it; raises SealBrokenError."""
        ...

    def history(self, number: str) -> Sequence[HistoryEntry]:
        """Return what was done to a person, oldest first."""
        ...

    def note(self, conflicts: Iterable[Conflict]) -> None:
        """Keep conflicts for a clerk; keeping one again, or an earlier one later, changes nothing.

        One that was settled is open again if a later 操作日時 tells it.
        """
        ...

    def conflicts(self) -> Iterator[Conflict]:
        """Yield the conflicts that were kept and not settled."""
        ...

    def taken(self, numbers: Collection[str]) -> Mapping[str, Taken]:
        """Return those of these numbers that a person has or had, or a migration reserved."""
        ...

    def reserve(self, numbers: Collection[str]) -> list[str]:
        """Reserve migrated numbers, so that none of them is ever issued; return those that are taken already.

        Reserving one again changes nothing. A number need not follow the check-digit rule.
        """
        ...


class ResidentCategories(Protocol):
    """What the residents say of 宛名番号, now."""

    def of(self, numbers: Collection[str]) -> Mapping[str, Category]:
        """Return 住民区分 of those who are, or were, residents."""
        ...
