"""Documents of マイナポータル: what becomes of each, and why some are refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from kyotsu.contracts.outcomes import by_code
from kyotsu.moving.application import DocumentRefusedError, read
from kyotsu.moving.cases import CaseKind, CasePerson, CaseState, Entry, SignalKind
from kyotsu.moving.certificates import case_alone
from kyotsu.moving.cs.mapping import is_message_id, message_id
from kyotsu.moving.documents import Application, Reservation, decode
from kyotsu.moving.intake import WITHDRAWN_REVISION, Taken
from kyotsu.moving.ports import MessageKind, PaperKind
from kyotsu.moving.referred_numbers import ReferenceMissingError
from tests.fakes.interruption import Interruption
from tests.fakes.moving_contract import case, wait
from tests.fakes.moving_intake import (
    HERE,
    NUMBER,
    OTHER_NUMBER,
    THERE,
    WARD,
    Office,
    application,
    as_bytes,
    person,
    withdrawal,
)


@pytest.fixture
def office() -> Office:
    return Office()


def take(office: Office, document: Any) -> Taken:
    return office.intake().receive(document if isinstance(document, bytes) else as_bytes(document))


def codes(taken: Taken) -> list[str]:
    assert all(problem.sentence for problem in taken.problems)
    return [problem.outcome.code for problem in taken.problems]


def test_an_application_opens_a_case_that_starts_and_its_applicant_knows(office: Office) -> None:
    assert take(office, application()) == Taken("ACCEPTED", "A1", "O-A1")
    opened = office.cases.get("O-A1")
    assert (opened.kind, opened.state, opened.generation) == (CaseKind.MOVE_OUT, CaseState.RECEIVED, 1)
    assert (opened.revision, opened.counterpart, str(opened.planned_on)) == (1, THERE, "2026-04-01")
    assert opened.people == (CasePerson(1), CasePerson(2))
    assert (opened.visit_on, opened.has_reservation) == (None, False)
    assert opened.erase_on == office.rules.erase_on(opened.planned_on, office.clock.now().date())
    assert office.machines.starts == {"O-A1.1": 1}
    assert office.status.last("A1") == ("受付済", "")
    raw = office.papers.get("O-A1", PaperKind.RAW)
    assert raw is not None
    assert decode(raw, Application).people[1].name == "山田　花子"
    assert [entry.outcome for entry in office.cases.history("O-A1")] == ["opened", "filed", "1"]


def test_nothing_of_a_person_is_in_a_case(office: Office) -> None:
    take(office, application())
    text = repr((office.cases.get("O-A1"), office.cases.history("O-A1")))
    assert not any(part in text for part in ("山田", "太郎", "1980", "港町"))


def test_the_municipality_that_is_moved_to_has_a_reservation_alone() -> None:
    office = Office(THERE)
    assert take(office, application()) == Taken("ACCEPTED", "A1", "I-A1")
    opened = office.cases.get("I-A1")
    assert (opened.state, opened.has_reservation, str(opened.visit_on)) == (CaseState.WAITING, True, "2026-04-03")
    assert opened.counterpart == HERE
    body = office.papers.get("I-A1", PaperKind.RESERVATION)
    assert body is not None
    assert decode(body, Reservation).from_municipality == HERE
    assert office.papers.get("I-A1", PaperKind.RAW) is None


def test_a_move_within_the_municipality_is_a_reservation_without_cs(office: Office) -> None:
    document = application(parts=["tenkyoyoyaku"], to_municipality=WARD)
    assert take(office, document) == Taken("ACCEPTED", "A1", "C-A1")
    assert office.cases.get("C-A1").has_reservation


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "E1701"),
        (b"\xff\xfe{}", "E1701"),
        (b"[" * 100_000, "E1703"),
        (b" " * 5_000_000, "E1700"),
        (b'{"document": "x"}', "E1703"),
        (b"{}", "E1704"),
    ],
)
def test_what_can_t_be_read_is_refused_and_nobody_is_told(office: Office, body: bytes, code: str) -> None:
    taken = take(office, body)
    assert (taken.status, codes(taken), taken.application_number) == ("REJECTED", [code], "")
    assert not office.status.shown


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"recipients": ["001"]}, ["E1702"]),
        ({"people": [person(1, "x", address="秘")]}, ["E1702"]),
        ({"people": [person(1, "x" * 101)]}, ["E1703"]),
        ({"revision": 0}, ["E1703"]),
        ({"submitted_at": "2026-03-20T10:00:00"}, ["E1705"]),
        ({"submitted_at": "9999-12-31T23:59:59-09:00"}, ["E1705"]),
        ({"planned_on": "2026-02-30"}, ["E1705"]),
        ({"planned_on": "9999-12-31"}, ["E1708"]),
        ({"planned_on": "2026-04-20", "visit_on": "2026-04-21"}, ["E1708"]),
        ({"planned_on": "2026-03-09"}, ["E1708"]),
        ({"people": []}, ["E1709"]),
        ({"people": [person(1, "x"), person(1, "y")]}, ["E1710"]),
        ({"people": [person(2, "x")]}, ["E1710"]),
        ({"filer": {"position": 3}}, ["E1710"]),
        ({"people": [person(1, "x", birth_date="1980-13-01")]}, ["E1705"]),
        ({"visit_on": "2026-03-19"}, ["E1711"]),
        ({"to_municipality": HERE}, ["E1707"]),
        ({"to_municipality": WARD}, ["E1707"]),
        ({"from_municipality": "131024"}, ["E1706"]),
        ({"parts": ["tenkyoyoyaku"]}, ["E1706"]),
        ({"parts": ["tennyuyoyaku"]}, ["E1706"]),
        ({"planned_on": "2026-03-09", "people": []}, ["E1708", "E1709"]),
    ],
)
def test_what_is_wrong_is_told_to_the_applicant_and_opens_nothing(
    office: Office, changes: dict[str, Any], wrong: list[str]
) -> None:
    taken = take(office, application(**changes))
    assert (taken.status, codes(taken)) == ("REJECTED", wrong)
    assert office.status.last("A1") == ("受付不可", wrong[0])
    assert not office.papers.bodies
    assert not list(office.cases.listed(CaseKind.MOVE_OUT))


@pytest.mark.parametrize("day", ["2026-03-10", "2026-04-19"])
def test_both_ends_of_the_window_are_inside(office: Office, day: str) -> None:
    assert take(office, application(planned_on=day, visit_on="2026-04-30")).status == "ACCEPTED"


def test_a_place_never_repeats_what_was_received() -> None:
    bad = application(people=[person(1, "秘密", sex="秘密"), {"秘密": 1}], 秘密=1)
    with pytest.raises(DocumentRefusedError) as refused:
        read(as_bytes(bad))
    assert "秘密" not in str([problem.sentence for problem in refused.value.problems])


def test_a_reservation_needs_a_day_and_an_in_city_move_another_address(office: Office) -> None:
    same = application()["previous_address"]
    document = application(parts=["tenkyoyoyaku"], to_municipality=WARD, new_address=same, visit_on=None)
    assert codes(take(office, document)) == ["E1711", "E1715"]


def test_a_duplicate_changes_nothing(office: Office) -> None:
    take(office, application())
    before = (office.cases.get("O-A1"), office.cases.history("O-A1"))
    assert take(office, application()) == Taken("ACCEPTED", "A1", "O-A1")
    assert (office.cases.get("O-A1"), office.cases.history("O-A1")) == before
    assert office.machines.starts == {"O-A1.1": 1}


def test_other_content_under_the_same_revision_is_refused(office: Office) -> None:
    take(office, application())
    before = office.papers.bodies.copy()
    assert codes(take(office, application(planned_on="2026-04-02"))) == ["E1714"]
    assert office.papers.bodies == before
    assert office.status.last("A1") == ("受付済", "")


def test_a_correction_is_heard_by_the_machine_that_waits(office: Office) -> None:
    take(office, application())
    office.cases.wait("O-A1", wait(0, "t1"))
    assert take(office, application(revision=2, planned_on="2026-04-05")).status == "ACCEPTED"
    assert [taken.signal.kind for taken in office.machines.told] == [SignalKind.AMENDED]
    assert str(office.cases.get("O-A1").planned_on) == "2026-04-05"
    assert take(office, application(revision=2, planned_on="2026-04-05")).status == "ACCEPTED"
    assert len(office.machines.told) == 1


def test_an_older_revision_changes_nothing(office: Office) -> None:
    take(office, application(revision=2, planned_on="2026-04-05"))
    assert take(office, application()) == Taken("UNCHANGED", "A1", "O-A1")
    assert office.cases.get("O-A1").revision == 2
    assert office.machines.starts == {"O-A1.1": 1}
    assert not office.cases.pending("O-A1")


@pytest.mark.parametrize("state", [CaseState.SENDING, CaseState.COMPLETED, CaseState.UNARRIVED])
def test_a_correction_that_comes_too_late_is_refused(office: Office, state: CaseState) -> None:
    take(office, application())
    office.cases.save(replace(office.cases.get("O-A1"), state=state))
    before = office.papers.bodies.copy()
    assert codes(take(office, application(revision=2))) == ["E1713"]
    assert office.papers.bodies == before


def test_a_case_that_has_ended_takes_nothing(office: Office) -> None:
    take(office, application())
    office.cases.save(replace(office.cases.get("O-A1"), state=CaseState.CLOSED))
    assert codes(take(office, application(revision=2))) == ["E1712"]
    assert codes(take(office, withdrawal())) == ["E1712"]
    assert take(office, application()).status == "ACCEPTED"


def test_a_withdrawal_is_heard(office: Office) -> None:
    take(office, application())
    office.cases.wait("O-A1", wait(0, "t1"))
    for _ in range(2):
        assert take(office, withdrawal()) == Taken("ACCEPTED", "A1", "O-A1")
    assert [taken.signal.kind for taken in office.machines.told] == [SignalKind.WITHDRAWN]
    assert take(office, application(revision=3)).status == "UNCHANGED"


def test_a_withdrawal_that_comes_first_leaves_nothing_to_start(office: Office) -> None:
    assert take(office, withdrawal()).status == "ACCEPTED"
    assert take(office, application()).status == "UNCHANGED"
    found = office.cases.get("O-A1")
    assert (found.state, found.revision, found.generation) == (CaseState.WITHDRAWN, WITHDRAWN_REVISION, 0)
    assert not office.machines.starts
    assert not office.papers.bodies
    assert office.status.last("A1") == ("取下げ", "")


def test_withdrawing_the_reservation_leaves_the_move_out(office: Office) -> None:
    take(office, application())
    taken = take(office, withdrawal("A1", "tennyuyoyaku"))
    assert codes(taken) == ["E1706"]
    assert office.cases.get("O-A1").revision == 1
    there = Office(THERE)
    take(there, application())
    assert take(there, withdrawal("A1", "tennyuyoyaku")) == Taken("ACCEPTED", "A1", "I-A1")
    assert not there.cases.get("I-A1").has_reservation


def test_a_reservation_joins_the_case_its_certificate_opened() -> None:
    office = Office(THERE)
    opened = office.cases.open(case("A1", CaseKind.MOVE_IN, people=()), Entry(office.clock.now(), "Open", "x", "cs"))
    office.cases.save(replace(opened, generation=1))
    take(office, application())
    joined = office.cases.get("I-A1")
    assert (joined.has_reservation, joined.generation, len(joined.people)) == (True, 1, 2)
    assert [signal.kind for signal in office.cases.pending("I-A1")] == [SignalKind.RESERVATION]


def test_a_second_open_case_of_a_person_is_remarked_and_harms_nobody(office: Office) -> None:
    take(office, application())
    first = office.cases.get("O-A1")
    take(office, application("A2"))
    assert office.cases.get("O-A1") == first
    assert office.cases.get("O-A2").remarks == ("W1701",)
    details = [detail for entry in office.cases.history("O-A2") for detail in entry.details]
    assert ("other", "O-A1") in details, "a clerk has to know which one"
    assert by_code("W1701").message
    office.cases.save(replace(first, state=CaseState.WITHDRAWN))
    office.cases.save(replace(office.cases.get("O-A2"), state=CaseState.RETURNED))
    take(office, application("A3"))
    assert office.cases.get("O-A3").remarks == ()


REFERRED = [person(1, "山田　太郎", individual_number_reference="r1"), person(2, "山田　花子")]


def test_individual_numbers_are_sealed_and_removed_from_where_they_came(office: Office) -> None:
    office.numbers.stored = {"r1": NUMBER, "r2": OTHER_NUMBER}
    take(office, application(people=REFERRED))
    numbers = office.papers.get("O-A1", PaperKind.NUMBERS)
    assert numbers is not None
    assert json.loads(numbers) == {"1": NUMBER}
    assert office.numbers.stored == {"r2": OTHER_NUMBER}
    turned = [person(1, "山田　花子", individual_number_reference="r2"), {**REFERRED[0], "position": 2}]
    take(office, application(revision=2, people=turned))
    numbers = office.papers.get("O-A1", PaperKind.NUMBERS)
    assert numbers is not None
    assert json.loads(numbers) == {"1": OTHER_NUMBER, "2": NUMBER}
    assert office.numbers.stored == {}
    assert office.cases.get("O-A1").remarks == ()


def test_a_number_that_is_not_there_is_waited_for_and_then_done_without(office: Office) -> None:
    document = as_bytes(application(people=REFERRED))
    with pytest.raises(ReferenceMissingError):
        office.intake().receive(document, patient=True)
    assert office.machines.starts == {}
    assert office.intake().receive(document).status == "ACCEPTED"
    assert office.cases.get("O-A1").remarks == ("W1700",)


@pytest.mark.parametrize("wrong", ["983205673215", "98320567321", "９８３２０５６７３２１４", ""])
def test_a_number_that_is_none_is_not_used(office: Office, wrong: str) -> None:
    office.numbers.stored = {"r1": wrong}
    take(office, application(people=REFERRED))
    assert office.papers.get("O-A1", PaperKind.NUMBERS) is None
    assert office.cases.get("O-A1").remarks == ("W1700",)


def test_an_application_whose_papers_were_destroyed_is_refused(office: Office) -> None:
    office.papers.destroy("O-A1")
    assert codes(take(office, application())) == ["E1712"]
    assert not office.machines.starts


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 30))
def test_a_correction_beside_an_approval_counts_or_is_refused_and_is_never_lost(
    office: Office, at: int, *, after: bool
) -> None:
    take(office, application())
    opened = office.cases.get("O-A1")
    office.cases.save(replace(opened, state=CaseState.APPROVAL, generation=1, reconciled_revision=1, stage=3))

    def approve() -> None:  # as the step does: by the case as it is written
        case = office.cases.get("O-A1")
        if case.revision <= case.reconciled_revision:
            office.cases.save(replace(case, state=CaseState.APPROVED))

    taken = office.intake(Interruption(at, after, approve)).receive(as_bytes(application(revision=2)))
    case = office.cases.get("O-A1")
    if taken.status == "ACCEPTED":
        assert (case.state, case.revision) == (CaseState.APPROVAL, 2)
        assert [signal.kind for signal in office.cases.pending("O-A1")] == [SignalKind.AMENDED]
    else:
        assert codes(taken) == ["E1713"]
        assert (case.state, case.revision) == (CaseState.APPROVED, 1)


def test_a_correction_that_was_approved_before_it_was_noted_is_not_refused(office: Office) -> None:
    take(office, application())
    opened = office.cases.get("O-A1")
    # Its paper is kept before the case knows it: the reconciliation may read it in between.
    office.cases.save(replace(opened, state=CaseState.SENDING, reconciled_revision=2))
    assert take(office, application(revision=2)).status == "ACCEPTED"


def test_the_largest_application_is_taken_and_all_its_ids_fit() -> None:
    number = "A" * 40
    people = [person(at, "長" * 100, name_kana="ナ" * 100, roman_name="R" * 100) for at in range(1, 31)]
    for office, case_id in ((Office(HERE), f"O-{number}"), (Office(THERE), f"I-{number}")):
        assert take(office, application(number, people=people)).case_id == case_id
        assert len(office.cases.get(case_id).people) == 30
        # A message's id holds the case's; so does the case that a certificate of it opens by itself, and its messages.
        sent = message_id(case_id, MessageKind.CERTIFICATE_CANCEL, 30, "1r99")
        assert is_message_id(sent)
        assert is_message_id(message_id(case_alone(sent), MessageKind.NOTICE, 30, "1r99"))


def test_more_people_than_a_document_takes_are_refused(office: Office) -> None:
    people = [person(at, "長") for at in range(1, 32)]
    assert codes(take(office, application(people=people))) == ["E1703"]
