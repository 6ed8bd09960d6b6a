"""Which conflicts are still a clerk's business."""

from __future__ import annotations

from kyotsu.integrated.conflicts import id_of, still_open
from kyotsu.integrated.records import Conflict
from tests.fakes.integrated import RESIDENTS, TWO, WELFARE, MemoryIntegrated, told
from tests.fakes.integrated_contract import FRESH, SECOND, decided, ended, put

TAKEN = Conflict("1", FRESH, SECOND, "010", "20260501100000")
DIFFERS = TAKEN._replace(other="")


def people() -> MemoryIntegrated:
    store = MemoryIntegrated()
    put(store, decided(store, told()))
    put(store, decided(store, told("2", individual=TWO), SECOND))
    return store


def test_a_conflict_is_named_by_its_numbers() -> None:
    assert (id_of(TAKEN), id_of(DIFFERS)) == (f"1-{FRESH}-{SECOND}", f"1-{FRESH}")


def test_conflicts_are_open_while_the_number_stands_for_its_person() -> None:
    store = people()
    gone = (TAKEN._replace(integrated=SECOND), TAKEN._replace(number="9"))
    assert list(still_open([TAKEN, DIFFERS, *gone], store)) == [TAKEN, DIFFERS]
    put(store, decided(store, told("3", WELFARE)))
    put(store, ended(store, told(at="11:00:00")))
    assert list(still_open([TAKEN, DIFFERS, TAKEN._replace(number="3")], store)) == [TAKEN._replace(number="3")]


def test_another_individual_number_is_over_once_a_later_update_changed_it() -> None:
    store = MemoryIntegrated()
    put(store, decided(store, told()))
    put(store, decided(store, told("1", RESIDENTS, TWO, "11:00:00", reason="45")))
    later = DIFFERS._replace(at="20260501110000")
    assert list(still_open([TAKEN, DIFFERS, later], store)) == [TAKEN, later]
