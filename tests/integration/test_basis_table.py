"""Legal bases on moto: kept with their history, once, and never two as the same revision."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kyotsu.addressees.basis import BasisKind
from kyotsu.addressees.basis_table import BasisTable
from tests.fakes.addressees import FRESH
from tests.integration.cloud import MUNICIPALITY, Cloud
from tests.unit.addressees.test_basis import basis


@pytest.fixture
def bases(cloud: Cloud, quick_transactions: None) -> BasisTable:
    return BasisTable(cloud.dynamodb, "addressees", MUNICIPALITY)


def test_the_last_one_counts_and_all_are_kept(bases: BasisTable) -> None:
    first, second = basis(), basis(BasisKind.WITHDRAWN, 2)
    assert bases.current([FRESH]) == {}
    assert bases.record(first)
    assert bases.record(second)
    assert bases.current([FRESH, "800000000000017"]) == {FRESH: second}
    assert bases.history(FRESH) == [first, second]


def test_a_repeat_is_told_the_same_and_somebody_elses_comes_too_late(bases: BasisTable) -> None:
    assert bases.record(basis())
    assert bases.record(basis()), "the answer to the first may have been lost"
    assert not bases.record(replace(basis(), operator="taro"))
    assert not bases.record(basis(revision=3)), "one was not seen"
    assert bases.record(basis(revision=2))
    assert bases.record(basis()), "however late"
    assert bases.history(FRESH) == [basis(), basis(revision=2)]
