"""Rows of 032i001: updates and ends, each once, counted as in an undisturbed run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kyotsu.catalogue.layouts import load_layout
from kyotsu.contracts.rows import Applied, FileContext, Mode, Row
from kyotsu.integrated.applying import IntegratedApplier, RowsContendedError
from kyotsu.integrated.records import Category
from tests.fakes.integrated import (
    LIBRARY,
    ONE,
    TELLER,
    TWO,
    MemoryCategories,
    MemoryIntegrated,
    Office,
    body,
    request,
    subject,
)

COLUMNS = load_layout(str(Path(__file__).parents[3] / "catalogue"), "032i001_v1.csv").columns
NUMBER = "800000000000009"


def file(provider: str = "010", receipt: str = "receipt") -> FileContext:
    return FileContext(
        municipality="141003",
        receipt_id=receipt,
        interface="032i001",
        branch="00",
        mode=Mode.DIFFERENCE,
        version="v1",
        columns=COLUMNS,
        received_at=datetime(2026, 5, 2, tzinfo=UTC),
        accepted_municipalities=frozenset({"141003"}),
        provider=provider,
    )


def row(line: int = 2, **items: str) -> Row:
    own: Mapping[str, str] = {
        "shikuchosonkodo": "141003",
        "atenabango": NUMBER,
        "shimei": "見本　次郎",
        "sosashaid": "clerk",
        "sosanengappi": "2026-05-02",
        "sosajikoku": "09:00",
        "sakujofuragu": "0",
    }
    return Row(line, [{**own, **items}.get(name, "") for name in COLUMNS])


@pytest.fixture
def store() -> MemoryIntegrated:
    store = MemoryIntegrated()
    Office(store).issue.answer(request(body()))
    return store


def applied(
    store: MemoryIntegrated,
    *rows: Row,
    provider: str = "010",
    receipt: str = "receipt",
    residents: MemoryCategories | None = None,
) -> Applied:
    applier = IntegratedApplier(store, residents or MemoryCategories(), TELLER, lambda system: system != LIBRARY)
    chunk = applier.open(file(provider, receipt), rows)
    assert not chunk.known
    return chunk.apply(rows)


def counts(result: Applied) -> dict[str, int]:
    return {name: count for name, count in result.counts.as_dict().items() if count}


def codes(result: Applied) -> list[tuple[int, str]]:
    return [(problem.line, problem.outcome.code) for problem in result.problems]


def test_a_row_updates_and_its_repeat_counts_the_same(store: MemoryIntegrated) -> None:
    for _ in range(2):
        assert counts(applied(store, row())) == {"updated": 1}
    (person,) = store.people.values()
    assert person.revision == 2
    assert counts(applied(store, row(), receipt="another")) == {"unchanged": 1}
    assert counts(applied(store, row(sosanengappi="2026-05-01"), receipt="older")) == {"stale": 1}


def test_rows_of_one_person_are_applied_in_file_order(store: MemoryIntegrated) -> None:
    rows = [row(2, sosajikoku="10:00"), row(3, sosajikoku="09:00"), row(4, sosajikoku="11:00", sakujofuragu="1")]
    assert counts(applied(store, *rows)) == {"updated": 1, "stale": 1, "deleted": 1}
    assert store.notices == ["900000000000001"]
    assert not store.by_number
    assert not store.by_individual


def test_a_deletion_that_is_repeated_deletes_once(store: MemoryIntegrated) -> None:
    for _ in range(2):
        assert counts(applied(store, row(sakujofuragu="1"))) == {"deleted": 1}
    assert len(store.notices) == 1
    late = applied(store, row(), receipt="late")
    assert codes(late) == [(2, "E1565")]


def test_ending_what_is_not_there_is_remarked(store: MemoryIntegrated) -> None:
    result = applied(store, row(sakujofuragu="1"), provider="022")
    assert counts(result) == {"unchanged": 1}
    assert codes(result) == [(2, "W1560")]
    assert not result.unchanged_lines
    assert codes(applied(store, row(sakujofuragu="1"), provider="022")) == [(2, "W1560")]


def test_no_row_issues_a_number_or_joins_a_business(store: MemoryIntegrated) -> None:
    assert codes(applied(store, row(atenabango="2"))) == [(2, "E1565")]
    assert codes(applied(store, row(), provider="022")) == [(2, "E1565")]
    assert counts(applied(store, row(), provider="001")) == {"updated": 1}


def test_the_individual_number_of_a_resident_is_changed_by_the_residents_system_alone(store: MemoryIntegrated) -> None:
    residents = MemoryCategories({NUMBER: Category(1, "1")})
    changed = row(kojinbango=TWO, idojiyu="46")
    result = applied(store, changed, residents=residents)
    assert codes(result) == [(2, "E1572")]
    assert "住民記録側" in result.problems[0].message
    assert [(found.number, found.other, found.by) for found in store.conflicts()] == [(NUMBER, "", "010")]
    assert counts(applied(store, changed, provider="001", residents=residents)) == {"updated": 1}
    assert counts(applied(store, changed, receipt="later", residents=residents)) == {"updated": 1}
    (person,) = store.people.values()
    assert person.fingerprint == TELLER.of_individual(TWO)


def test_a_changed_individual_number_keeps_the_integrated_number(store: MemoryIntegrated) -> None:
    assert codes(applied(store, row(kojinbango=TWO))) == [(2, "E1561")]
    assert len(store.noted) == 1
    assert counts(applied(store, row(kojinbango=TWO, idojiyu="46"))) == {"updated": 1}
    assert store.by_individual == {TELLER.of_individual(TWO): "900000000000001"}


def test_an_individual_number_of_somebody_else_is_refused(store: MemoryIntegrated) -> None:
    Office(store).issue.answer(request(body(subject(kojinbango=TWO, atenabango="2")), attempt="r2"))
    assert codes(applied(store, row(kojinbango=TWO, idojiyu="45"))) == [(2, "E1562")]


def test_a_system_speaks_for_itself_and_of_individual_numbers_only_if_it_may(store: MemoryIntegrated) -> None:
    assert codes(applied(store, row(gyomuid="022"))) == [(2, "E1570")]
    assert codes(applied(store, row(dokujishisakushisutemutoid="A01"))) == [(2, "E1570")]
    assert codes(applied(store, row(kojinbango=ONE, gyomuid=LIBRARY), provider=LIBRARY)) == [(2, "E1560")]


def test_who_always_loses_is_applied_later(store: MemoryIntegrated) -> None:
    store.write = lambda writes: [False for _ in writes]  # type: ignore[method-assign]
    with pytest.raises(RowsContendedError):
        applied(store, row())


def test_many_rows_are_applied_some_at_a_time(store: MemoryIntegrated) -> None:
    rows = [row(2 + index, sosajikoku=f"{index // 60:02d}:{index % 60:02d}") for index in range(450)]
    assert counts(applied(store, *rows)) == {"updated": 450}
