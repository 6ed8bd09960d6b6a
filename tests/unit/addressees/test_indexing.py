"""How the index follows people: what it writes, in which order, and when nothing."""

from __future__ import annotations

from typing import Any

import pytest

from kyotsu.addressees import indexing
from kyotsu.addressees.candidates import forms, keys
from kyotsu.addressees.candidates_table import Scope
from kyotsu.addressees.indexing import UNDER_WAY, IndexContendedError, Standing, Write
from tests.fakes.addressees import FRESH, record
from tests.fakes.index import KEYS, MOVED, NOBODY, MemoryIndex, MemoryPeople, follower, versions

OTHER = {"shimei": "大島　花子", "seinengappi": "1980-02-28", "jusho_choaza": "港町５丁目"}


def test_a_person_stands_under_every_key_and_stands_still_when_nothing_changes() -> None:
    store, people = MemoryIndex(), MemoryPeople([record()])
    assert follower(store, people).follow(FRESH)
    form = forms.unpack(store.standing(FRESH).form)
    wanted = {(scope, KEYS.digest(key)) for scope in Scope for key in keys.of_person(form)}
    assert {(place.scope, place.digest) for place in store.of()} == wanted
    assert {forms.unpack(packed) for packed in store.of().values()} == {form}
    assert not follower(store, people).follow(FRESH)
    assert len(store.writes) == 1
    assert follower(store, people).agrees(FRESH)


def test_a_change_puts_what_is_new_and_deletes_what_was_in_one_write() -> None:
    store, people = MemoryIndex(), MemoryPeople([record()])
    follower(store, people).follow(FRESH)
    people.records = versions(OTHER)
    assert not follower(store, people).agrees(FRESH)
    assert follower(store, people).follow(FRESH)
    fresh = MemoryIndex()
    follower(fresh, people).follow(FRESH)
    assert store.of() == fresh.of()
    assert len(store.writes) == 2


def test_who_is_no_candidate_leaves_a_revision_and_nothing_of_the_person() -> None:
    store, people = MemoryIndex(), MemoryPeople([record()])
    follower(store, people).follow(FRESH)
    people.records = versions(OTHER, deleted=True)
    assert follower(store, people).follow(FRESH)
    assert store.of() == {}
    assert store.standing(FRESH) == Standing(FRESH, revision=2)
    assert not follower(store, people).follow(FRESH)
    assert not follower(store, MemoryPeople()).follow("800000000000017"), "nobody leaves nothing"
    assert len(store.writes) == 2


def test_many_postings_are_written_in_several_transactions_the_new_ones_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "MOST_AT_ONCE", 4)
    store, people = MemoryIndex(), MemoryPeople(lived=MOVED)
    follower(store, people).follow(FRESH)
    before, first = store.of(), len(store.writes)
    assert first > 1
    people.records, people.lived = versions(OTHER), NOBODY
    follower(store, people).follow(FRESH)
    steps = store.writes[first:]
    kinds = ["put" if step.put else "delete" for step in steps]
    assert kinds == sorted(kinds, reverse=True)
    assert all(len(step.put) + len(step.delete) <= 4 for step in steps)
    assert all(step.after.state == UNDER_WAY for step in steps[:-1])
    assert not set(before) & set(store.of())
    assert store.standing(FRESH).places == store.of().keys()


def test_what_is_lost_of_the_postings_is_seen_and_written_whole() -> None:
    store, people = MemoryIndex(), MemoryPeople([record()])
    follower(store, people).follow(FRESH)
    whole = store.of()
    del store.stands[FRESH, next(iter(whole))]
    assert not follower(store, people).agrees(FRESH)
    assert not follower(store, people).follow(FRESH), "by the standing all is well"
    assert follower(store, people).follow(FRESH, whole=True)
    assert store.of() == whole


def test_others_that_always_go_first_are_an_error() -> None:
    class Contended(MemoryIndex):
        def write(self, write: Write) -> bool:
            return False

    with pytest.raises(IndexContendedError):
        follower(Contended(), MemoryPeople([record()])).follow(FRESH)


def test_another_form_of_keys_is_another_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requirement: an index made by an older version is made anew by the sweep."""
    store, people = MemoryIndex(), MemoryPeople([record()])
    follower(store, people).follow(FRESH)
    of_person: Any = keys.of_person
    monkeypatch.setattr(keys, "of_person", lambda form: (*of_person(form), "znew"))
    assert not follower(store, people).agrees(FRESH)


def test_nothing_of_a_person_shows() -> None:
    store, people = MemoryIndex(), MemoryPeople([record()])
    follower(store, people).follow(FRESH)
    assert "見本" not in repr(store.standing(FRESH)) + repr(people.lived)
