"""The audit trail: who read or changed whose data, when, for which business and purpose."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Protocol

import msgspec


class Deed(StrEnum):
    """What was done with a person's data."""

    READ = "read"
    """Shown to an operator or returned to an API caller."""
    OFFERED = "offered"
    """Put where a recipient may fetch it."""
    CHANGED = "changed"
    """Changed otherwise than by a file (a file's changes name its receipt with the records themselves)."""


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """One access to the data of one or many people. It holds no personal data but their addressee numbers, apart."""

    access_id: str
    """The same for a repeat, so that what is tried twice is told once: a delivery's part, a request's id."""
    at: str
    """ISO 8601, JST."""
    actor: str
    """業務ID or local system's id; `operator:` and the principal's name for an operator."""
    business: str
    """業務ID for which it was done."""
    purpose: str
    """A purpose of the catalogue."""
    deed: Deed
    subject: str
    """What was touched: a receipt id, a delivery id, an interface, an API call."""
    withheld: bool = False
    """Whether addresses were kept back from what was seen."""


class AuditTrail(Protocol):
    """Append-only; chained, so that nothing can be taken out or changed without being found."""

    def record(self, access: Access, numbers: Collection[str]) -> None:
        """Record an access to these people durably. Recording the same `access_id` again changes nothing.

        Called before the data leaves: if it raises, the data must not.
        """
        ...
