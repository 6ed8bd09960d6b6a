"""Where answers stand, and what happens to those that are there already (docs/decisions/0080)."""

from __future__ import annotations

from typing import Any

import pytest

from kyotsu.linkage.keys import ObjectRef
from kyotsu.residents.applier import MAX_VERSIONS
from tests.fakes.deployment import BUCKET, NUMBER, Deployment, body, name, row

GOOD = body([row()])
BAD = body([row(juminjotai="7")])
PLACE = f"answers/{name()[:-4]}"


@pytest.fixture
def deployment() -> Deployment:
    return Deployment()


def places(deployment: Deployment) -> set[str]:
    return {key for _, key in deployment.objects.written}


def put(deployment: Deployment, key: str, data: bytes) -> Any:
    """Receive an object whose name another key has, too; return its receipt."""
    return deployment.reception.receive(deployment.objects.put(BUCKET, key, data))


def test_a_corrected_file_leaves_no_errors_of_the_attempt_before(deployment: Deployment) -> None:
    deployment.send(name(), BAD)
    assert places(deployment) == {f"{PLACE}.json", f"{PLACE}.errors.csv"}
    assert deployment.send(name(), GOOD)["status"] == "ACCEPTED"
    assert places(deployment) == {f"{PLACE}.json"}


@pytest.mark.parametrize("after", [GOOD, b"x\n", body([])], ids=["accepted", "rejected", "only a header"])
def test_whatever_the_next_attempt_comes_to_the_errors_are_its_own(deployment: Deployment, after: bytes) -> None:
    deployment.send(name(), BAD)
    deployment.send(name(), after)
    assert places(deployment) == {f"{PLACE}.json"}
    deployment.send(name(), BAD)
    assert places(deployment) == {f"{PLACE}.json", f"{PLACE}.errors.csv"}


TWINS = [
    f"outbox/001o006-02/{name()}",
    f"outbox/elsewhere/{name()}",
    f"outbox/001o006-01/{name()[:-4]}.CSV",
]


@pytest.mark.parametrize("data", [GOOD, BAD], ids=["good", "bad"])
@pytest.mark.parametrize("key", TWINS)
def test_another_key_of_the_same_name_harms_no_earlier_answer(deployment: Deployment, key: str, data: bytes) -> None:
    answer = deployment.send(name(), body([row(), row(juminjotai="7", atenabango="000000000000027")]))
    before = dict(deployment.objects.written)
    receipt = put(deployment, key, data)
    assert {place: deployment.objects.written[place] for place in before} == before
    own = [place for place in places(deployment) if place.startswith(f"answers/{receipt.receipt_id}")]
    assert f"answers/{receipt.receipt_id}.json" in own
    assert deployment.errors(answer)


def test_a_misplaced_file_put_right_has_its_place(deployment: Deployment) -> None:
    put(deployment, f"outbox/001o006-02/{name()}", GOOD)
    assert places(deployment) == {f"{PLACE}.json"}
    assert deployment.send(name(), GOOD)["status"] == "ACCEPTED"
    assert places(deployment) == {f"{PLACE}.json"}


def test_a_lawful_name_in_capitals_has_its_place_if_it_is_alone(deployment: Deployment) -> None:
    put(deployment, f"outbox/001o006-01/{name()[:-4]}.CSV", GOOD)
    assert places(deployment) == {f"{PLACE}.json"}


def test_what_is_no_answer_of_ours_makes_way(deployment: Deployment) -> None:
    deployment.objects.written[BUCKET, f"{PLACE}.json"] = b"hello"
    assert deployment.send(name(), GOOD)["status"] == "ACCEPTED"


@pytest.mark.parametrize("lost", ["apply", "record_chunk"])
def test_an_object_that_vanishes_after_rows_were_applied_is_never_rejected(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    """REJECTED means that nothing was applied; here heads were replaced, and the ledger doesn't know it yet."""
    ref = deployment.objects.put(BUCKET, f"outbox/001o006-01/{name()}", GOOD)
    with monkeypatch.context() as crash:
        if lost == "apply":
            replace = deployment.residents.replace_heads

            def replaced_then_killed(heads: Any) -> set[str]:
                replace(heads)
                raise InterruptedError

            crash.setattr(deployment.residents, "replace_heads", replaced_then_killed)
        else:
            crash.setattr(deployment.receipts, "record_chunk", lambda *_: 1 / 0)
        with pytest.raises((InterruptedError, ZeroDivisionError)):
            deployment.receive(ref)
    del deployment.objects.versions[ref]
    answer = deployment.receive(ref)
    assert deployment.reader.record(NUMBER) is not None
    assert (answer["status"], answer["reason"]["code"]) == ("PARTIALLY_ACCEPTED", "E1122")
    assert answer["sha256"]


def test_an_object_that_vanishes_between_scan_and_apply(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = deployment.receipts.save_scan

    def saved_then_deleted(*args: Any) -> None:
        save(*args)
        deployment.objects.versions.clear()

    monkeypatch.setattr(deployment.receipts, "save_scan", saved_then_deleted)
    answer = deployment.send(name(), GOOD)
    assert (answer["status"], answer["reason"]["code"]) == ("PARTIALLY_ACCEPTED", "E1122")
    assert (answer["counts"]["read"], deployment.residents.stored) == (0, {})


def test_a_refused_row_is_not_also_remarked(deployment: Deployment) -> None:
    """A remark is about a row that was accepted: the one too many has no name, but that is not told."""
    rows = [row(kojinrirekibango=str(index), shimei="") for index in range(MAX_VERSIONS + 1)]
    answer = deployment.send(name(), body(rows))
    assert (answer["counts"]["failed"], answer["counts"]["warned"]) == (1, MAX_VERSIONS)
    assert [line["code"] for line in deployment.errors(answer)][-1] == "E1008"


def test_a_remark_of_the_layout_counts_with_those_of_the_applier(deployment: Deployment) -> None:
    rows = [
        row(shimei="", jusho_yubinbango="100"),
        row(kojinrirekibango="2", jusho_yubinbango="100"),
        row(juminjotai="7"),
    ]
    answer = deployment.send(name(), body(rows))
    assert (answer["counts"]["failed"], answer["counts"]["warned"]) == (1, 2)
    assert [(line["line"], line["code"]) for line in deployment.errors(answer)] == [
        ("2", "W1008"),
        ("2", "W1002"),
        ("3", "W1008"),
        ("4", "E1002"),
    ]


def test_a_repeat_after_any_answer_leaves_it_as_it_is(deployment: Deployment) -> None:
    answer = deployment.send(name(), BAD)
    before = dict(deployment.objects.written)
    deployment.receive(ObjectRef(BUCKET, answer["object_key"], answer["version_id"]))
    assert deployment.objects.written == before
