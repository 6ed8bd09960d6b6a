"""Papers of a case as JSON."""

from __future__ import annotations

import pytest

from kyotsu.moving.documents import (
    Address,
    Application,
    Certificate,
    CertificatePerson,
    ForeignResident,
    Membership,
    MovingPerson,
    Reservation,
    UnreadableDocumentError,
    decode,
    encode,
)

ADDRESS = Address(municipality_code="131016", prefecture="東京都", municipality_name="千代田区", building="１０１")
CERTIFICATE = Certificate(
    application_number="A1",
    from_municipality="141003",
    to_municipality="131016",
    new_address=ADDRESS,
    people=(
        CertificatePerson(position=1, name="辻󠄀 太郎", memberships=(Membership(kind="national_pension"),)),
        CertificatePerson(position=2, resident_kind="2", foreign=ForeignResident(nationality="米国")),
    ),
)


def test_a_document_reads_back_as_it_was_written() -> None:
    assert decode(encode(CERTIFICATE), Certificate) == CERTIFICATE
    assert encode(decode(encode(CERTIFICATE), Certificate)) == encode(CERTIFICATE)


def test_an_address_is_one_line_with_its_building_apart() -> None:
    assert ADDRESS.text == "東京都千代田区　１０１"
    assert Address().text == ""


def test_the_reservation_of_an_application_has_what_it_says_and_no_more() -> None:
    people = (MovingPerson(position=1, name="辻󠄀 太郎"),)
    application = Application(
        application_number="A1", revision=3, people=people, new_address=ADDRESS, visit_on="2026-04-01"
    )
    assert application.reservation == Reservation(
        application_number="A1", revision=3, people=people, new_address=ADDRESS, visit_on="2026-04-01"
    )
    assert Application(application_number="A1").reservation is None


def test_an_item_of_a_newer_layout_is_passed_over() -> None:
    assert decode(b'{"application_number": "A1", "new": 1}', Reservation) == Reservation(application_number="A1")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"application_number": "A1", "people": [{"position": "secret"}]}', "$.people[0].position"),
        ('{"application_number": {"山田": 1}}'.encode(), "$.application_number"),
        (b'{"people": "secret', "document"),
        (b"\xff", "document"),
        (b'{"application_number": "\xff"}', "not UTF-8"),
        (b"{}", "document"),
    ],
)
def test_what_is_no_document_is_refused_by_place_and_never_quoted(body: bytes, place: str) -> None:
    with pytest.raises(UnreadableDocumentError) as raised:
        decode(body, Application)
    assert str(raised.value) == place
