"""Who of a case a resident is, when 住民記録 tells that somebody lives here now."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from kyotsu.moving.cases import Case, SignalKind
from kyotsu.moving.documents import Reservation
from tests.fakes.moving_world import Japan, family, resident_items

MOVED = {"idonengappi": "2026-04-03"}


@pytest.fixture
def japan() -> Japan:
    """Two towns."""
    return Japan()


def reserved(japan: Japan, **changes: object) -> Case:
    """Let a reservation of two arrive; `changes` are of the second."""
    application = family(size=2)
    first, second = application.people
    application = msgspec.structs.replace(application, people=(first, msgspec.structs.replace(second, **changes)))
    reservation = application.reservation
    assert isinstance(reservation, Reservation)
    case_id = japan.there.reserve(reservation)
    japan.settle()
    return japan.there.of(case_id)


def arrived(japan: Japan) -> dict[int, str | None]:
    """Return 宛名番号 of who arrived, by position."""
    (case,) = japan.there.cases.all()
    return {person.position: person.addressee_number for person in case.people if person.arrived}


def test_twins_who_are_read_alike_take_a_place_each(japan: Japan) -> None:
    first = family().people[0]
    reserved(japan, name="見本　太朗", name_kana=first.name_kana, birth_date=first.birth_date, sex=first.sex)
    twin = {**resident_items(first), **MOVED, "shimei": "見本　太朗", "kojinbango": "000000000002"}
    japan.there.move_in("900000000000002", **twin)
    assert arrived(japan) == {2: "900000000000002"}
    japan.there.move_in("900000000000002", **twin)
    assert arrived(japan) == {2: "900000000000002"}
    japan.there.move_in("900000000000001", **resident_items(first), **MOVED)
    assert arrived(japan) == {1: "900000000000001", 2: "900000000000002"}


def test_a_namesake_with_another_individual_number_is_somebody_else(japan: Japan) -> None:
    application = family(size=2)
    numbers = {1: "000000000001", 2: "000000000002"}
    for person in application.people:
        japan.here.residents.put(f"{person.position:015d}", "1", **resident_items(person))
    japan.here.file(application, numbers)
    japan.settle()
    japan.here.say("O-A2026000001", SignalKind.APPROVED)
    japan.settle()
    assert japan.there.of("I-A2026000001").has_certificate
    namesake = {**resident_items(application.people[0]), **MOVED, "kojinbango": "999999999999"}
    japan.there.move_in("900000000000009", **namesake)
    assert arrived(japan) == {}
    japan.there.move_in("900000000000001", **resident_items(application.people[0]), **MOVED)
    assert arrived(japan) == {1: "900000000000001"}


@pytest.mark.parametrize(
    ("items", "category"),
    [
        ({"idojiyu": "41"}, "1"),
        ({}, "2"),
        ({"idonengappi": "2025-12-31"}, "1"),
        ({"idonengappi": "2026-04-00"}, "1"),
        ({"shimei": "別人　太郎", "shimei_furigana": "ベツジン　タロウ", "kojinbango": ""}, "1"),
    ],
    ids=["another reason", "no resident", "long before", "indefinite", "somebody else"],
)
def test_what_is_no_arrival_of_this_case(japan: Japan, items: dict[str, str], category: str) -> None:
    reserved(japan)
    known = {**resident_items(family().people[0]), **MOVED, "idojiyu": "01", **items}
    japan.there.residents.put("900000000000001", category, **known)
    japan.there.arriving.hear("900000000000001", japan.clock.now())
    assert arrived(japan) == {}


def test_who_is_unknown_here_and_who_ended_changes_nothing(japan: Japan) -> None:
    case = reserved(japan)
    japan.there.arriving.hear("900000000000001", japan.clock.now())
    japan.clock.at += timedelta(days=46)
    japan.settle()
    ended = japan.there.of(case.id)
    japan.there.move_in("900000000000001", **resident_items(family().people[0]), **MOVED)
    assert replace(japan.there.of(case.id), version=ended.version) == ended


def test_a_record_that_comes_days_after_the_last_one_still_counts(japan: Japan) -> None:
    """Requirement: the last day is one of 転入; its record comes by a file, later."""
    case = reserved(japan)
    japan.clock.at = japan.clock.at.replace(month=5, day=4)
    japan.settle()
    for person in family(size=2).people:
        day = {"idonengappi": "2026-05-01"}
        japan.there.move_in(f"90000000000000{person.position}", **{**resident_items(person), **day})
    japan.settle()
    assert japan.there.of(case.id).arrived
    assert japan.there.of(case.id).state == "closed"


def test_nothing_is_opened_of_whom_no_case_can_wait_for(japan: Japan, monkeypatch: pytest.MonkeyPatch) -> None:
    reserved(japan)
    opened = list[object]()
    monkeypatch.setattr(japan.there.residents, "records", opened.append)
    person = family().people[0]
    for changes in ({"idonengappi": "2024-12-31", "idojiyu": "01"}, {"idonengappi": "2026-04-03", "idojiyu": "03"}):
        japan.there.residents.put("900000000000009", "1", **{**resident_items(person), **changes})
        japan.there.arriving.hear("900000000000009", japan.clock.now())
    assert opened == []
