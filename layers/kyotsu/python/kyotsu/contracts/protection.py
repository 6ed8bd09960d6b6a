"""The port that every output asks before it lets anything about a person out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

APPLIER = "protection"
"""The applier of 支援措置対象者情報, as the catalogue names it."""
OPERATOR = "operator"
"""Who uses the `kyotsu` command, as a `Reader.system`: no system of the catalogue has such a long id."""


class Verdict(StrEnum):
    """What a reader may see of a person."""

    OPEN = "open"
    """Everything the reader may have anyway."""
    WITHHELD = "withheld"
    """Everything but the items that tell where the person lives, lived or will live: these are absent, not masked."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, and what for: a system of the catalogue, or an operator, with a purpose of the catalogue."""

    system: str
    purpose: str


class ProtectionDecision(Protocol):
    """Decides by what is stored now. Every decision sees every earlier write."""

    def decide(self, numbers: Collection[str], reader: Reader) -> Mapping[str, Verdict]:
        """Return the verdict on each person, by addressee number.

        A person for whom it can't be had is missing from the answer: nothing about this person may go out yet.
        Nobody else is concerned. It raises nothing but programming errors.
        """
        ...


class SamePerson(Protocol):
    """Which numbers are one person's: those that are linked (名寄せ). Every read sees every earlier write."""

    def numbers_of(self, numbers: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Return, of each number, all of its person's in every form in which they may be stored, and the number itself.

        Leading zeros make no other person. Whom a record was linked to when it was closed counts still, both ways.
        A number is missing if its person's others can't be told now. It raises nothing but programming errors.
        """
        ...
