"""The step that draws 転入届."""

from __future__ import annotations

import functools
from dataclasses import replace
from datetime import UTC, datetime

import pypdfium2
import pytest

from kyotsu.contracts import outcomes
from kyotsu.moving.cases import Case, CaseKind, CaseState, CertificatePart, Entry
from kyotsu.moving.certificates import part_name
from kyotsu.moving.documents import (
    Address,
    Certificate,
    CertificatePerson,
    Filer,
    ForeignResident,
    MovingPerson,
    Reservation,
    encode,
)
from kyotsu.moving.drawing_step import Drawing, FormError, form_of
from kyotsu.moving.form.fonts import find_fonts
from kyotsu.moving.moves import Moves
from kyotsu.moving.ports import PaperKind
from tests.fakes.moving import MemoryCases, MemoryPapers

FONTS = functools.cache(find_fonts)
NOW = datetime(2026, 4, 1, 1, 0, tzinfo=UTC)
CASE = Case(
    id="I-A1",
    kind=CaseKind.MOVE_IN,
    municipality="131016",
    application_number="A1",
    state=CaseState.WAITING,
    opened_at=NOW,
    revision=1,
    has_reservation=True,
    certificate_total=2,
    certificate_revision=2,
    certificate_parts=(CertificatePart(1, "m1"), CertificatePart(2, "m2")),
)
PEOPLE = (
    CertificatePerson(
        position=1,
        name="渡邉\U000e0101 太郎",
        birth_date="1985-03-02",
        sex="1",
        relationship="世帯主",
        former_name="辻",
        individual_number="983205673214",
        resident_record_code="24727059608",
    ),
    CertificatePerson(
        position=2,
        roman_name="KYOTSU ANNA",
        common_name="共通 アンナ",
        birth_date="1990-00-00",
        sex="2",
        resident_kind="2",
        foreign=ForeignResident(nationality="米国"),
    ),
)
RESERVATION = Reservation(
    application_number="A1",
    from_municipality="141003",
    to_municipality="131016",
    planned_on="2026-04-01",
    visit_on="2026-04-03",
    new_address=Address(prefecture="東京都", municipality_name="千代田区", machiaza="丸の内", street_number="1番"),
    head_of_household="渡邉 太郎",
    filer=Filer(name="渡邉 太郎", capacity="self", phone="03-0000-0000"),
    people=(MovingPerson(position=1, name="渡邉 太郎", birth_date="1985-03-02"), MovingPerson(position=2)),
)


def _certificate(person: CertificatePerson) -> Certificate:
    return Certificate(
        application_number="A1",
        from_municipality="141003",
        to_municipality="131016",
        planned_on="2026-04-01",
        previous_address=Address(municipality_name="横浜市", machiaza="本町"),
        head_of_household="渡邉 一郎",
        people=(person,),
    )


class Town:
    """A case with its papers, and the step."""

    def __init__(self, case: Case = CASE) -> None:
        self.cases, self.papers = MemoryCases(), MemoryPapers()
        self.case = self.cases.open(case, Entry(NOW, "Open", "x", "portal"))
        for part, person in zip(case.certificate_parts, PEOPLE, strict=False):
            self.papers.put(case.id, part_name(part.message_id), encode(_certificate(person)))
        self.papers.put(case.id, PaperKind.RESERVATION, encode(RESERVATION))
        self.drawing = Drawing(Moves(self.cases, self), self.papers, FONTS)

    def now(self) -> datetime:
        return NOW

    def text(self) -> str:
        pdf = self.papers.get(CASE.id, PaperKind.FORM)
        assert pdf is not None
        return "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def test_a_form_is_drawn_from_certificate_and_reservation_and_noted_without_a_name() -> None:
    town = Town()
    assert town.drawing.draw(CASE.id) == "drawn"
    text = town.text()
    for told in (
        "渡邉\U000e0101 太郎",
        "昭和60年3月2日",
        "KYOTSU ANNA",
        "1990年（月日不詳）",
        "令和8年4月3日",
        "丸の内",
    ):
        assert told in text
    assert "983205673214" not in text
    assert "24727059608" not in text
    case = town.cases.get(CASE.id)
    assert case.has_form
    assert case.remarks == ()
    entry = town.cases.history(CASE.id)[-1]
    assert (entry.step, entry.outcome) == ("DrawForm", "drawn")
    assert dict(entry.details) == {"edition": "6", "people": "2", "substituted": "0"}


def test_drawing_again_gives_the_same_form() -> None:
    town = Town()
    town.drawing.draw(CASE.id)
    first = town.papers.get(CASE.id, PaperKind.FORM)
    town.drawing.draw(CASE.id)
    assert town.papers.get(CASE.id, PaperKind.FORM) == first
    assert town.cases.get(CASE.id).has_form


@pytest.mark.parametrize(
    "changed", [{"revision": 2}, {"certificate_revision": 3}, {"has_reservation": False}], ids=["told", "sent", "back"]
)
def test_what_changes_makes_the_form_an_old_one(changed: dict[str, int]) -> None:
    town = Town()
    town.drawing.draw(CASE.id)
    case = town.cases.get(CASE.id)
    assert not town.cases.save(replace(case, **changed)).has_form  # type: ignore[arg-type]


def test_a_certificate_that_is_cancelled_has_no_form() -> None:
    town = Town()
    town.drawing.draw(CASE.id)
    case = town.cases.get(CASE.id)
    assert not town.cases.save(replace(case, cancelled_messages=("m1",), certificate_revision=3)).has_form


def test_a_withdrawn_reservation_is_not_on_the_form() -> None:
    town = Town(replace(CASE, has_reservation=False))
    form = form_of(town.case, town.papers)
    assert form.visit_on == ""
    assert form.filer == ""
    assert form.notes == (outcomes.FORM_UNANNOUNCED.sentence(),)


def test_a_reservation_alone_makes_a_form_that_says_so() -> None:
    town = Town(replace(CASE, certificate_parts=()))
    form = form_of(town.case, town.papers)
    assert [person.name for person in form.people] == ["渡邉 太郎", ""]
    assert form.notes == (outcomes.FORM_UNCERTIFIED.sentence(),)


def test_nothing_to_draw_from_is_an_error_with_a_code() -> None:
    town = Town(replace(CASE, certificate_parts=(), has_reservation=False))
    with pytest.raises(FormError) as raised:
        town.drawing.draw(CASE.id)
    assert raised.value.code == "E1830"


def test_notes_tell_what_a_clerk_must_look_at() -> None:
    town = Town(replace(CASE, certificate_parts=CASE.certificate_parts[:1]))
    assert form_of(town.case, town.papers).notes == (outcomes.FORM_PEOPLE_DIFFER.sentence(),)
    town.papers.put(CASE.id, part_name("m1"), encode(replace_card(_certificate(PEOPLE[0]))))
    assert outcomes.FORM_NOT_CARD_BASED.sentence() in form_of(town.case, town.papers).notes


def replace_card(certificate: Certificate) -> Certificate:
    fields = {name: getattr(certificate, name) for name in Certificate.__struct_fields__}
    return Certificate(**{**fields, "card_based": False})


def test_a_substitution_is_remarked_on_the_case_once_and_only_while_it_is_true() -> None:
    town = Town()
    person = CertificatePerson(position=1, name="渡邉\U000e01ef", individual_number="983205673214")
    town.papers.put(CASE.id, part_name("m1"), encode(_certificate(person)))
    town.drawing.draw(CASE.id)
    town.drawing.draw(CASE.id)
    assert town.cases.get(CASE.id).remarks == ("W1830",)
    town.papers.put(CASE.id, part_name("m1"), encode(_certificate(PEOPLE[0])))
    town.cases.save(replace(town.cases.get(CASE.id), certificate_revision=3))
    town.drawing.draw(CASE.id)
    assert town.cases.get(CASE.id).remarks == ()


def test_a_try_that_was_taken_for_dead_puts_no_old_form_in_place_of_a_new_one() -> None:
    town = Town()
    late = MemoryCases()
    late.open(CASE, Entry(NOW, "Open", "x", "portal"))
    town.cases.save(replace(town.case, revision=2))
    town.drawing.draw(CASE.id)
    new = town.papers.get(CASE.id, PaperKind.FORM)
    town.papers.put(CASE.id, PaperKind.RESERVATION, encode(Reservation(application_number="A1", visit_on="2026-03-02")))
    Drawing(Moves(late, town), town.papers, FONTS).draw(CASE.id)
    assert town.papers.get(CASE.id, PaperKind.FORM) == new
    assert town.cases.get(CASE.id).has_form


def test_names_on_the_form_are_those_of_the_certificate() -> None:
    town = Town()
    first, second = form_of(town.case, town.papers).people
    assert first.other_names == (("旧氏", "辻"),)
    assert (second.name, second.other_names) == ("KYOTSU ANNA", (("通称", "共通 アンナ"),))
    assert (first.sex, second.sex) == ("男", "女")
