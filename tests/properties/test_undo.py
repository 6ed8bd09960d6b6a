"""Requirement: the state is that of all files but the undone ones, whatever the order of files and undos
(issue part 2, item 4; docs/decisions/0050)."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kyotsu.linkage.reception import always
from tests.fakes.deployment import Deployment, body, name
from tests.fakes.undos import undoable
from tests.properties.histories import NUMBERS, Grouping, files, rows
from tests.properties.test_files import MOMENTS

law = settings(
    derandomize=True,
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def state(deployment: Deployment) -> list[Any]:
    """Everything a reader is shown, but which file brought it."""
    reader = deployment.reader
    records = [reader.record(number) for number in NUMBERS]
    shown = [(s.known, s.category, s.since) for at in MOMENTS for s in reader.categories(NUMBERS, at)]
    history = [sorted(map(repr, (entry.identity for entry in reader.history(number)))) for number in NUMBERS]
    return [records, shown, history]


def accepted(answer: Any) -> bool:
    return answer["status"] in ("ACCEPTED", "PARTIALLY_ACCEPTED")


def only(grouping: Grouping, kept: set[int]) -> Deployment:
    """Return a deployment that was only ever sent some of the files."""
    deployment = Deployment()
    for index in sorted(kept):
        branch, mode, content = grouping[index]
        deployment.send(name(branch, mode, sequence=index + 1), body(content))
    return deployment


@st.composite
def overlapping(draw: st.DrawFn) -> Grouping:
    """Draw files that repeat each other's rows more often than not."""
    pool = draw(st.lists(rows(), min_size=1, max_size=5))
    file = st.tuples(
        st.sampled_from(["01", "01", "03"]),
        st.sampled_from(["D", "D", "F"]),
        st.lists(st.sampled_from(pool), min_size=1, max_size=4),
    )
    return draw(st.lists(file, min_size=2, max_size=5))


@law
@given(st.one_of(overlapping(), files(max_files=5, max_rows=5)), st.data())
def test_the_state_is_that_of_the_files_not_undone(grouping: Grouping, data: st.DataObject) -> None:
    deployment = Deployment()
    undo = undoable(deployment)
    # Two files of the same content are duplicates: the later one brought nothing, and an undo does not bring it back.
    order = data.draw(st.permutations(range(len(grouping))))
    sent: dict[int, str] = {}
    undone: set[int] = set()
    for index in order:
        branch, mode, content = grouping[index]
        answer = deployment.send(name(branch, mode, sequence=index + 1), body(content))
        if accepted(answer):
            sent[index] = answer["receipt_id"]
        for again in data.draw(st.lists(st.sampled_from(sorted(sent)), max_size=2)) if sent else []:
            undo.undoing.undo(sent[again], "test", "", always)
            undone.add(again)
    assert state(deployment) == state(only(grouping, sent.keys() - undone))
