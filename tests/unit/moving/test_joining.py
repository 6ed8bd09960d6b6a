"""転出証明書情報 without an application number, and the reservation of the same people: one case goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from kyotsu.moving.arriving import Arriving
from kyotsu.moving.cases import Case, CaseKind, CasePerson, CaseState, SignalKind
from kyotsu.moving.certificates import assembled
from kyotsu.moving.cs.mapping import is_message_id, message_id
from kyotsu.moving.cs.messages import Cancellation, Received
from kyotsu.moving.documents import Certificate, CertificatePerson
from kyotsu.moving.erasing import Erasing
from kyotsu.moving.in_advance import MoveIn
from kyotsu.moving.moves import Moves, Told
from kyotsu.moving.ports import MessageKind
from kyotsu.moving.receiving import Certificates
from kyotsu.moving.starting import Starting
from tests.fakes.interruption import Interruption, StoppedError
from tests.fakes.moving_intake import HERE, THERE, Office, application, as_bytes, person
from tests.fakes.moving_world import MemoryResidentRecords
from tests.fakes.sealing import FINGERPRINTS

TARO, HANAKO = ("山田　太郎", "1980-05-06", "1"), ("山田　花子", "1985-00-00", "2")
RESERVED = "I-A1"


@pytest.fixture
def office() -> Office:
    return Office(THERE)


def receiver(office: Office, interruption: Interruption | None = None) -> Certificates:
    around = (interruption or Interruption()).around
    cases, papers = around(office.cases), around(office.papers)
    starting = Starting(cases, around(office.machines), office.clock)
    return Certificates(cases, papers, starting, FINGERPRINTS, office.rules, THERE, {THERE})


def message(name: str, who: tuple[str, str, str], position: int = 1, **changes: Any) -> Received:
    """Return 転出証明書情報 of somebody, without a number; positions are the sender's own."""
    known, birth, sex = who
    certificate = {
        "application_number": "",
        "from_municipality": HERE,
        "to_municipality": THERE,
        "planned_on": "2026-04-01",
        "people": (CertificatePerson(position=position, name=known, birth_date=birth, sex=sex),),
        "total": 2,
        **{key: value for key, value in changes.items() if key != "refers_to"},
    }
    return Received(
        message_id=name,
        kind=MessageKind.CERTIFICATE,
        sender=HERE,
        to=THERE,
        refers_to=changes.get("refers_to", ""),
        substituted=(),
        content=Certificate(**certificate),
        received_at=Office().clock.now(),
    )


def file(office: Office, interruption: Interruption | None = None, number: str = "A1", **changes: Any) -> None:
    taken = office.intake(interruption).receive(as_bytes(application(number, **changes)))
    assert taken.status == "ACCEPTED"


def assert_one_goes_on(office: Office) -> Case:
    """The reservation's case has both people's certificates, at its own positions; the others have ended."""
    case = office.cases.get(RESERVED)
    assert case.has_certificate
    assert [(each.position, each.message_id) for each in case.certificate_now] == [(1, "M1"), (2, "M2")]
    assert [each.name for each in assembled(office.papers, case).people] == [TARO[0], HANAKO[0]]
    assert [each.position for each in assembled(office.papers, case).people] == [1, 2]
    for name in ("M1", "M2"):
        ended = office.cases.get(f"I-CS-{name}")
        assert (ended.state, ended.linked_to, ended.reason) == (CaseState.CLOSED, RESERVED, "W1703")
        assert not ended.has_reservation
    heard = {signal.kind for signal in office.cases.pending(RESERVED)} | {
        taken.signal.kind for taken in office.machines.told
    }
    assert SignalKind.LINKED in heard
    return case


@pytest.mark.parametrize("order", ["first", "between", "last"])
def test_certificates_without_a_number_join_the_reservation_in_any_order(office: Office, order: str) -> None:
    reserving = {"first": 0, "between": 1, "last": 2}[order]
    events: list[Any] = [lambda: receiver(office).receive(message("M1", TARO))]
    events.append(lambda: receiver(office).receive(message("M2", HANAKO)))
    events.insert(reserving, lambda: file(office))
    for _ in range(2):  # at least once
        for event in events:
            event()
    assert_one_goes_on(office)
    assert office.cases.get(RESERVED).remarks == ()


def interruptions() -> Iterator[tuple[int, bool]]:
    yield from ((at, after) for at in count(1) for after in (False, True))


@pytest.mark.parametrize("reserves_last", [True, False])
def test_a_crash_anywhere_is_mended_by_the_repeat(*, reserves_last: bool) -> None:
    for at, after in interruptions():
        office, interruption = Office(THERE), Interruption(at, after)
        receiver(office).receive(message("M2", HANAKO))
        last = message("M1", TARO)
        (receiver(office).receive(last) if reserves_last else file(office))
        try:
            (file(office, interruption) if reserves_last else receiver(office, interruption).receive(last))
        except StoppedError:
            (file(office) if reserves_last else receiver(office).receive(last))
            assert_one_goes_on(office)
            continue
        assert_one_goes_on(office)
        assert at > 20, "the port calls were gone through"
        return


@pytest.mark.parametrize("reserves", [True, False])
def test_two_that_come_at_once_find_each_other_whatever_comes_between(*, reserves: bool) -> None:
    for at, after in interruptions():
        office = Office(THERE)
        receiver(office).receive(message("M2", HANAKO))
        others: list[Any] = [lambda office=office: receiver(office).receive(message("M1", TARO))]
        others.append(lambda office=office: file(office))
        beside = Interruption(at, after, happens=others[not reserves])
        if reserves:
            file(office, beside)
        else:
            receiver(office, beside).receive(message("M1", TARO))
        if len(beside.calls) < at:
            assert at > 10, "the port calls were gone through"
            return
        assert_one_goes_on(office)


def test_certificates_alone_are_a_case_for_each_person_that_is_complete(office: Office) -> None:
    """Nothing tells which are of one household: nobody may wait for messages that open other cases."""
    for name, who in (("M1", TARO), ("M2", HANAKO)):
        receiver(office).receive(message(name, who))
    assert [office.cases.get(f"I-CS-{name}").has_certificate for name in ("M1", "M2")] == [True, True]


def test_a_message_with_the_longest_id_has_messages_of_its_own(office: Office) -> None:
    """Ids of the CS have up to 128 characters, and so have ours that are made of them."""
    names = ["M" * 128, "M" * 127 + "X"]
    for name in names:
        receiver(office).receive(message(name, TARO, from_municipality=f"01{name[-1] == 'X':04d}"))
    cases = list(office.cases.listed(CaseKind.MOVE_IN))
    assert len(cases) == len(names)
    assert all(is_message_id(message_id(case.id, MessageKind.NOTICE, 30, "1r99")) for case in cases)
    receiver(office).cancel(replace_content(message("M9", TARO), Cancellation(position=1, cancelled=names[0])))
    assert sum(bool(case.cancelled_messages) for case in office.cases.listed(CaseKind.MOVE_IN)) == 1


def test_a_case_of_another_kind_or_from_another_municipality_takes_no_certificate(office: Office) -> None:
    receiver(office).receive(message("M0", TARO))
    for case_id, kind, number in (("O-B1", CaseKind.MOVE_OUT, "B1"), ("C-B2", CaseKind.IN_CITY, "B2")):
        template = office.cases.get("I-CS-M0")
        other = replace(template, id=case_id, kind=kind, application_number=number, certificate_parts=(), version=0)
        office.cases.open(other, office.cases.history("I-CS-M0")[0])
        office.cases.note(case_id, [FINGERPRINTS.of("moving", f"k:山田太郎/{TARO[1]}/{TARO[2]}")])
    before = [office.cases.get("O-B1"), office.cases.get("C-B2"), office.cases.get("I-CS-M0")]
    receiver(office).receive(message("M1", TARO, from_municipality="011002"))
    assert [office.cases.get("O-B1"), office.cases.get("C-B2"), office.cases.get("I-CS-M0")] == before
    assert office.cases.get("I-CS-M1").counterpart == "011002"


@pytest.mark.parametrize(
    "doubt",
    [
        [message("M1", TARO, from_municipality="011002")],
        [message("M1", TARO), message("M3", TARO, from_municipality="011002")],
    ],
    ids=["another municipality", "two certificates"],
)
def test_what_is_not_certain_stays_apart_and_a_clerk_is_told(office: Office, doubt: list[Received]) -> None:
    for one in doubt:
        receiver(office).receive(one)
    file(office)
    assert office.cases.get(RESERVED).remarks == ("W1702",)
    assert not office.cases.get(RESERVED).certificate_parts
    assert all(not office.cases.get(f"I-CS-{one.message_id}").linked_to for one in doubt)


def test_twins_in_name_and_birth_are_a_clerks_matter(office: Office) -> None:
    receiver(office).receive(message("M1", TARO))
    file(office, people=[person(1, TARO[0]), person(2, TARO[0])])
    assert office.cases.get(RESERVED).remarks == ("W1702",)
    assert office.cases.get("I-CS-M1").state is CaseState.WAITING


def test_whoever_moved_in_already_is_not_joined_so_that_one_notice_goes_out(office: Office) -> None:
    receiver(office).receive(message("M1", TARO))
    case = office.cases.get("I-CS-M1")
    office.cases.save(replace(case, people=(CasePerson(1, "900000000000001", arrived=True),)))
    file(office)
    assert not office.cases.get("I-CS-M1").linked_to
    assert not office.cases.get(RESERVED).certificate_parts


def test_an_arrival_is_noted_with_the_case_that_goes_on_alone(office: Office) -> None:
    for name, who in (("M1", TARO), ("M2", HANAKO)):
        receiver(office).receive(message(name, who))
    file(office)
    residents = MemoryResidentRecords()
    moved = {"shimei": TARO[0], "seinengappi": TARO[1], "seibetsu": TARO[2], "idojiyu": "01"}
    residents.put("900000000000001", idonengappi="2026-04-03", **moved)
    starting = Starting(office.cases, office.machines, office.clock)
    Arriving(office.cases, office.papers, residents, starting, FINGERPRINTS).hear("900000000000001", office.clock.now())
    assert [each.arrived for each in office.cases.get(RESERVED).people] == [True, False]
    assert not any(each.arrived for each in office.cases.get("I-CS-M1").people)


def test_a_certificate_sent_anew_takes_the_place_of_the_joined_one(office: Office) -> None:
    file(office)
    receiver(office).receive(message("M1", TARO))
    receiver(office).receive(message("M3", TARO, refers_to="M1"))
    case = office.cases.get(RESERVED)
    assert [part.message_id for part in case.certificate_now] == ["M3"]
    assert case.remarks == ()


def test_the_cancellation_of_a_joined_certificate_reaches_the_case_that_goes_on(office: Office) -> None:
    file(office)
    receiver(office).receive(message("M1", TARO))
    cancelled = replace_content(message("M9", TARO), Cancellation(position=1, cancelled="M1"))
    receiver(office).cancel(cancelled)
    assert not office.cases.get(RESERVED).certified


def replace_content(received: Received, content: Cancellation) -> Received:
    return Received(
        **{name: getattr(received, name) for name in Received.__struct_fields__ if name not in {"content", "kind"}},
        kind=MessageKind.CERTIFICATE_CANCEL,
        content=content,
    )


def test_a_machine_in_the_middle_of_a_step_does_not_reopen_what_ended(office: Office) -> None:
    receiver(office).receive(message("M1", TARO))
    at_first = office.cases.get("I-CS-M1")
    moves = Moves(office.cases, office.clock)
    move_in = MoveIn(moves, Told(office.status, office.clock), office.rules)
    ended = office.cases.save(replace(at_first, state=CaseState.CLOSED, linked_to=RESERVED, reason="W1703"))
    for step in (move_in.expire, move_in.withdraw, move_in.close):
        step(ended.id)
    moves.on(ended.id, "Assess", "wait", move_in._waiting)  # an assessment that was overtaken
    now = office.cases.get("I-CS-M1")
    assert (now.state, now.reason) == (CaseState.CLOSED, "W1703")


def test_erasure_covers_both(office: Office) -> None:
    receiver(office).receive(message("M1", TARO))
    receiver(office).receive(message("M2", HANAKO))
    file(office)
    office.clock.at += timedelta(days=100)
    starting = Starting(office.cases, office.machines, office.clock)
    erased = set(Erasing(office.cases, office.papers, starting, office.clock, office.rules).erase_due())
    assert erased == {RESERVED, "I-CS-M1", "I-CS-M2"}
    assert not office.papers.bodies
