"""住民区分 of somebody whom both sources know (design.md, Residents, last paragraph of 住民区分)."""

from __future__ import annotations

from kyotsu.addressees.category import combined, registration_at, registration_now
from kyotsu.addressees.category_changes import of_registry, of_resident
from kyotsu.addressees.records import Deed, HistoryEntry, Operation
from kyotsu.addressees.standing import Standing, standing_of
from kyotsu.residents.applier import Head
from kyotsu.residents.reading import CategoryShown, shown_category
from tests.fakes.addressees import TAX, record
from tests.fakes.entries import entry

NUMBER = record().number
NOBODY = Head(NUMBER, 0, ())


def head(*effects: tuple[int, str], revision: int = 1) -> Head:
    """Return a head whose rows brought effects at hours of 2026-04-01."""
    rows = (entry(index, hour, effect=effect) for index, (hour, effect) in enumerate(effects, 1))
    return Head(NUMBER, revision, tuple(rows))


def registered(hour: int, *, revision: int = 1, deleted: bool = False) -> Standing:
    at = Operation("123456", "2026-04-01", f"{hour:02d}:00:00")
    return standing_of(record(registered=at, operation=at, revision=revision, deleted=deleted))


def category(resident: Head, standing: Standing | None) -> tuple[str | None, str | None]:
    found = combined(shown_category(resident), registration_now(standing)).shown
    return found.category, found.since and found.since[11:13]


def test_who_moved_out_and_is_registered_later_is_a_non_resident() -> None:
    assert category(head((8, "1"), (9, "2")), registered(10)) == ("X", "10")


def test_who_is_registered_as_a_resident_stays_one_even_if_registered_here_later() -> None:
    assert category(head((8, "1")), registered(10)) == ("1", "08")


def test_a_cancelled_move_in_ends_as_9_and_never_as_x() -> None:
    assert category(head((9, "1"), (10, "9")), registered(8)) == ("9", "10")


def test_of_the_same_moment_the_residents_count() -> None:
    assert category(head((9, "2")), registered(9)) == ("2", "09")


def test_a_closed_record_leaves_what_the_residents_say_or_nothing() -> None:
    assert category(head((9, "2")), registered(10, deleted=True)) == ("2", "09")
    assert category(NOBODY, registered(10, deleted=True)) == (None, None)


def test_a_closed_record_is_still_known() -> None:
    unknown = CategoryShown(NUMBER, known=False)
    assert combined(unknown, None, listed=True).shown == CategoryShown(NUMBER, known=True)
    assert combined(unknown, None).shown == unknown


def test_x_names_who_registered_and_a_row_names_its_file() -> None:
    found = combined(CategoryShown(NUMBER, known=False), registration_now(registered(9)))
    assert (found.registered_by, found.shown.receipt_id) == (TAX, None)
    row = combined(shown_category(head((9, "2"))), None)
    assert (row.registered_by, row.shown.receipt_id) == (None, "file")


def test_at_a_moment_a_record_that_was_closed_later_still_counts() -> None:
    at = [Operation("123456", "2026-04-01", f"{hour:02d}:00:00") for hour in (9, 12)]
    history = [
        HistoryEntry(Deed.REGISTERED, TAX, record(registered=at[0], operation=at[0])),
        HistoryEntry(Deed.CLOSED, TAX, record(registered=at[0], operation=at[1], revision=2, deleted=True)),
    ]
    found = {hour: registration_at(history, f"20260401{hour:02d}0000") for hour in (8, 9, 11, 12)}
    assert [hour for hour, registration in found.items() if registration] == [9, 11]


def test_the_residents_tell_what_both_say_and_not_what_they_say_alone() -> None:
    before, after = head((8, "2")), head((8, "2"), (11, "3"), revision=2)
    (event,) = of_resident("141003", before, after, registered(10, revision=4))
    assert (event.before, event.after, event.sequence) == ("X", "3", 6)
    assert event.event_id == f"141003-{NUMBER}-2-4-category"
    assert not list(of_resident("141003", head((8, "2")), head((8, "2"), (9, "3"), revision=2), registered(10)))


def test_without_a_record_the_residents_events_are_as_ever() -> None:
    (event,) = of_resident("141003", None, head((8, "1")), None)
    assert (event.event_id, event.sequence) == (f"141003-{NUMBER}-1-category", 1)
    assert (event.before, event.after) == (None, "1")


def test_a_registration_begins_and_ends_x() -> None:
    (begun,) = of_registry("141003", None, registered(10), head((8, "2")))
    (ended,) = of_registry("141003", registered(10), registered(10, revision=2, deleted=True), NOBODY)
    assert (begun.before, begun.after, begun.since) == ("2", "X", "2026-04-01T10:00:00+09:00")
    assert (ended.before, ended.after, ended.since) == ("X", None, None)
    assert not list(of_registry("141003", registered(10), registered(10, revision=2), NOBODY))


def test_two_changes_at_once_that_each_alone_change_nothing_are_told() -> None:
    """X at 10 is closed, and a correction moves 転出 from 9 to 11: each stream reads what the other brought."""
    before, after = head((9, "2")), head((11, "2"), revision=2)
    was, closed = registered(10), registered(10, revision=2, deleted=True)
    assert not list(of_resident("141003", before, after, closed))
    (event,) = of_registry("141003", was, closed, after)
    assert (event.after, event.sequence) == ("2", 4)
