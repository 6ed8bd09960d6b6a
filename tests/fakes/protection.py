"""`ProtectionDecision` and `AuditTrail` in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from kyotsu.contracts.audit import Access
from kyotsu.contracts.protection import Reader, Verdict


@dataclass
class MemoryProtection:
    """Who is protected, and on whom nothing can be decided."""

    protected: set[str] = field(default_factory=set)
    undecided: set[str] = field(default_factory=set)
    nobody: bool = False
    """Whether nothing can be decided on anybody."""

    def decide(self, numbers: Collection[str], reader: Reader) -> Mapping[str, Verdict]:
        if self.nobody:
            return {}
        return {
            number: Verdict.WITHHELD if number in self.protected else Verdict.OPEN
            for number in numbers
            if number not in self.undecided
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
