"""Applying rows: contention, retries and limits (design.md, Tenets 1; Residents: Stored, Counts)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest

from kyotsu.contracts.rows import Applied, FileContext, Mode, Row
from kyotsu.residents import applier as module
from kyotsu.residents.applier import Head, HeadsContendedError, ResidentApplier
from kyotsu.wiring.catalogue import effect_rules
from tests.fakes.deployment import CATALOGUE, COLUMNS, NUMBER, row
from tests.fakes.memory import MemoryResidents
from tests.fakes.sealing import FINGERPRINTS

RULES = effect_rules(CATALOGUE, "residents")


def file(receipt_id: str = "file", mode: Mode = Mode.DIFFERENCE) -> FileContext:
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    return FileContext("141003", receipt_id, "001o006", "01", mode, "v1", COLUMNS, moment, frozenset({"141003"}))


def rows(*items: dict[str, str], line: int = 2) -> list[Row]:
    lawful = [dict.fromkeys(COLUMNS, "") | row(**found) for found in items]
    return [Row(line + index, list(found.values())) for index, found in enumerate(lawful)]


def counts(applied: Applied) -> dict[str, int]:
    return {name: count for name, count in applied.counts.as_dict().items() if count}


class RacedResidents(MemoryResidents):
    """Another writer gets in between the reading of heads and their replacement."""

    def __init__(self, others: Sequence[Callable[[], object]]) -> None:
        super().__init__()
        self._others = list(others)

    def replace_heads(self, heads: Sequence[Head]) -> set[str]:
        if self._others:
            self._others.pop(0)()
        return super().replace_heads(heads)


def test_duplicates_inside_a_file_are_written_once() -> None:
    store = MemoryResidents()
    same = {"sosajikoku": "09:30"}
    assert counts(ResidentApplier(store, RULES, FINGERPRINTS).apply(file(), rows({}, {}, same))) == {
        "added": 1,
        "unchanged": 2,
    }
    assert store.writes == 1


def test_rows_already_stored_cause_no_write_at_all() -> None:
    store = MemoryResidents()
    applier = ResidentApplier(store, RULES, FINGERPRINTS)
    applier.apply(file("one"), rows({}))
    revision = store.stored[NUMBER].revision
    assert counts(applier.apply(file("two"), rows({}, line=7))) == {"unchanged": 1}
    assert (store.writes, store.stored[NUMBER].revision) == (1, revision)


def test_one_tried_again_after_its_head_was_stored_counts_as_if_it_had_not_been() -> None:
    store = MemoryResidents()
    applier = ResidentApplier(store, RULES, FINGERPRINTS)
    first = applier.apply(file(), rows({}, {}, {"kojinrirekibango": "2"}))
    assert counts(first) == {"added": 1, "stale": 1, "unchanged": 1}
    assert applier.apply(file(), rows({}, {}, {"kojinrirekibango": "2"})) == first
    assert store.writes == 2


def test_a_file_that_came_in_between_does_not_change_what_a_retry_counts() -> None:
    """The counts in the answer are those of the undisturbed run after any retry."""
    store = MemoryResidents()
    applier = ResidentApplier(store, RULES, FINGERPRINTS)
    applier.apply(file("before"), rows({}))
    mine, others = rows({"sosajikoku": "10:00:00"}), rows({"sosajikoku": "11:00:00"})
    first = applier.apply(file("mine"), mine)
    assert counts(first) == {"updated": 1}
    assert counts(applier.apply(file("other"), others)) == {"updated": 1}
    assert applier.apply(file("mine"), mine) == first


def test_a_file_that_came_in_between_two_chunks_counts_after_both() -> None:
    store = MemoryResidents()
    applier = ResidentApplier(store, RULES, FINGERPRINTS)
    total = counts(applier.apply(file("mine"), rows({"kojinrirekibango": "1"})))
    assert total == {"added": 1}
    applier.apply(file("other"), rows({"kojinrirekibango": "3"}))
    assert counts(applier.apply(file("mine"), rows({"kojinrirekibango": "4"}, line=3))) == {"stale": 1}
    assert counts(applier.apply(file("mine"), rows({"kojinrirekibango": "3"}, line=4))) == {"unchanged": 1}


def test_a_writer_who_loses_counts_what_the_winner_left() -> None:
    other = RacedResidents([])
    store = RacedResidents([lambda: ResidentApplier(other, RULES, FINGERPRINTS).apply(file("winner"), rows({}))])
    other.stored, other.versions = store.stored, store.versions
    lost = ResidentApplier(store, RULES, FINGERPRINTS).apply(file("loser"), rows({"sosajikoku": "10:00:00"}))
    assert counts(lost) == {"updated": 1}
    assert len(store.stored[NUMBER].entries) == 2


def test_a_writer_who_always_loses_gives_up_for_now() -> None:
    store = MemoryResidents()
    store.replace_heads = lambda heads: {head.addressee_number for head in heads}  # type: ignore[method-assign]
    with pytest.raises(HeadsContendedError):
        ResidentApplier(store, RULES, FINGERPRINTS).apply(file(), rows({}))


def test_nobody_has_more_versions_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_VERSIONS", 2)
    store = MemoryResidents()
    many = rows(*({"kojinrirekibango": str(number)} for number in (1, 2, 3, 2)))
    applied = ResidentApplier(store, RULES, FINGERPRINTS).apply(file(), many)
    assert [(problem.line, problem.outcome.code) for problem in applied.problems] == [(4, "E1008")]
    assert counts(applied) == {"added": 1, "stale": 1, "unchanged": 1}
    assert ResidentApplier(store, RULES, FINGERPRINTS).apply(file(), many) == applied


def test_origin_and_content_make_a_version_and_the_way_a_time_is_written_does_not() -> None:
    store = MemoryResidents()
    applier = ResidentApplier(store, RULES, FINGERPRINTS)
    applier.apply(file("one"), rows({}))
    assert counts(applier.apply(file("two", Mode.FULL), rows({}))) == {"stale": 1}
    assert counts(applier.apply(file("three"), rows({"sosajikoku": "10:00:00"}, {"kojinrirekibango": "01"}))) == {
        "updated": 1,
        "unchanged": 1,
    }
