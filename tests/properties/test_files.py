"""Requirement: any permutation, duplication, regrouping and repeated delivery of the same rows ends the same way
(issue part 1, Contract checks; design.md, Tenets 1 and 5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kyotsu.japanese.dates import JST
from kyotsu.linkage import scanning
from kyotsu.linkage.keys import ObjectRef
from tests.fakes.deployment import BUCKET, Deployment, body, name
from tests.properties.histories import NUMBERS, Grouping, files, shuffled

law = settings(
    derandomize=True,
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
MOMENTS = [None, *(datetime(2026, 4, day, 9, tzinfo=JST) for day in range(1, 5))]


def send(deployment: Deployment, grouping: Grouping) -> list[Any]:
    """Send files under different names; return their answers."""
    return [
        deployment.send(name(branch, mode, sequence=sequence), body(rows))
        for sequence, (branch, mode, rows) in enumerate(grouping, start=1)
    ]


def state(deployment: Deployment) -> list[Any]:
    """Everything a reader is shown, but which file brought it: that is a matter of who came first."""
    reader = deployment.reader
    records = [reader.record(number) for number in NUMBERS]
    shown = [(s.known, s.category, s.since) for at in MOMENTS for s in reader.categories(NUMBERS, at)]
    history = [sorted(map(repr, (entry.identity for entry in reader.history(number)))) for number in NUMBERS]
    stored = sorted(map(repr, deployment.residents.versions))
    return [records, shown, history, stored]


def regrouped(draw: st.DrawFn, grouping: Grouping) -> Grouping:
    """Deal the rows of each branch and mode to other files, some of them twice, in any order."""
    dealt: Grouping = []
    for kind in sorted({(branch, mode) for branch, mode, _ in grouping}):
        rows = shuffled(draw, [row for branch, mode, of_file in grouping if (branch, mode) == kind for row in of_file])
        cut = draw(st.integers(0, len(rows)))
        dealt += [(*kind, part) for part in (rows[:cut], rows[cut:]) if part]
    return list(draw(st.permutations(dealt)))


@law
@given(files(), st.data())
def test_the_same_rows_give_the_same_state_however_they_arrive(grouping: Grouping, data: st.DataObject) -> None:
    one, other = Deployment(), Deployment()
    send(one, grouping)
    send(other, data.draw(st.composite(regrouped)(grouping)))
    assert state(one) == state(other)


@law
@given(files(), st.data())
def test_the_order_of_rows_in_a_file_changes_no_count(grouping: Grouping, data: st.DataObject) -> None:
    mixed = [(branch, mode, data.draw(st.permutations(rows))) for branch, mode, rows in grouping]
    for one, other in zip(send(Deployment(), grouping), send(Deployment(), mixed), strict=True):
        # Two files of the same rows are duplicates only if their rows stand in the same order.
        if "DUPLICATE" not in (one["status"], other["status"]):
            assert (one["status"], one["counts"]) == (other["status"], other["counts"])


@law
@given(files(), st.data())
def test_delivering_again_changes_neither_state_nor_answer(grouping: Grouping, data: st.DataObject) -> None:
    deployment = Deployment()
    answers = send(deployment, grouping)
    before = state(deployment), dict(deployment.objects.written)
    for answer in data.draw(st.permutations(answers * 2)):
        assert deployment.receive(ObjectRef(BUCKET, answer["object_key"], answer["version_id"])) == answer
    assert before == (state(deployment), deployment.objects.written)
    assert len(deployment.events.answered) == len(grouping)


@law
@given(files())
def test_counts_add_up_and_every_failed_or_remarked_row_is_told(grouping: Grouping) -> None:
    deployment = Deployment()
    for answer, (_, _, rows) in zip(send(deployment, grouping), grouping, strict=True):
        if answer["status"] == "DUPLICATE":
            continue
        counts = answer["counts"]
        assert counts["read"] == len(rows)
        assert counts["read"] == sum(count for name, count in counts.items() if name not in ("read", "warned"))
        told = deployment.errors(answer)
        assert len({line["line"] for line in told if line["code"] < "I"}) == counts["failed"]
        assert len({line["line"] for line in told if line["code"] > "I"}) == counts["warned"]


@law
@given(files(max_files=3, max_rows=12), st.integers(1, 400))
def test_where_a_file_is_cut_changes_neither_state_nor_counts(grouping: Grouping, chunk: int) -> None:
    whole, cut = Deployment(), Deployment()
    answers = send(whole, grouping)
    with pytest.MonkeyPatch.context() as small:
        small.setattr(scanning, "CHUNK_BYTES", chunk)
        small.setattr(scanning, "MAX_RECORD_BYTES", len(body([])))
        cut_answers = send(cut, grouping)
    assert state(whole) == state(cut)
    assert [unwarned(answer) for answer in answers] == [unwarned(answer) for answer in cut_answers]


def unwarned(answer: Any) -> tuple[str, Sequence[tuple[str, int]]]:
    """Remarks look at what was there when their chunk came, so that their number may depend on the cut."""
    return answer["status"], [(name, count) for name, count in answer["counts"].items() if name != "warned"]
