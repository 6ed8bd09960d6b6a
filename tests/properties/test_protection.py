"""Requirement: who is protected depends on the rows alone, never on how, how often or in which order they arrive, and
nobody is released by anything but a later version (issue part 3, item 5; docs/decisions/0094)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kyotsu.contracts.protection import Verdict
from kyotsu.linkage import scanning
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.reception import always
from kyotsu.protection.deciding import Undone
from kyotsu.protection.standing import is_protected
from kyotsu.residents.versions import Entry
from tests.fakes.deployment import BUCKET, NUMBER, Deployment
from tests.fakes.faults import Fault, Faults
from tests.fakes.interruption import Interruption, StoppedError, another_worker, interrupted
from tests.fakes.support import (
    ANYBODY,
    SUPPORT_COLUMNS,
    decision,
    measure,
    protected,
    support_body,
    support_name,
    support_row,
)
from tests.fakes.undos import Undoable, undoable
from tests.properties.histories import NUMBERS, shuffled
from tests.properties.protection_oracle import is_protected as told_by_the_rules

law = settings(
    derandomize=True,
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
Row = dict[str, str]
Files = list[tuple[str, list[Row]]]
"""Files as (mode, rows)."""

rows: st.SearchStrategy[Row] = st.builds(
    lambda number, history, start, kind, latest, hour, deleted, end: support_row(
        atenabango=number,
        rirekibango=str(history),
        shiensochikaishinengappi=start,
        shiensochikubun=kind,
        shiensochishuryonengappi=end,
        saishinfuragu=latest,
        sosajikoku=f"{hour:02d}:00:00",
        sakujofuragu=deleted,
    ),
    number=st.sampled_from(NUMBERS),
    history=st.integers(1, 3),
    start=st.sampled_from(["2026-04-01", "2027-04-01"]),
    kind=st.sampled_from("12333"),
    latest=st.sampled_from("1110"),
    hour=st.integers(1, 5),
    deleted=st.sampled_from("00001"),
    end=st.sampled_from(["", "2020-01-01", "2027-03-31"]),
)
files: st.SearchStrategy[Files] = st.lists(
    st.tuples(st.sampled_from("DF"), st.lists(rows, min_size=1, max_size=6)), min_size=1, max_size=4
)


def send(deployment: Deployment, sent: Files) -> list[Any]:
    """Send files under different names; return their answers."""
    return [
        deployment.send(support_name(mode, sequence), support_body(*of_file))
        for sequence, (mode, of_file) in enumerate(sent, start=1)
    ]


def state(deployment: Deployment) -> list[Any]:
    """Who is protected and everything that is stored, but which file brought it."""
    heads = deployment.protected.heads(NUMBERS).values()
    entries = [sorted(repr(entry.identity) for entry in head.entries) for head in heads]
    return [protected(deployment, NUMBERS), entries, sorted(map(repr, deployment.protected.versions))]


@law
@given(files)
def test_the_rules_as_they_are_written_agree(sent: Files) -> None:
    deployment = Deployment()
    send(deployment, sent)
    of_all = [row for _, of_file in sent for row in of_file]
    expected = {
        number for number in NUMBERS if told_by_the_rules([row for row in of_all if row["atenabango"] == number])
    }
    assert protected(deployment, NUMBERS) == expected


@law
@given(files, st.data())
def test_the_same_rows_give_the_same_state_however_they_arrive(sent: Files, data: st.DataObject) -> None:
    one, other = Deployment(), Deployment()
    send(one, sent)
    dealt: Files = []
    for mode in sorted({mode for mode, _ in sent}):
        mixed = data.draw(st.composite(shuffled)([row for kind, part in sent if kind == mode for row in part]))
        cut = data.draw(st.integers(0, len(mixed)))
        dealt += [(mode, part) for part in (mixed[:cut], mixed[cut:]) if part]
    send(other, list(data.draw(st.permutations(dealt))))
    assert state(one) == state(other)


@law
@given(files, st.integers(1, 300))
def test_where_files_are_cut_and_how_often_they_come_changes_nothing(sent: Files, chunk: int) -> None:
    whole, cut = Deployment(), Deployment()
    answers = send(whole, sent)
    with pytest.MonkeyPatch.context() as small:
        small.setattr(scanning, "CHUNK_BYTES", chunk)
        small.setattr(scanning, "MAX_RECORD_BYTES", len(support_body()))
        cut_answers = send(cut, sent)
        for answer in cut_answers:
            assert cut.receive(ObjectRef(BUCKET, answer["object_key"], answer["version_id"])) == answer
    assert state(whole) == state(cut)
    for one, other in zip(answers, cut_answers, strict=True):
        # Remarks look at what was there when their chunk came.
        assert {**one["counts"], "warned": 0} == {**other["counts"], "warned": 0}
        assert one["status"] == other["status"]


measures: st.SearchStrategy[Entry] = st.builds(
    measure,
    history=st.integers(1, 3),
    time=st.integers(1, 6),
    kind=st.sampled_from("123333"),
    latest=st.sampled_from([True, True, False]),
    deleted=st.sampled_from([False, False, False, True]),
    start=st.sampled_from(["2026-04-01", "2027-04-01"]),
)


@settings(law, max_examples=1000)
@given(st.lists(measures, max_size=6), st.lists(measures, max_size=4), st.integers(1, 6), st.sampled_from("12"))
def test_nothing_that_is_not_later_releases(before: list[Entry], late: list[Entry], time: int, kind: str) -> None:
    """Whoever is protected by the last row stays so, whatever older lists say, at whatever time they arrive."""
    last = measure(4, time, kind)
    assert is_protected([*before, last])
    stale = [entry for entry in late if entry.operated_at <= last.operated_at]
    assert is_protected([*before, last, *stale])


@law
@given(st.lists(measures, min_size=1, max_size=6), st.integers(1, 4), st.sampled_from("12"))
def test_a_later_row_that_protects_protects(before: list[Entry], history: int, kind: str) -> None:
    """The row after the last of everything that is known; under an older key it contradicts what came after that."""
    assert is_protected([*before, measure(history, 9, kind)])


THREE = [
    support_row(),
    support_row(atenabango=NUMBERS[1], shiensochikubun="2"),
    support_row(atenabango=NUMBERS[2], rirekibango="x"),
]
SECOND = [
    support_row(rirekibango="2", shiensochikubun="3", sosajikoku="12:00:00"),
    support_row(atenabango=NUMBERS[1], rirekibango="2", sosajikoku="11:00:00"),
    THREE[0],
]
FILES: Files = [("F", THREE), ("D", SECOND), ("D", [*SECOND, THREE[1]])]


def put(deployment: Deployment, sequence: int, mode: str, of_file: Sequence[Row]) -> ObjectRef:
    key = f"outbox/001o009-00/{support_name(mode, sequence)}"
    return deployment.objects.put(BUCKET, key, support_body(*of_file))


def delivered(door: Interruption) -> Deployment:
    """Receive all files through ports that break, each until it is dealt with."""
    deployment = interrupted(Deployment(), door)
    for sequence, (mode, of_file) in enumerate(FILES, start=1):
        ref = put(deployment, sequence, mode, of_file)
        for _ in range(20):
            try:
                deployment.receive(ref)
                break
            except StoppedError:
                continue
        else:
            raise AssertionError("never ends")
    return deployment


def end(deployment: Deployment) -> list[Any]:
    """All there is at the end. An event may be told twice, but then it is the same."""
    stored = [deployment.objects.written, deployment.protected.stored, deployment.protected.versions]
    events = {event.event_id: event for event in deployment.events.answered}
    return [*stored, deployment.receipts, events, protected(deployment, NUMBERS)]


@pytest.mark.parametrize("fault", Fault)
def test_any_call_may_fail(fault: Fault) -> None:
    counting = Faults()
    expected = end(delivered(counting))
    assert expected[-1] == {NUMBERS[1]}
    assert any(call.endswith(".replace_heads") for call in counting.calls)
    for at in range(1, len(counting.calls) + 1):
        assert end(delivered(Faults(faults={at: fault}))) == expected, (counting.calls[at - 1], fault)


def test_a_file_between_any_two_calls_of_another_counts_wholly_before_or_after_it() -> None:
    """A measure and the end of it, at the same time: whoever comes first, the later version decides."""
    both = (("D", [support_row()]), ("D", SECOND[:1]))

    def serial(order: tuple[int, int]) -> list[Any]:
        deployment = Deployment()
        refs = [put(deployment, sequence, *file) for sequence, file in enumerate(both, start=1)]
        counts = {index: deployment.receive(refs[index])["counts"] for index in order}
        return [counts[0], counts[1], state(deployment)]

    expected = [serial((0, 1)), serial((1, 0))]
    assert expected[0][-1] == expected[1][-1]
    assert expected[0][-1][0] == set()
    for at in range(1, 30):
        deployment = Deployment()
        refs = [put(deployment, sequence, *file) for sequence, file in enumerate(both, start=1)]
        second = another_worker(deployment)
        interrupted(deployment, Interruption(at, True, lambda: second.receive(refs[1])))  # noqa: B023, FBT003 - this turn's
        found = [deployment.receive(ref)["counts"] for ref in refs]
        assert [*found, state(deployment)] in expected, at


@law
@given(files, st.data())
def test_after_undos_the_rest_decides(sent: Files, data: st.DataObject) -> None:
    """The state is that of all files but the undone ones, whenever they came and were taken back."""
    undo, receipts, undone = undoable(Deployment()), dict[int, str](), set[int]()
    for index in data.draw(st.permutations(range(len(sent)))):
        mode, of_file = sent[index]
        answer = undo.deployment.send(support_name(mode, index + 1), support_body(*of_file))
        # Two files of the same content are duplicates: the later one brought nothing, and an undo does not change that.
        if answer["status"] != "DUPLICATE":
            receipts[index] = answer["receipt_id"]
        for again in data.draw(st.lists(st.sampled_from(sorted(receipts)), max_size=2)):
            taken = undo.undoing.undo(receipts[again], "test", "", always)
            assert taken.counts.categories_changed == 0, "支援措置区分 is no 住民区分"
            undone.add(again)
    other = Deployment()
    for index in receipts.keys() - undone:
        mode, of_file = sent[index]
        other.send(support_name(mode, index + 1), support_body(*of_file))
    assert _stands(undo.deployment) == _stands(other)


def _stands(deployment: Deployment) -> list[Any]:
    """Who is protected once all undos have ended, and by which versions."""
    heads = deployment.protected.heads(NUMBERS)
    ended = {taken.receipt_id: Undone.COMPLETE for head in heads.values() for taken in head.retractions}
    entries = [sorted(repr(entry.identity) for entry in heads[number].entries) for number in NUMBERS]
    return [decision(deployment.protected, ended).decide(NUMBERS, ANYBODY), entries]


def test_while_a_file_is_taken_back_nobody_of_another_file_is_released() -> None:
    """Two files name the same person with the same row; at no call of the undo of the first is the person open."""
    calls = 0
    for at in range(1, 60):
        undo = undoable(Deployment())
        receipt = undo.deployment.send(support_name(), support_body(support_row()))["receipt_id"]
        body = support_body(support_row(), support_row(atenabango=NUMBERS[1]))
        assert undo.deployment.send(support_name(sequence=2), body)["counts"]["unchanged"] == 1
        seen = list[bool]()
        door = Interruption(at, False, lambda: seen.append(_is_withheld(undo, receipt)))  # noqa: B023, FBT003 - this turn's
        interrupted(undo.deployment, door)
        undo.undos = door.around(undo.undos)
        undo.undoing.undo(receipt, "test", "", always)
        assert all(seen), at
        calls += len(seen)
    assert calls > 10


def _is_withheld(undo: Undoable, receipt: str) -> bool:
    found: Any = undo.undos
    undos = getattr(found, "port", found)
    state = undos.find(receipt)
    done = Undone.COMPLETE if state and state.finished_at else Undone.UNDER_WAY
    verdicts = decision(undo.deployment.protected, {receipt: done}).decide([NUMBER], ANYBODY)
    return verdicts[NUMBER] is Verdict.WITHHELD


def test_the_columns_are_those_of_the_layout() -> None:
    assert set(support_row()) == set(SUPPORT_COLUMNS)
