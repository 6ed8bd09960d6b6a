"""Who is protected without a recorded basis (seed 000, 1.1.4)."""

from __future__ import annotations

from kyotsu.addressees.basis import Basis, BasisKind, WithoutBasis, without_basis
from kyotsu.addressees.standing import standing_of
from kyotsu.residents.applier import Head
from tests.fakes.addressees import FRESH, record
from tests.fakes.entries import entry


def basis(kind: BasisKind = BasisKind.CONSENT, revision: int = 1) -> Basis:
    return Basis(
        number=FRESH,
        revision=revision,
        kind=kind,
        document="市民第12号",
        day="2026-05-01",
        operator="hanako",
        recorded_at="2026-05-01T10:00:00+09:00",
    )


def lacking(found: Basis | None = None, *, deleted: bool = False, effect: str | None = None) -> list[WithoutBasis]:
    heads = {FRESH: Head(FRESH, 1, (entry(effect=effect),))} if effect else {}
    standings = {FRESH: standing_of(record(deleted=deleted))}
    return list(without_basis([FRESH], heads, standings, {FRESH: found} if found else {}))


def test_a_protected_non_resident_without_a_basis_is_listed() -> None:
    assert lacking() == [WithoutBasis(FRESH, None)]
    assert lacking(effect="2") == [WithoutBasis(FRESH, None)], "moved out before being registered here"


def test_a_basis_takes_off_the_list_until_it_is_withdrawn() -> None:
    withdrawn = basis(BasisKind.WITHDRAWN, 2)
    assert lacking(basis()) == lacking(basis(BasisKind.PURPOSE_CHANGED)) == []
    assert lacking(withdrawn) == [WithoutBasis(FRESH, withdrawn)]


def test_residents_and_closed_records_need_none() -> None:
    assert lacking(effect="1") == lacking(deleted=True) == []
    assert list(without_basis([FRESH], {}, {}, {})) == [], "nobody the registry knows"
