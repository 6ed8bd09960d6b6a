"""What updates of an integrated person come to, rule by rule (共通機能標準仕様書 2.1, 2.4.3)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kyotsu.contracts import outcomes
from kyotsu.integrated import deciding
from kyotsu.integrated.changes import Change, Known, Refused, Told
from kyotsu.integrated.records import (
    MOST_ROWS,
    Category,
    Conflict,
    Deed,
    IntegratedPerson,
    RowKey,
    RowState,
    SealedNumber,
)
from tests.fakes.integrated import ONE, RESIDENTS, TAX, TELLER, THREE, TWO, WELFARE, told

FRESH = "900000000000001"


def changed(decided: Change | Refused | None) -> IntegratedPerson:
    assert isinstance(decided, Change)
    return replace(decided.after, sealed=SealedNumber(b"key", b"sealed"))


def outcome(decided: object) -> str:
    assert isinstance(decided, Refused)
    return decided.outcome.code


def issued(first: Told | None = None) -> IntegratedPerson:
    return changed(deciding.issue(first or told(), Known(), FRESH))


def of(person: IntegratedPerson) -> Known:
    return Known(by_number=person, by_individual=person)


def updated(person: IntegratedPerson, *tells: Told) -> IntegratedPerson:
    for one in tells:
        person = changed(deciding.update(one, Known(by_number=person)))
    return person


def joined(person: IntegratedPerson, *tells: Told) -> IntegratedPerson:
    for one in tells:
        person = changed(deciding.issue(one, of(person), None))
    return person


def flag(person: IntegratedPerson) -> tuple[str, str]:
    assert person.flagged is not None
    return person.flagged.number, person.flagged.business


def test_a_new_person_asks_for_a_number_and_gets_it_with_the_flag_on_its_only_row() -> None:
    assert deciding.issue(told(), Known(), None) is None
    decided = deciding.issue(told(), Known(), FRESH)
    assert isinstance(decided, Change)
    assert decided.before is None
    assert (decided.after.number, decided.after.revision) == (FRESH, 1)
    assert decided.individual_number == ONE
    assert decided.linked == {"1"}
    assert flag(decided.after) == ("1", "010")
    assert decided.entry is not None
    assert (decided.entry.deed, decided.entry.flagged) == (Deed.ISSUED, RowKey("1", "010", "000"))


def test_a_known_individual_number_keeps_its_integrated_number_whatever_number_it_comes_with() -> None:
    person = issued()
    decided = deciding.issue(told("2", WELFARE), Known(by_individual=person), None)
    assert isinstance(decided, Change)
    assert decided.after.number == FRESH
    assert decided.linked == {"2"}
    assert decided.individual_number is None
    assert [row.key for row in decided.after.rows] == [RowKey("1", "010", "000"), RowKey("2", "022", "000")]


def test_the_same_again_changes_nothing() -> None:
    person = issued()
    decided = deciding.issue(told(), of(person), None)
    assert isinstance(decided, Change)
    assert not decided.changes
    assert not decided.outdated


def test_an_older_update_changes_nothing_but_says_so() -> None:
    person = updated(issued(), told(at="11:00:00", name="新"))
    decided = deciding.update(told(at="10:00:00", name="旧"), Known(by_number=person))
    assert isinstance(decided, Change)
    assert decided.outdated
    assert decided.information is None
    assert decided.entry is None


@pytest.mark.parametrize("status", ["1", "2", None])
def test_the_residents_system_always_takes_the_flag(status: str | None) -> None:
    person = joined(issued(), told("1", RESIDENTS, at="10:00:00", status=status))
    assert flag(person) == ("1", "001")


def test_no_other_system_takes_the_flag_of_a_registered_resident() -> None:
    person = joined(issued(told(use=RESIDENTS, status="1")), told("1", TAX, at="10:00:00"))
    person = updated(person, told("1", TAX, at="11:00:00", name="新"))
    assert flag(person) == ("1", "001")


def test_another_system_takes_the_flag_of_who_moved_out() -> None:
    person = joined(issued(told(use=RESIDENTS, status="1")), told("1", TAX, at="10:00:00"))
    person = updated(person, told(use=RESIDENTS, at="11:00:00", status="2"))
    assert flag(person) == ("1", "001")
    person = updated(person, told("1", TAX, at="12:00:00", name="新"))
    assert flag(person) == ("1", "010")
    person = updated(person, told(use=RESIDENTS, at="13:00:00", status="2"))
    assert flag(person) == ("1", "001")


def test_others_take_the_flag_from_each_other_where_nobody_is_a_resident() -> None:
    person = joined(issued(), told("2", WELFARE, at="10:00:00"))
    assert flag(person) == ("2", "022")


def test_a_resident_of_whom_the_residents_system_told_nothing_stays_with_the_first_row() -> None:
    resident = Category(3, "1")
    person = changed(deciding.issue(told(), Known(resident=resident), FRESH))
    later = told("1", WELFARE, at="10:00:00")
    person = changed(deciding.issue(later, replace(of(person), resident=resident), None))
    assert flag(person) == ("1", "010")


def test_a_row_of_the_residents_system_without_a_status_has_that_of_the_residents() -> None:
    known = Known(resident=Category(3, "1"))
    person = changed(deciding.issue(told(use=RESIDENTS), known, FRESH))
    assert person.rows[0].status == "1"
    assert person.is_registered


def resident(status: str | None, residents: dict[str, Category]) -> str:
    """Return the outcome of a change that a tax office tells of somebody whom the residents' system has told of."""
    person = joined(issued(), told("1", RESIDENTS, at="10:00:00", status=status))
    change = told(individual=TWO, at="11:00:00", reason="45")
    decided = deciding.issue(change, Known(by_number=person, residents=residents), None)
    return decided.outcome.code if isinstance(decided, Refused) else ""


@pytest.mark.parametrize(
    ("status", "residents", "code"),
    [
        ("1", {}, "E1572"),
        ("2", {}, ""),
        (None, {"1": Category(1, "1")}, "E1572"),
        ("1", {"1": Category(9, "2")}, ""),
        ("2", {"1": Category(9, "1")}, "E1572"),
        ("2", {"7": Category(9, "1")}, ""),  # somebody else's number
    ],
)
def test_who_is_a_resident_is_as_the_residents_say_now_or_else_as_their_system_told(
    status: str | None, residents: dict[str, Category], code: str
) -> None:
    assert resident(status, residents) == code


def test_an_older_change_of_a_residents_number_is_no_attempt() -> None:
    """The 住民記録 system has told a later one: nothing would change, and the row is taken over."""
    person = updated(
        issued(told(use=RESIDENTS, status="1")), told(use=RESIDENTS, individual=TWO, at="12:00:00", reason="45")
    )
    late = told(individual=THREE, at="11:00:00", reason="45")
    decided = deciding.issue(late, Known(by_number=person, resident=Category(1, "1")), None)
    assert changed(decided).fingerprint == told(individual=TWO).fingerprint


def test_a_changed_individual_number_keeps_the_integrated_number() -> None:
    person = issued()
    for reason in ("45", "46"):
        change = told(individual=TWO, at="10:00:00", reason=reason)
        decided = deciding.issue(change, Known(by_number=person), None)
        assert isinstance(decided, Change)
        assert decided.after.number == FRESH
        assert decided.after.fingerprint == TELLER.of_individual(TWO)
        assert decided.individual_number == TWO
        assert decided.entry is not None
        assert decided.entry.deed is Deed.NUMBER_CHANGED
        assert decided.entry.former == person.sealed


def test_another_individual_number_without_such_a_reason_is_refused_and_listed() -> None:
    decided = deciding.issue(told(individual=TWO, reason="41"), Known(by_number=issued()), None)
    assert outcome(decided) == outcomes.INDIVIDUAL_NUMBER_DIFFERS.code
    assert isinstance(decided, Refused)
    assert decided.conflict == Conflict("1", FRESH, "", "010", "20260501090000")


def test_an_individual_number_of_somebody_else_is_never_merged() -> None:
    other = changed(deciding.issue(told("2", individual=TWO), Known(), "900000000000002"))
    for reason in ("45", None):
        known = Known(by_number=issued(), by_individual=other)
        decided = deciding.issue(told(individual=TWO, reason=reason), known, None)
        assert outcome(decided) == outcomes.INDIVIDUAL_NUMBER_TAKEN.code
        assert isinstance(decided, Refused)
        assert decided.conflict == Conflict("1", FRESH, other.number, "010", "20260501090000")


def test_of_two_changes_of_the_individual_number_the_later_one_counts_in_any_order() -> None:
    first = told(individual=TWO, at="10:00:00", reason="45")
    second = told(individual=THREE, at="11:00:00", reason="46")
    for order in ((first, second), (second, first)):
        assert updated(issued(), *order).fingerprint == TELLER.of_individual(THREE)


def test_an_update_issues_no_number_and_adds_no_row_but_the_residents() -> None:
    assert outcome(deciding.update(told(), Known())) == outcomes.NOT_INTEGRATED.code
    person = issued()
    assert outcome(deciding.update(told("1", WELFARE), Known(by_number=person))) == outcomes.NOT_INTEGRATED.code
    assert flag(updated(person, told("1", RESIDENTS, at="10:00:00", individual=None))) == ("1", "001")


def test_an_ended_row_gives_the_flag_back_and_its_number_up() -> None:
    person = joined(issued(), told("2", WELFARE, at="10:00:00"))
    decided = deciding.end(told("2", WELFARE, at="11:00:00"), Known(by_number=person))
    assert isinstance(decided, Change)
    assert flag(decided.after) == ("1", "010")
    assert decided.unlinked == {"2"}
    assert (decided.row, decided.information) == (RowKey("2", "022", "000"), None)
    assert not decided.after.deleted


def test_a_number_that_another_row_uses_stays() -> None:
    person = joined(issued(), told("1", WELFARE, at="10:00:00"))
    decided = deciding.end(told("1", WELFARE, at="11:00:00"), Known(by_number=person))
    assert isinstance(decided, Change)
    assert not decided.unlinked


def test_the_last_row_deletes_the_person() -> None:
    decided = deciding.end(told(at="10:00:00"), Known(by_number=issued()))
    assert isinstance(decided, Change)
    assert decided.after.deleted
    assert decided.after.flagged is None
    assert decided.entry is not None
    assert decided.entry.deed is Deed.DELETED


def test_an_end_of_nothing_and_one_that_is_older_than_the_row_do_nothing() -> None:
    assert deciding.end(told(), Known()) is None
    person = issued()
    assert deciding.end(told("1", WELFARE), Known(by_number=person)) is None
    decided = deciding.end(told(at="08:00:00"), Known(by_number=person))
    assert isinstance(decided, Change)
    assert decided.outdated
    assert not decided.changes


def test_a_later_update_brings_an_ended_row_back_and_an_earlier_one_does_not() -> None:
    person = joined(issued(), told("1", WELFARE, at="10:00:00"))
    ended = changed(deciding.end(told("1", WELFARE, at="11:00:00"), Known(by_number=person)))
    early = deciding.issue(told("1", WELFARE, at="10:30:00"), of(ended), None)
    assert isinstance(early, Change)
    assert early.outdated
    assert len(joined(ended, told("1", WELFARE, at="12:00:00")).living) == 2


def test_what_the_residents_tell_counts_in_their_own_order() -> None:
    person = joined(issued(), told("1", RESIDENTS, at="12:00:00", status="1", sequence=4))
    taken_back = told("1", RESIDENTS, None, at="10:00:00", status="2", sequence=5)
    after = updated(person, taken_back)
    assert after.row(RowKey("1", "001", "000")) == RowState(
        "1", "001", "000", "20260501100000", "20260501100000", "2", taken_back.digest, sequence=5
    )
    assert updated(after, told("1", RESIDENTS, None, at="13:00:00", status="1", sequence=5)).rows == after.rows


def test_a_person_has_so_many_rows_and_no_more() -> None:
    row = issued().rows[0]
    rows = tuple(row._replace(number=f"{index:015d}") for index in range(MOST_ROWS))
    person = replace(issued(), rows=rows)
    decided = deciding.issue(told("2", WELFARE), Known(by_individual=person), None)
    assert outcome(decided) == outcomes.TOO_MANY_ROWS.code


def test_a_category_that_is_older_than_the_known_one_is_not_taken_over() -> None:
    person = changed(deciding.issue(told(), Known(resident=Category(5, "2")), FRESH))
    after = changed(deciding.issue(told(at="10:00:00"), replace(of(person), resident=Category(4, "1")), None))
    assert after.categories == {"1": Category(5, "2")}


def test_no_individual_number_shows_in_a_repr() -> None:
    decided = deciding.issue(told(), Known(), FRESH)
    assert ONE not in repr((told(), decided))
    assert "見本" not in repr((told(), decided))
