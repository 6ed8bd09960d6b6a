"""The legal basis of keeping 支援措置 data of a 住登外者 (seed 000, 1.1.4): 利用目的の変更 or 本人同意.

An operator records it. Protection never waits for it: a row of 001o009 is applied whatever is recorded, as to show
somebody's address for want of a paper would be worse than a paper that comes late. Who has none is listed
(docs/decisions/0126).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from kyotsu.addressees.category import NON_RESIDENT, combined, registration_now
from kyotsu.addressees.standing import Standing
from kyotsu.residents.applier import Head
from kyotsu.residents.reading import shown_category


class BasisKind(StrEnum):
    """What the basis is."""

    PURPOSE_CHANGED = "purpose-changed"
    """利用目的の変更を行ったうえでの目的内利用."""
    CONSENT = "consent"
    """本人同意に基づく目的外利用."""
    WITHDRAWN = "withdrawn"
    """There is none any more: the consent was taken back, or the record was a mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What is recorded of one number, once."""

    number: str
    revision: int
    """1 for the first record of a number."""
    kind: BasisKind
    document: str
    """文書番号: where the paper is found. No personal data."""
    day: str
    """When it was decided or given, YYYY-MM-DD."""
    operator: str
    recorded_at: str
    """ISO 8601."""

    @property
    def stands(self) -> bool:
        """Whether data may be kept by it."""
        return self.kind is not BasisKind.WITHDRAWN


class BasisStore(Protocol):
    """Keeps bases with their history. Every read sees every earlier write."""

    def current(self, numbers: Collection[str]) -> Mapping[str, Basis]:
        """Return what was recorded last of these numbers; one without any is missing."""
        ...

    def record(self, basis: Basis) -> bool:
        """Record a basis; False: another one has its revision. Recording the same again is True."""
        ...

    def history(self, number: str) -> list[Basis]:
        """Return everything that was recorded of a number, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class WithoutBasis:
    """A protected 住登外者 for whom no basis is recorded, or whose basis was withdrawn."""

    number: str
    basis: Basis | None


def without_basis(
    protected: Iterable[str],
    residents: Mapping[str, Head],
    standings: Mapping[str, Standing],
    bases: Mapping[str, Basis],
) -> Iterator[WithoutBasis]:
    """Yield those of the protected whose 住民区分 is X and who have no basis."""
    for number in protected:
        head = residents.get(number) or Head(number, 0, ())
        category = combined(shown_category(head), registration_now(standings.get(number))).shown.category
        basis = bases.get(number)
        if category == NON_RESIDENT and (basis is None or not basis.stands):
            yield WithoutBasis(number, basis)
