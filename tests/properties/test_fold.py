"""Requirement: any order of the same versions gives the same record, category and as-of answers (Tenet 1)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from kyotsu.residents import fold
from kyotsu.residents.counting import file_counts
from kyotsu.residents.packing import pack_entries, unpack_entries
from kyotsu.residents.versions import Entry
from tests.properties import oracle
from tests.properties.histories import MOMENTS, histories

law = settings(derandomize=True, max_examples=300, deadline=None)


@law
@given(histories)
def test_category_is_that_of_the_design_at_every_moment(history: list[Entry]) -> None:
    for at in (None, "20260331235959", *MOMENTS):
        brought = fold.category(history, at)
        assert (brought.effect if brought else None) == oracle.category(history, at)


@law
@given(histories)
def test_the_current_record_is_that_of_the_design(history: list[Entry]) -> None:
    found = fold.current(history)
    assert (found.key if found else None) == oracle.current_key(history)


@law
@given(histories, st.data())
def test_the_order_of_arrival_never_matters(history: list[Entry], data: st.DataObject) -> None:
    other = data.draw(st.permutations(history))
    assert fold.current(history) == fold.current(other)
    for at in (None, *MOMENTS):
        assert fold.category(history, at) == fold.category(other, at)


@law
@given(histories)
def test_since_and_source_are_of_a_version_that_was_known_by_then(history: list[Entry]) -> None:
    for at in MOMENTS:
        brought = fold.category(history, at)
        assert brought is None or (brought in history and brought.operated_at <= at)


@law
@given(histories, histories, st.data())
def test_counts_are_net_and_independent_of_the_order_of_rows(
    before: list[Entry], new: list[Entry], data: st.DataObject
) -> None:
    known = {entry.identity for entry in before}
    rows = [entry for entry in new if entry.identity not in known]
    counts = file_counts(before, rows)
    assert counts == file_counts(data.draw(st.permutations(before)), data.draw(st.permutations(rows)))
    assert sum(counts.as_dict().values()) == len(rows)
    assert min(counts.as_dict().values()) == 0
    assert counts.added == (not before and bool(rows))
    assert counts.updated <= 1


@law
@given(histories)
def test_packing_loses_nothing(history: list[Entry]) -> None:
    assert unpack_entries(pack_entries(history)) == tuple(history)
