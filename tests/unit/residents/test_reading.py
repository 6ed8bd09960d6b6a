"""What a reader is shown of a person (issue part 1, Contract checks: resident category)."""

from __future__ import annotations

from datetime import UTC, datetime

from kyotsu.residents.applier import Head, StoredVersion
from kyotsu.residents.reading import CategoryShown, ResidentReader
from tests.fakes.entries import entry
from tests.fakes.memory import MemoryResidents

HISTORY = (entry(2, 10, effect="2", line=7), entry(1, 9, effect="1"))


def reader() -> ResidentReader:
    store = MemoryResidents()
    store.replace_heads([Head("1", 1, HISTORY), Head("2", 1, (entry(1, deleted=True),)), Head("3", 1, (entry(1),))])
    store.put_versions([StoredVersion("1", version, "i/v1", ["x", "", str(version.history)]) for version in HISTORY])
    return ResidentReader(store, lambda layout: {"i/v1": ["a", "b", "c"]}[layout])


def test_a_category_is_shown_with_its_day_and_source_in_the_order_asked_for() -> None:
    unknown, known = CategoryShown("9", known=False), CategoryShown("3", known=True)
    moved = CategoryShown(
        addressee_number="1",
        known=True,
        category="2",
        since="2026-04-01T10:00:00+09:00",
        receipt_id="file",
        line=7,
    )
    assert list(reader().categories(["9", "1", "3", "1"])) == [unknown, moved, known, moved]


def test_a_category_at_a_moment_takes_any_time_zone() -> None:
    def at(hour: int, minute: int = 0) -> str | None:
        (shown,) = reader().categories(["1"], datetime(2026, 4, 1, hour, minute, tzinfo=UTC))
        return shown.category

    assert (at(0), at(0, 59), at(1)) == ("1", "1", "2")
    (before,) = reader().categories(["1"], datetime(2026, 3, 31, 23, 59, tzinfo=UTC))
    assert (before.known, before.category) == (True, None)


def test_a_record_is_shown_without_its_empty_items() -> None:
    assert reader().record("1") == {"a": "x", "c": "2"}
    assert reader().record("2") is None
    assert reader().record("9") is None


def test_a_history_is_shown_by_key_and_time() -> None:
    assert [version.key for version in reader().history("1")] == [(1, 0), (2, 0)]
    assert reader().history("9") == []
