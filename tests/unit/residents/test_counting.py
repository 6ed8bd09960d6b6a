"""What a file's rows count as (design.md, Residents: Counts)."""

from __future__ import annotations

from itertools import permutations, product

import pytest

from kyotsu.contracts import outcomes
from kyotsu.contracts.rows import Counts
from kyotsu.residents.counting import Known, chunk_counts, file_counts, remarks
from kyotsu.residents.versions import Entry
from tests.fakes.entries import entry


def counted(before: list[Entry], *new: Entry) -> dict[str, int]:
    """Return the counts, after making sure that neither the order of rows nor the cuts of the file matter."""
    whole = file_counts(before, new)
    for order in permutations(new):
        assert file_counts(before, order) == whole
        for cut in range(len(order) + 1):
            parts = [
                chunk_counts(Known(before, ()), order[:cut]),
                chunk_counts(Known(before, order[:cut]), order[cut:]),
            ]
            assert parts[0] + parts[1] == whole
    assert sum(whole.as_dict().values()) == len(new)
    return {name: count for name, count in whole.as_dict().items() if count}


def test_the_first_version_of_a_person_is_added_and_its_history_stale() -> None:
    assert counted([], entry(1)) == {"added": 1}
    assert counted([], entry(1, latest=False), entry(2, latest=False), entry(3)) == {"added": 1, "stale": 2}


def test_a_change_of_the_current_record_is_one_update() -> None:
    assert counted([entry(1)], entry(1, 10)) == {"updated": 1}
    assert counted([entry(1)], entry(2)) == {"updated": 1}
    assert counted([entry(1)], entry(2, latest=False), entry(3)) == {"updated": 1, "stale": 1}


def test_what_leaves_the_current_record_as_it_was_is_stale() -> None:
    assert counted([entry(2)], entry(1)) == {"stale": 1}
    assert counted([entry(1, 10)], entry(1, 9)) == {"stale": 1}
    assert counted([entry(1)], entry(2, latest=False)) == {"stale": 1}


def test_losing_the_flag_uncovers_another_record() -> None:
    assert counted([entry(1), entry(2)], entry(2, 10, latest=False)) == {"updated": 1}


def test_a_deletion_that_takes_effect_is_deleted_whether_current_or_not() -> None:
    assert counted([entry(1), entry(2)], entry(2, 10, deleted=True)) == {"deleted": 1}
    assert counted([entry(1), entry(2)], entry(1, 10, deleted=True)) == {"deleted": 1}
    assert counted([entry(1), entry(2)], entry(1, 10, deleted=True), entry(2, 10, deleted=True)) == {"deleted": 2}


def test_a_deletion_without_effect_is_stale() -> None:
    assert counted([entry(1, 10)], entry(1, 9, deleted=True)) == {"stale": 1}
    assert counted([entry(1), entry(2, deleted=True)], entry(2, 10, deleted=True)) == {"stale": 1}
    assert counted([entry(1)], entry(2, deleted=True)) == {"stale": 1}


def test_a_restored_record_is_an_update() -> None:
    assert counted([entry(1), entry(1, 10, deleted=True)], entry(1, 11)) == {"updated": 1}


def test_what_a_file_does_and_undoes_counts_net() -> None:
    assert counted([entry(1)], entry(1, 10, deleted=True), entry(1, 11)) == {"updated": 1, "stale": 1}
    assert counted([], entry(1, 10), entry(1, 11, deleted=True)) == {"added": 1, "stale": 1}


SMALL = [
    entry(key, time, deleted=deleted, latest=latest, digest=f"{key}{time}{deleted}{latest}")
    for key, time, deleted, latest in product((1, 2), (9, 10), (True, False), (True, False))
]


@pytest.mark.parametrize("before", [[], [SMALL[0]], [SMALL[2]], [SMALL[3], SMALL[10]]], ids=str)
def test_every_small_file_counts_net_in_every_order(before: list[Entry]) -> None:
    for pair in permutations([found for found in SMALL if found not in before], 2):
        assert counted(before, *pair)


def told(known: Known, *new: Entry) -> list[tuple[int, str]]:
    return sorted((found.line, outcome.code) for found, outcome in remarks(known, new))


def test_other_content_at_the_same_moment_is_remarked() -> None:
    first, other = entry(1, digest="a", line=2), entry(1, digest="b", line=3)
    for known in (Known([first], []), Known([], [first])):
        assert told(known, other) == [(3, outcomes.CONFLICT.code)]
    assert told(Known([], []), first, entry(2, line=3)) == []


def test_conflicts_inside_a_file_are_remarked_whatever_the_order_of_its_rows() -> None:
    """The same file with its rows in another order has the same counts, `warned` among them."""
    full = entry(1, digest="a", origin="F", effect="1")
    rows = entry(1, digest="a", line=2, effect="2"), entry(1, digest="b", line=3)
    assert {str(told(Known(before, []), *order)) for before in ([], [full]) for order in permutations(rows)} == {
        str([(2, outcomes.CONFLICT.code), (3, outcomes.CONFLICT.code)])
    }


def test_the_same_row_in_full_and_difference_is_no_conflict() -> None:
    assert told(Known([entry(1, origin="F", effect="1")], []), entry(1, effect="2")) == []


def test_deleting_what_was_never_seen_is_remarked() -> None:
    deletion = entry(1, 10, deleted=True)
    assert told(Known([entry(2)], []), deletion) == [(2, outcomes.DELETE_OF_UNKNOWN.code)]
    assert told(Known([entry(1, 11)], []), deletion) == []
    assert told(Known([], [entry(1)]), deletion) == []
    assert told(Known([], []), deletion, entry(1, line=3)) == []


def test_having_no_latest_any_more_is_remarked_once() -> None:
    lost = entry(1, 10, latest=False)
    assert told(Known([entry(1)], []), lost) == [(2, outcomes.NO_LATEST.code)]
    assert told(Known([entry(1), lost], []), entry(2, latest=False)) == []


def test_counts_add_up_by_name() -> None:
    total = Counts(1, 2, 3, 4, 5, 6, 7, 8) + Counts(1, 1, 1, 1, 1, 1, 1, 1)
    assert list(total.as_dict().values()) == [2, 3, 4, 5, 6, 7, 8, 9]
