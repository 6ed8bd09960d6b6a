"""The fold by example (design.md, Residents: Derived, 住民区分). Its laws are in tests/properties."""

from __future__ import annotations

from itertools import permutations

from kyotsu.residents import fold
from kyotsu.residents.versions import Entry
from tests.fakes.entries import DAY, entry


def current(*entries: Entry) -> Entry | None:
    """Return the current record, after making sure that the order of arrival makes no difference."""
    found = {fold.current(order) for order in permutations(entries)}
    assert len(found) == 1
    return found.pop()


def category(*entries: Entry, at: int | None = None) -> str | None:
    moment = None if at is None else f"{DAY}{at:02d}0000"
    found = {fold.category(order, moment) for order in permutations(entries)}
    assert len(found) == 1
    brought = found.pop()
    return brought.effect if brought else None


def test_nobody_has_no_record_and_no_category() -> None:
    assert (current(), category(), fold.lacks_latest([])) == (None, None, False)


def test_the_greatest_key_is_current_by_number_not_by_text() -> None:
    assert current(entry(9), entry(10)) == entry(10)
    assert current(entry((1, 9)), entry((1, 10))) == entry((1, 10))
    assert current(entry((2, 0)), entry((1, 99))) == entry((2, 0))


def test_a_greater_key_counts_even_if_it_was_operated_earlier() -> None:
    assert current(entry(1, time=12), entry(2, time=9)) == entry(2, time=9)


def test_per_key_the_latest_operation_counts() -> None:
    assert current(entry(1, time=9), entry(1, time=10), entry(1, time=8)) == entry(1, time=10)


def test_of_the_keys_not_deleted_the_greatest_flagged_one_is_current() -> None:
    assert current(entry(1), entry(2, latest=False)) == entry(1)


def test_without_a_flagged_one_the_greatest_key_is_current_and_that_is_told() -> None:
    entries = entry(1, latest=False), entry(2, latest=False)
    assert current(*entries) == entries[1]
    assert fold.lacks_latest(entries)
    assert not fold.lacks_latest([*entries, entry(1, time=10)])


def test_a_deletion_takes_the_key_away_and_a_later_version_restores_it() -> None:
    first, deletion, again = entry(2, 9), entry(2, 10, deleted=True), entry(2, 11)
    assert current(entry(1), first, deletion) == entry(1)
    assert current(entry(1), first, deletion, again) == again
    assert current(first, deletion) is None


def test_an_older_deletion_takes_nothing_away() -> None:
    assert current(entry(1, 9, deleted=True), entry(1, 10)) == entry(1, 10)


def test_at_the_same_moment_a_deletion_wins() -> None:
    assert current(entry(1, digest="z"), entry(1, digest="a", deleted=True)) is None


def test_two_contents_at_one_moment_are_resolved_the_same_way_everywhere() -> None:
    assert current(entry(1, digest="a"), entry(1, digest="b"), entry(1, digest="c")) == entry(1, digest="c")


def test_category_is_the_effect_of_the_greatest_key_that_has_one() -> None:
    assert category(entry(1, effect="1"), entry(2, effect="2")) == "2"
    assert category(entry(1, 12, effect="1"), entry(2, 9, effect="2")) == "2"
    assert category(entry(1, effect="1"), entry(2)) == "1"
    assert category(entry(1), entry(2)) is None


def test_rows_without_effect_never_clear_one() -> None:
    assert category(entry(1, 9, effect="2"), entry(1, 10), entry(2, 11)) == "2"


def test_a_keys_difference_outweighs_its_full_row_even_a_later_one() -> None:
    assert category(entry(1, 9, effect="2"), entry(1, 10, effect="1", origin="F")) == "2"
    assert category(entry(1, 9, effect="2"), entry(2, 10, effect="1", origin="F")) == "1"


def test_of_a_keys_differences_the_latest_counts() -> None:
    assert category(entry(1, 9, effect="2"), entry(1, 10, effect="1")) == "1"
    assert category(entry(1, 9, effect="2", origin="F"), entry(1, 10, effect="1", origin="F")) == "1"


def test_a_deleted_key_brings_no_category_until_it_is_restored() -> None:
    arrival, departure = entry(1, effect="1"), entry(2, 10, effect="2")
    deletion, again = entry(2, 11, deleted=True), entry(2, 12)
    assert category(arrival, departure, deletion) == "1"
    assert category(arrival, departure, deletion, again) == "2"
    assert category(departure, deletion) is None


def test_category_at_a_moment_is_that_of_the_versions_up_to_and_including_it() -> None:
    history = entry(1, 9, effect="1"), entry(2, 10, effect="2"), entry(2, 12, deleted=True), entry(2, 14)
    moments = {8: None, 9: "1", 10: "2", 11: "2", 12: "1", 13: "1", 14: "2"}
    assert {at: category(*history, at=at) for at in moments} == moments


def test_since_is_the_moment_of_the_version_that_brought_the_category() -> None:
    brought = fold.category([entry(1, 9, effect="2"), entry(1, 10), entry(2, 11)])
    assert brought == entry(1, 9, effect="2")
