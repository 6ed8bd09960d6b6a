"""Who is a 住登者: a walk over everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from kyotsu.contracts.ports import RegisteredPage
from kyotsu.residents.applier import Head
from kyotsu.residents.effects import REGISTERED
from kyotsu.residents.reading import shown_category


class EverybodySource(Protocol):
    """Reads everybody, in an order of its own that stays the same."""

    def page(self, after: tuple[str, str] | None) -> tuple[list[Head], tuple[str, str] | None]:
        """Return some heads, and after what to go on (None: there are no more)."""
        ...


@dataclass(frozen=True, slots=True)
class RegisteredResidents:
    """`kyotsu.contracts.ports.RegisteredPeople` over the heads."""

    source: EverybodySource

    def page(self, at: str, after: tuple[str, str] | None) -> RegisteredPage:
        """Return the next addressee numbers of those who are 住登者 now, and were at a moment (YYYYMMDDhhmmss, JST)."""
        heads, following = self.source.page(after)
        return RegisteredPage([head.addressee_number for head in heads if _is_registered(head, at)], following)


def _is_registered(head: Head, at: str) -> bool:
    return all(shown_category(head, moment).category == REGISTERED for moment in (None, at))
