"""What a caller is shown of an integrated person.

A system sees its own rows alone: which other businesses use a person is nobody else's business. 基本4情報 are those of
the flagged row. Who has no row of the person sees nobody, unless it may handle 個人番号: such a business looks a person
up before it has one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kyotsu.addressees.records import Use
from kyotsu.contracts.protection import ProtectionDecision, Reader, Verdict
from kyotsu.integrated.records import ADDRESS, IntegratedPerson, RowKey
from kyotsu.integrated.requests import LookUp
from kyotsu.integrated.store import IntegratedStore, Wanted
from kyotsu.integrated.telling import Teller


class UndecidedError(Exception):
    """Whether this person is protected can't be told now, so nothing about the person may be shown. Ask again."""


class StillChangingError(Exception):
    """The person changed each time that it was read. Ask again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A person as the caller may see it."""

    integrated: str
    rows: tuple[RowKey, ...]
    """The caller's own."""
    flagged: RowKey
    numbers: tuple[str, ...]
    """宛名番号 whose data was read: the flagged row's and the caller's own."""
    items: Mapping[str, str] = field(repr=False)
    """基本4情報, by romaji name."""
    status: str | None
    individual_number: str | None = field(default=None, repr=False)
    withheld: bool = False
    """Whether the address was left out because the person is protected."""


@dataclass(frozen=True, slots=True)
class Showing:
    """Shows integrated people."""

    store: IntegratedStore
    protection: ProtectionDecision
    teller: Teller
    purpose: str

    def shown(self, asked: LookUp, system: str, use: Use, *, allowed: bool) -> Shown | None:
        """Return whom a number finds, or None; `allowed`: whether the caller may handle 個人番号.

        Raises UndecidedError and StillChangingError.
        """
        for _ in range(5):
            person = self._found(asked)
            flagged = person.flagged if person else None
            if person is None or flagged is None:
                return None
            own = tuple(row.key for row in person.living if (row.business, row.local_system) == use)
            if not own and not allowed:
                return None
            told = self.store.information(person, flagged.key)
            if told is None:
                continue  # the row was ended meanwhile: another one is flagged now
            # Decided after it was read: a measure or a link in between, and the new address after it, are seen.
            withheld = self._is_withheld(person, Reader(system, self.purpose))
            number = None
            if allowed and asked.wants_individual_number and person.sealed:
                number = self.store.individual_number(person.number, person.sealed)
            hidden = ADDRESS if withheld else ()
            return Shown(
                integrated=person.number,
                rows=own,
                flagged=flagged.key,
                numbers=tuple(sorted({flagged.number, *(row.number for row in own)})),
                items={name: value for name, value in told.person.items() if name not in hidden},
                status=flagged.status,
                individual_number=number,
                withheld=withheld,
            )
        raise StillChangingError

    def _found(self, asked: LookUp) -> IntegratedPerson | None:
        if asked.by == "dantainaitogoatenabango":
            return self.store.person(asked.value)
        if asked.by == "atenabango":
            return self.store.look([Wanted(number=asked.value)])[0].by_number
        return self.store.look([Wanted(fingerprint=self.teller.of_individual(asked.value))])[0].by_individual

    def _is_withheld(self, person: IntegratedPerson, reader: Reader) -> bool:
        """Tell whether the address is kept back: one protected 宛名番号 protects all that stand for the person."""
        numbers = sorted({row.number for row in person.living})
        verdicts = self.protection.decide(numbers, reader)
        if len(verdicts) < len(numbers):
            raise UndecidedError
        return Verdict.WITHHELD in verdicts.values()
