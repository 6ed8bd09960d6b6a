"""Both numbers in one call (1.1.3)."""

from __future__ import annotations

from datetime import datetime

import pytest

from kyotsu.integrated.beside import IntegratedContendedError, IssuedBeside
from kyotsu.integrated.issuing import Issuing
from tests.fakes import addressees
from tests.fakes.integrated import ONE, RECEIVED, TELLER, TWO, FreshNumbers, MemoryCategories, MemoryIntegrated


class Clock:
    def now(self) -> datetime:
        return RECEIVED


def beside(store: MemoryIntegrated) -> IssuedBeside:
    issuing = Issuing(store, FreshNumbers(), MemoryCategories(), TELLER)
    return IssuedBeside(issuing, Clock())


def test_a_request_with_an_individual_number_has_an_integrated_number_once() -> None:
    store = MemoryIntegrated()
    request = addressees.request(kojinbango=ONE)
    for _ in range(2):
        beside(store).ensure("800000000000009", request)
    (person,) = store.people.values()
    assert [(row.number, row.business) for row in person.rows] == [("800000000000009", "010")]
    assert store.rows[person.number, person.rows[0].key].person == request.person


def test_a_local_system_has_a_row_under_its_own_id() -> None:
    store = MemoryIntegrated()
    beside(store).ensure("1", addressees.request(addressees.LOCAL, kojinbango=ONE))
    (person,) = store.people.values()
    assert person.rows[0].key == ("1", "000", "A01")


def test_who_sends_no_individual_number_gets_none() -> None:
    store = MemoryIntegrated()
    beside(store).ensure("1", addressees.request())
    assert not store.people


def test_a_conflict_is_kept_for_a_clerk() -> None:
    store = MemoryIntegrated()
    beside(store).ensure("1", addressees.request(kojinbango=ONE))
    beside(store).ensure("1", addressees.request(kojinbango=TWO))
    assert len(store.noted) == 1


def test_who_always_loses_is_told_so() -> None:
    store = MemoryIntegrated()
    store.write = lambda writes: [False for _ in writes]  # type: ignore[method-assign]
    with pytest.raises(IntegratedContendedError):
        beside(store).ensure("1", addressees.request(kojinbango=ONE))
