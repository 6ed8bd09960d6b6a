"""Searches on the table and in memory are one search: the same people in the same order, with the same scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from infra.sandbox.adaptations import queries
from infra.sandbox.adaptations.patching import Patches
from kyotsu.addressees.candidates import files, forms, frequencies, keys, scoring, searching
from kyotsu.addressees.candidates.files import QueryLine
from kyotsu.addressees.candidates.memory import MemoryPostings
from kyotsu.addressees.candidates.postings import Postings
from kyotsu.addressees.candidates_table import CandidateKeys, Scope, TablePostings, place
from kyotsu.runtime.batches import put_all
from tests.fakes.sealing import local_sealing
from tests.integration.cloud import MUNICIPALITY, Cloud
from tools.candidates.vocabulary import DATA

EVERY = 4
"""Of the development set's queries this one each, so that moto is quick."""
KEYS = CandidateKeys(MUNICIPALITY, local_sealing().fingerprints)
TABLE = "candidates"
Answer = Sequence[tuple[str, float]]


@pytest.fixture(scope="module")
def memory() -> MemoryPostings:
    return MemoryPostings(files.people((DATA / "persons.jsonl").read_bytes().splitlines()))


@pytest.fixture(scope="module")
def asked() -> list[QueryLine]:
    return list(files.queries((DATA / "queries.jsonl").read_bytes().splitlines()))[::EVERY]


@pytest.fixture(autouse=True)
def quick_queries() -> Iterator[None]:
    """moto sorts a whole table for each query; the sandbox's adaptation does without."""
    patches = Patches()
    queries.adapt(patches)
    yield
    patches.undo()


def test_the_table_answers_what_memory_answers(
    cloud: Cloud, memory: MemoryPostings, asked: list[QueryLine], monkeypatch: pytest.MonkeyPatch
) -> None:
    scorer = scoring.Scorer(frequencies.of(posting.form for posting in memory.postings))
    assert len(asked) > 100
    table = _table(cloud, memory, asked)
    for line in asked:
        with cloud.counted() as calls:
            found = _answer(line, table, scorer)
        assert found == _answer(line, memory, scorer), line.qid
        assert calls["Query"] == sum(calls.values()) <= searching.MOST_READS
    # Lists that are too long are cut alike, and read again from the same year.
    monkeypatch.setattr(searching, "MOST_POSTINGS", 2)
    for line in asked[::3]:
        assert _answer(line, table, scorer) == _answer(line, memory, scorer), line.qid


def test_a_scope_knows_nothing_of_the_other(cloud: Cloud, memory: MemoryPostings, asked: list[QueryLine]) -> None:
    everybody = _table(cloud, memory, asked[:1])
    (read, *_) = keys.of_query(forms.of_query(asked[0].query()))
    assert everybody.read(read.key, "", 10)
    assert not replace(everybody, scope=Scope.NON_RESIDENTS).read(read.key, "", 10)


def _answer(line: QueryLine, postings: Postings, scorer: scoring.Scorer) -> tuple[Answer, int, int]:
    found = searching.search(forms.of_query(line.query()), postings, scorer)
    return [(c.id, c.score.log_odds) for c in found.candidates], found.reads, found.compared


def _table(cloud: Cloud, memory: MemoryPostings, asked: Sequence[QueryLine]) -> TablePostings:
    """Return the table with whole lists of postings: those that the queries read."""
    wanted = {read.key for line in asked for read in keys.of_query(forms.of_query(line.query()))}
    items: list[Any] = [
        {
            "pk": {"S": KEYS.partition(Scope.EVERYBODY, KEYS.digest(key))},
            "sk": {"S": place(posting.form.birth, posting.id)},
            "f": {"B": forms.pack(posting.form)},
        }
        for key in wanted
        for posting in memory.read(key, "", 10_000)
    ]
    put_all(cloud.dynamodb, TABLE, items)
    return TablePostings(cloud.dynamodb, TABLE, KEYS, Scope.EVERYBODY)
