"""What the CS brings, in whichever order: cancellations that come first, repeats, and what is not for us."""

from __future__ import annotations

import pytest

from kyotsu.moving.cases import CaseState
from kyotsu.moving.cs.mapping import MessageRefusedError
from kyotsu.moving.cs.messages import Cancellation, Content, Notice, Received
from kyotsu.moving.documents import Certificate, CertificatePerson
from kyotsu.moving.ports import MessageKind
from tests.fakes.moving_world import Japan, family

FIRST = "O-A2026000001-tenshutsushomeisho-1-1"


@pytest.fixture
def japan() -> Japan:
    """Two towns."""
    return Japan()


def message(japan: Japan, content: Content, message_id: str = FIRST, **changes: str) -> Received:
    """Return a message as it was read."""
    return Received(
        message_id=message_id,
        kind=MessageKind.CERTIFICATE,
        sender="141003",
        to=changes.get("to", "131016"),
        refers_to=changes.get("refers_to", ""),
        substituted=(),
        content=content,
        received_at=japan.clock.now(),
    )


def certificate(number: str = "A2026000001", name: str = "見本　太郎") -> Certificate:
    """Return 転出証明書情報 of one person."""
    person = CertificatePerson(position=1, name=name, birth_date="1981-04-01", sex="1")
    return Certificate(
        application_number=number,
        from_municipality="141003",
        to_municipality="131016",
        planned_on="2026-04-01",
        people=(person,),
        total=1,
    )


@pytest.mark.parametrize("number", ["A2026000001", ""], ids=["of an application", "without a number"])
@pytest.mark.parametrize("ends_between", [True, False])
def test_a_certificate_that_comes_after_its_cancellation_stays_cancelled(
    japan: Japan, number: str, *, ends_between: bool
) -> None:
    there = japan.there
    there.certificates.cancel(
        message(japan, Cancellation(application_number=number, position=1, cancelled=FIRST), "cancel-1")
    )
    if ends_between:
        japan.settle()
    there.certificates.receive(message(japan, certificate(number)))
    japan.settle()
    (case,) = there.cases.all()
    assert (case.state, case.certified) == (CaseState.WITHDRAWN, ())


def test_a_cancelled_certificate_leaves_the_reservation_as_it_was(japan: Japan) -> None:
    reservation = family().reservation
    assert reservation is not None
    japan.there.certificates.cancel(
        message(japan, Cancellation(application_number="A2026000001", position=1, cancelled=FIRST), "cancel-1")
    )
    japan.there.reserve(reservation)
    japan.there.certificates.receive(message(japan, certificate()))
    japan.settle()
    (case,) = japan.there.cases.all()
    assert case.has_reservation
    assert case.state is CaseState.WAITING


def test_what_was_sent_anew_counts_whichever_comes_last(japan: Japan) -> None:
    receive = japan.there.certificates.receive
    receive(message(japan, certificate(name="見本　太朗"), f"{FIRST}r1", refers_to=FIRST))
    receive(message(japan, certificate()))
    (case,) = japan.there.cases.all()
    assert [part.message_id for part in case.certificate_now] == [f"{FIRST}r1"]


@pytest.mark.parametrize(
    "content", [certificate(), Cancellation(application_number="A2026000001", position=1, cancelled=FIRST)]
)
def test_a_message_for_another_municipality_opens_nothing(japan: Japan, content: Content) -> None:
    certificates = japan.there.certificates
    take = certificates.receive if isinstance(content, Certificate) else certificates.cancel
    with pytest.raises(MessageRefusedError):
        take(message(japan, content, to="999999"))
    assert japan.there.cases.all() == []


def test_a_notice_that_comes_twice_is_handed_over_once(japan: Japan) -> None:
    case_id = japan.here.file(family(size=1), {})
    notice = message(japan, Notice(application_number="A2026000001", position=1, name="見本　太郎"), "n-1", to="141003")
    japan.here.notices.receive(notice)
    japan.here.notices.receive(notice)
    assert japan.here.of(case_id).notice_revision == 1
