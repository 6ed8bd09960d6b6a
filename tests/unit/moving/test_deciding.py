"""What clerks decide, on the real machine files in memory: it counts once, and is what that clerk saw."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from kyotsu.contracts import outcomes
from kyotsu.moving.application import DocumentRefusedError
from kyotsu.moving.cases import CaseState, SignalKind
from kyotsu.moving.deciding import Deciding, DecisionRefusedError, Said
from kyotsu.moving.decisions import Choice, decision_name
from kyotsu.moving.documents import Application, decode
from kyotsu.moving.out_advance import Restraint
from kyotsu.moving.ports import PaperKind
from tests.fakes.moving_world import Japan, family, settle_family
from tools.moving_correction import FILE, schema

HANAKO, JIRO = "operator:arn:aws:sts::1:assumed-role/Clerks/hanako", "operator:arn:aws:sts::1:assumed-role/Clerks/jiro"
CASE = "O-A2026000001"


@pytest.fixture
def japan() -> Japan:
    """A family whose address was filed otherwise than it is recorded."""
    return _filed()


def _filed(application: Application | None = None, **recorded: str) -> Japan:
    found = Japan()
    application = application or family()
    numbers = settle_family(found.here, family(), **(recorded or {"jusho_banchigohyoki": "9-9"}))
    found.here.file(application, numbers)
    found.settle()
    return found


def deciding(japan: Japan) -> Deciding:
    here = japan.here
    return Deciding(
        here.cases, here.papers, here, here.clock, lambda numbers: set(numbers) & here.residents.known.keys()
    )


def decide(japan: Japan, choice: Choice, by: str = HANAKO, **said: Any) -> None:
    deciding(japan).decide(CASE, Said(choice=choice, by=by, **said))


def refused(japan: Japan, choice: Choice, by: str = HANAKO, **said: Any) -> str:
    with pytest.raises((DecisionRefusedError, DocumentRefusedError)) as error:
        decide(japan, choice, by, **said)
    found: Any = error.value
    return str(found.problems[0].outcome.code if isinstance(found, DocumentRefusedError) else found.code)


def decisions(japan: Japan) -> list[tuple[str, str]]:
    return [(entry.outcome, entry.by) for entry in japan.here.cases.history(CASE) if entry.step == "Decide"]


def confirmed(japan: Japan) -> Application:
    body = japan.here.papers.get(CASE, PaperKind.CONFIRMED)
    assert body is not None
    return decode(body, Application)


def test_what_was_filed_is_accepted_and_another_clerk_approves(japan: Japan) -> None:
    decide(japan, Choice.ACCEPT)
    japan.settle()
    assert japan.here.of(CASE).state is CaseState.APPROVAL
    assert refused(japan, Choice.APPROVE) == outcomes.SAME_CLERK.code
    assert japan.here.of(CASE).state is CaseState.APPROVAL
    decide(japan, Choice.APPROVE, JIRO)
    japan.settle()
    assert japan.here.of(CASE).state is CaseState.COMPLETED
    assert decisions(japan) == [("accept", HANAKO), ("approve", JIRO)]


def test_a_repeat_decides_nothing_twice(japan: Japan) -> None:
    """Requirement: nothing twice. The answer to the first command was lost."""
    for _ in range(3):
        decide(japan, Choice.ACCEPT)
    japan.settle()
    assert decisions(japan) == [("accept", HANAKO)]
    # The same words at the next wait are no decision on it.
    assert refused(japan, Choice.ACCEPT) == outcomes.CASE_NOT_WAITING.code


@pytest.mark.parametrize("lost", ["put", "save", "signal", "tell", "told"])
def test_a_crash_anywhere_is_mended_by_the_same_command(
    japan: Japan, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    here = japan.here
    owner: Any = here.papers if lost == "put" else here if lost == "tell" else here.cases

    def failing(*_: object, **__: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(owner, lost, failing)
        with pytest.raises(ConnectionError):
            decide(japan, Choice.ACCEPT)
    decide(japan, Choice.ACCEPT)
    japan.settle()
    assert here.of(CASE).state is CaseState.APPROVAL
    assert decisions(japan) == [("accept", HANAKO)]


def test_of_two_decisions_one_counts_with_its_own_content(japan: Japan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requirement: what is confirmed is what the clerk decided who was heard, whatever the other one wrote."""
    here = japan.here
    correction = json.dumps({"revision": 1, "planned_on": "2026-04-02"}).encode()
    signal = here.cases.signal

    def overtaken(case_id: str, given: Any) -> Any:
        monkeypatch.setattr(here.cases, "signal", signal)
        decide(japan, Choice.ACCEPT, JIRO)
        return signal(case_id, given)

    monkeypatch.setattr(here.cases, "signal", overtaken)
    assert refused(japan, Choice.CORRECT, correction=correction) == outcomes.CASE_DECIDED_OTHERWISE.code
    japan.settle()
    assert confirmed(japan) == family()
    assert str(here.of(CASE).planned_on) == "2026-04-01"
    # Whoever looked into the difference approves nothing of it.
    assert refused(japan, Choice.APPROVE) == refused(japan, Choice.APPROVE, JIRO) == outcomes.SAME_CLERK.code


def test_another_decision_after_one_that_was_heard_is_told_so(japan: Japan) -> None:
    decide(japan, Choice.ACCEPT)
    assert refused(japan, Choice.RETURN, JIRO) == outcomes.CASE_DECIDED_OTHERWISE.code
    assert decisions(japan) == [("accept", HANAKO)]


def test_a_correction_is_a_paper_of_its_own(japan: Japan) -> None:
    before = japan.here.of(CASE)
    filed = japan.here.papers.get(CASE, PaperKind.RAW)
    correction = {
        "revision": 1,
        "planned_on": "2026-04-11",
        "people": [{"position": 3, "name": "見本　一朗"}, {"position": 1}],
    }
    decide(japan, Choice.CORRECT, correction=json.dumps(correction).encode(), reason="見本さんに電話で確認")
    japan.settle()
    decide(japan, Choice.APPROVE, JIRO)
    japan.settle()
    assert japan.here.papers.get(CASE, PaperKind.RAW) == filed
    after, made = japan.here.of(CASE), confirmed(japan)
    assert [person.position for person in after.people] == [1, 3]
    assert [(person.position, person.name) for person in made.people] == [(1, "見本　太郎"), (3, "見本　一朗")]
    assert made.people[1].individual_number_reference == "ref-3"
    assert str(after.planned_on) == made.planned_on == "2026-04-11"
    assert before.erase_on is not None
    assert after.erase_on is not None
    assert (after.erase_on - before.erase_on).days == 10
    assert "電話" not in str(japan.here.cases.history(CASE))
    assert after.state is CaseState.COMPLETED


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, outcomes.APPLICATION_ITEM_MISSING),
        ({"revision": 2}, outcomes.CORRECTION_UNLIKE),
        ({"revision": 1, "application_number": "A2"}, outcomes.CORRECTION_UNLIKE),
        ({"revision": 1, "from_municipality": "131016"}, outcomes.CORRECTION_UNLIKE),
        ({"revision": 1, "to_municipality": "141003"}, outcomes.APPLICATION_SAME_PLACE),
        ({"revision": 1, "to_municipality": "13101"}, outcomes.APPLICATION_ITEM_WRONG),
        ({"revision": 1, "planned_on": "2026-02-30"}, outcomes.APPLICATION_DATE_WRONG),
        ({"revision": 1, "planned_on": "9999-12-31"}, outcomes.APPLICATION_DATE_WRONG),
        ({"revision": 1, "typo": ""}, outcomes.APPLICATION_ITEMS_UNKNOWN),
        ({"revision": 1, "people": []}, outcomes.APPLICATION_NOBODY),
        ({"revision": 1, "people": [{"position": 4}]}, outcomes.CORRECTION_UNLIKE),
        ({"revision": 1, "people": [{"position": 1}, {"position": 1}]}, outcomes.CORRECTION_UNLIKE),
        ({"revision": 1, "people": [{"position": 1, "sex": "男"}]}, outcomes.APPLICATION_ITEM_WRONG),
        ({"revision": 1, "people": [{"position": 1, "birth_date": "2026-13-40"}]}, outcomes.APPLICATION_DATE_WRONG),
        (
            {"revision": 1, "people": [{"position": 1, "individual_number_reference": "ref-2"}]},
            outcomes.CORRECTION_UNLIKE,
        ),
    ],
)
def test_a_correction_that_does_not_fit_changes_nothing(japan: Japan, changes: Any, code: Any) -> None:
    before = japan.here.of(CASE)
    assert refused(japan, Choice.CORRECT, correction=json.dumps(changes).encode()) == code.code
    assert japan.here.of(CASE) == before
    assert not decisions(japan)


def test_the_whole_paper_edited_is_a_correction(japan: Japan) -> None:
    whole = {**msgspec.to_builtins(family()), "revision": 1, "to_municipality": "271004"}
    decide(japan, Choice.CORRECT, correction=json.dumps(whole).encode())
    japan.settle()
    assert confirmed(japan).to_municipality == japan.here.of(CASE).counterpart == "271004"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b" " * 200_000])
def test_what_is_no_json_is_refused(japan: Japan, body: bytes) -> None:
    assert refused(japan, Choice.CORRECT, correction=body) in {"E1700", "E1701", "E1703"}


def test_somebody_unknown_needs_a_number_that_is_a_resident_s() -> None:
    """Requirement: one unknown member of a household."""
    people = family().people
    stranger = msgspec.structs.replace(
        people[2], birth_date="1999-09-09", name="見本　三郎", name_kana="ミホン　サブロウ"
    )
    japan = _filed(family(people=(*people[:2], stranger)), jusho_banchigohyoki="1-1", kojinbango="")
    assert japan.here.of(CASE).people[2].addressee_number is None
    assert refused(japan, Choice.ACCEPT) == outcomes.MOVE_UNIDENTIFIED.code
    number = f"{3:015d}"
    for wrong in ("999999999999999", f"{2:015d}"):
        assert refused(japan, Choice.ACCEPT, numbers={3: wrong}) == outcomes.NUMBER_UNFIT.code
    assert refused(japan, Choice.ACCEPT, numbers={3: number, 4: f"{4:015d}"}) == outcomes.NUMBER_UNFIT.code
    decide(japan, Choice.ACCEPT, numbers={3: number})
    japan.settle()
    case = japan.here.of(CASE)
    assert [person.addressee_number for person in case.people] == [f"{place:015d}" for place in (1, 2, 3)]
    assert case.state is CaseState.APPROVAL


def test_what_is_filed_anew_in_the_moment_of_a_decision_is_reconciled(japan: Japan) -> None:
    """The machine heard the clerk, and before it confirms the applicant corrects: the case must not stand still."""
    here = japan.here
    decide(japan, Choice.ACCEPT)
    here.papers.put(CASE, PaperKind.RAW, msgspec.json.encode(family(revision=2, planned_on="2026-04-05")))
    case = here.of(CASE)
    bare = tuple(replace(person, addressee_number=None) for person in case.people)
    here.cases.save(replace(case, revision=2, people=bare, planned_on=date(2026, 4, 5)))
    here.say(CASE, SignalKind.AMENDED, by="portal")
    japan.settle()
    case = here.of(CASE)
    assert case.state is CaseState.DIFFERENT
    assert str(case.planned_on) == "2026-04-05"
    assert refused(japan, Choice.CORRECT, correction=b'{"revision": 1}') == outcomes.CORRECTION_UNLIKE.code
    decide(japan, Choice.ACCEPT, JIRO)
    japan.settle()
    assert confirmed(japan).revision == 2


def test_a_restraint_is_released_by_one_and_approved_by_another() -> None:
    japan = Japan()
    numbers = settle_family(japan.here, family())
    japan.here.restraints.known[f"{1:015d}"] = Restraint.ERROR
    japan.here.file(family(), numbers)
    japan.settle()
    assert refused(japan, Choice.APPROVE) == outcomes.CASE_NOT_WAITING.code
    decide(japan, Choice.RELEASE, reason="本人と確認")
    japan.settle()
    assert refused(japan, Choice.APPROVE) == outcomes.SAME_CLERK.code
    decide(japan, Choice.APPROVE, JIRO)
    japan.settle()
    assert japan.here.of(CASE).state is CaseState.COMPLETED


def test_a_returned_case_takes_nothing_more(japan: Japan) -> None:
    decide(japan, Choice.RETURN, reason="届出の内容を確認できない")
    japan.settle()
    assert japan.here.of(CASE).state is CaseState.RETURNED
    for choice in (Choice.ACCEPT, Choice.APPROVE, Choice.RELEASE):
        assert refused(japan, choice) in {"E1870", "E1871"}
    with pytest.raises(DecisionRefusedError) as error:
        deciding(japan).cancel(CASE, HANAKO, "取下げ")
    assert error.value.code == outcomes.CASE_OVER.code


def test_an_operator_cancels_once(japan: Japan) -> None:
    for _ in range(2):
        deciding(japan).cancel(CASE, HANAKO, "窓口で取下げ")
    assert decisions(japan) == [("cancel", HANAKO)]
    body = japan.here.papers.get(CASE, decision_name("operator-withdrawal-1"))
    assert body is not None
    assert json.loads(body)["reason"] == "窓口で取下げ"
    japan.settle()
    assert japan.here.of(CASE).state is CaseState.WITHDRAWN
    assert japan.here.status.last("A2026000001")[0] == "取下げ"
    assert not japan.effects


def test_a_reservation_is_cancelled() -> None:
    japan = Japan()
    reservation = family().reservation
    assert reservation is not None
    moving_in = japan.there.reserve(reservation)
    japan.settle()
    there = japan.there
    clerk = Deciding(there.cases, there.papers, there, there.clock, lambda _: ())
    clerk.cancel(moving_in, HANAKO, "")
    japan.settle()
    assert there.of(moving_in).state is CaseState.WITHDRAWN


def test_a_case_whose_papers_are_gone_is_cancelled_all_the_same(japan: Japan) -> None:
    japan.here.papers.destroy(CASE)
    deciding(japan).cancel(CASE, HANAKO, "消去後")
    japan.settle()
    assert japan.here.of(CASE).state is CaseState.WITHDRAWN


def test_the_committed_schema_is_the_reader_s() -> None:
    assert json.loads(FILE.read_text(encoding="utf-8")) == schema(), "run .venv/bin/python -m tools.moving_correction"
    Draft202012Validator(schema()).validate({"revision": 1, "people": [{"position": 1, "name": "見本"}]})
