"""`ProtectionDecision`, `SamePerson` and `AuditTrail` in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from kyotsu.contracts.audit import Access
from kyotsu.contracts.protection import Reader, SamePerson, Verdict
from kyotsu.japanese.addressee_numbers import forms_of


@dataclass
class MemoryLinks:
    """Who is linked to whom, and of whom that can't be told."""

    people: list[set[str]] = field(default_factory=list)
    """Numbers of one person."""
    unknown: set[str] = field(default_factory=set)

    def numbers_of(self, numbers: Collection[str]) -> Mapping[str, frozenset[str]]:
        found = {number: {number}.union(*(one for one in self.people if number in one)) for number in numbers}
        return {
            number: frozenset(form for own in person for form in forms_of(own))
            for number, person in found.items()
            if not person & self.unknown
        }


@dataclass
class MemoryProtection:
    """Who is protected, and on whom nothing can be decided."""

    protected: set[str] = field(default_factory=set)
    undecided: set[str] = field(default_factory=set)
    nobody: bool = False
    """Whether nothing can be decided on anybody."""
    links: SamePerson = field(default_factory=MemoryLinks)

    def decide(self, numbers: Collection[str], reader: Reader) -> Mapping[str, Verdict]:
        if self.nobody:
            return {}
        return {
            number: Verdict.WITHHELD if person & self.protected else Verdict.OPEN
            for number, person in self.links.numbers_of(numbers).items()
            if not person & self.undecided
        }


@dataclass
class MemoryAudit:
    """Accesses by id, with whom they were to."""

    recorded: dict[str, tuple[Access, tuple[str, ...]]] = field(default_factory=dict)

    def record(self, access: Access, numbers: Collection[str]) -> None:
        self.recorded.setdefault(access.access_id, (access, tuple(numbers)))

    def seen(self, recipient: str, *, withheld: bool | None = None) -> set[str]:
        """Return whose data a recipient was offered."""
        return {
            number
            for access, numbers in self.recorded.values()
            if access.actor == recipient and withheld in (None, access.withheld)
            for number in numbers
        }
