"""What every `IntegratedStore` must do: the same tests for the table and for the one in memory."""

from __future__ import annotations

from collections.abc import Sequence

from kyotsu.addressees.store import Done
from kyotsu.integrated import deciding
from kyotsu.integrated.changes import Change, Known, Told
from kyotsu.integrated.records import Category, Conflict, Deed, IntegratedPerson, RowKey
from kyotsu.integrated.store import IntegratedStore, Seen, Taken, Wanted, Write
from tests.fakes.integrated import AT, ONE, RESIDENTS, TELLER, TWO, WELFARE, told

FRESH, SECOND = "900000000000001", "900000000000018"
NOTE = Done("request/010/abc/1", b"f" * 32, b"answer")


def look(store: IntegratedStore, one: Told, once: str | None = None) -> Seen:
    (seen,) = store.look([Wanted(one.number, one.fingerprint, once)])
    return seen


def decided(store: IntegratedStore, one: Told, fresh: str = FRESH, resident: Category | None = None) -> Change:
    seen = look(store, one)
    change = deciding.issue(one, seen.known(resident), fresh)
    assert isinstance(change, Change)
    return change


def ended(store: IntegratedStore, one: Told) -> Change:
    change = deciding.end(one, Known(by_number=look(store, one).by_number))
    assert change is not None
    return change


def put(store: IntegratedStore, *changes: Change) -> list[bool]:
    return store.write([Write(change, None, AT) for change in changes])


def person(store: IntegratedStore, number: str = FRESH) -> IntegratedPerson:
    found = store.person(number)
    assert found is not None
    return found


def deeds(store: IntegratedStore) -> Sequence[tuple[int, Deed]]:
    return [(entry.revision, entry.deed) for entry in store.history(FRESH)]


class IntegratedContract:
    """Tests; a class that inherits them has a fixture `store`."""

    def test_nobody_is_known_at_first(self, store: IntegratedStore) -> None:
        assert store.look([Wanted("1", b"f" * 32, "key")]) == [Seen()]
        assert store.look([Wanted(), Wanted("1")]) == [Seen(), Seen()]
        assert store.person(FRESH) is None
        assert list(store.history(FRESH)) == []

    def test_what_was_written_is_found_by_each_number(self, store: IntegratedStore) -> None:
        change = decided(store, told(), resident=Category(3, "1"))
        assert put(store, change) == [True]
        seen = look(store, told())
        assert seen.by_number == seen.by_individual == person(store)
        found = person(store)
        assert (found.rows, found.categories, found.revision) == (change.after.rows, {"1": Category(3, "1")}, 1)
        assert store.information(found, RowKey("1", "010", "000")) == told().information
        assert store.information(found, RowKey("1", "022", "000")) is None
        (entry,) = store.history(FRESH)
        assert (entry.deed, entry.information, entry.at) == (Deed.ISSUED, told().information, AT)

    def test_the_individual_number_is_sealed(self, store: IntegratedStore) -> None:
        put(store, decided(store, told()))
        sealed = person(store).sealed
        assert sealed is not None
        assert ONE.encode() not in sealed.sealed
        assert store.individual_number(FRESH, sealed) == ONE

    def test_of_two_new_people_with_one_individual_number_one_is_written(self, store: IntegratedStore) -> None:
        one, two = decided(store, told()), decided(store, told("2", WELFARE), SECOND)
        assert put(store, one) == [True]
        assert put(store, two) == [False]
        assert store.person(SECOND) is None
        assert look(store, told("2", WELFARE)).by_number is None

    def test_of_two_changes_of_one_person_one_is_written(self, store: IntegratedStore) -> None:
        put(store, decided(store, told()))
        one, two = decided(store, told("1", WELFARE)), decided(store, told("1", RESIDENTS))
        assert put(store, one) == [True]
        assert put(store, two) == [False]
        assert put(store, decided(store, told("1", RESIDENTS))) == [True]
        assert len(person(store).rows) == 3

    def test_a_number_stands_for_one_person(self, store: IntegratedStore) -> None:
        put(store, decided(store, told()))
        put(store, decided(store, told("2", individual=TWO), SECOND))
        loser, winner = decided(store, told("3", individual=TWO)), decided(store, told("3"))
        assert put(store, winner) == [True]
        assert put(store, loser) == [False]

    def test_several_are_written_each_by_itself(self, store: IntegratedStore) -> None:
        one, two = decided(store, told()), decided(store, told("2", individual=TWO), SECOND)
        assert put(store, one, one, two).count(True) == 2
        assert look(store, told("2", individual=TWO)).by_number is not None

    def test_a_changed_individual_number_finds_the_person_and_the_old_one_nobody(self, store: IntegratedStore) -> None:
        put(store, decided(store, told()))
        former = person(store).sealed
        assert put(store, decided(store, told(individual=TWO, at="10:00:00", reason="45"))) == [True]
        old, new = store.look([Wanted(None, TELLER.of_individual(number)) for number in (ONE, TWO)])
        assert (old.by_individual, old.formerly, new.formerly) == (None, FRESH, "")
        assert new.by_individual == person(store)
        sealed = person(store).sealed
        assert sealed is not None
        assert store.individual_number(FRESH, sealed) == TWO
        assert former is not None
        assert store.history(FRESH)[-1].former == former
        assert store.individual_number(FRESH, former) == ONE
        other = decided(store, told("7", individual=ONE), SECOND)
        assert other.suspect == Conflict("7", SECOND, FRESH, "010", "20260501090000")
        assert put(store, other) == [True]
        assert look(store, told("7", individual=ONE)) == Seen(person(store, SECOND), person(store, SECOND))

    def test_an_individual_number_goes_back_to_the_one_before(self, store: IntegratedStore) -> None:
        put(store, decided(store, told()))
        assert put(store, decided(store, told(individual=TWO, at="10:00:00", reason="45"))) == [True]
        back = decided(store, told(individual=ONE, at="11:00:00", reason="46"))
        assert (put(store, back), back.suspect) == ([True], None)
        one, two = store.look([Wanted(None, TELLER.of_individual(number)) for number in (ONE, TWO)])
        assert (one.by_individual, one.formerly) == (person(store), "")
        assert (two.by_individual, two.formerly) == (None, FRESH)

    def test_an_ended_row_is_erased_and_its_number_free(self, store: IntegratedStore) -> None:
        put(store, decided(store, told()))
        put(store, decided(store, told("2", WELFARE)))
        assert put(store, ended(store, told("2", WELFARE, at="10:00:00"))) == [True]
        assert store.information(person(store), RowKey("2", "022", "000")) is None
        assert look(store, told("2", WELFARE)).by_number is None
        assert look(store, told("2", WELFARE)).by_individual == person(store)

    def test_a_deleted_person_is_found_by_nothing_but_its_history_stays(self, store: IntegratedStore) -> None:
        put(store, decided(store, told()))
        assert put(store, ended(store, told(at="10:00:00"))) == [True]
        assert look(store, told()) == Seen()
        assert person(store).deleted
        assert deeds(store) == [(1, Deed.ISSUED), (2, Deed.DELETED)]
        assert put(store, decided(store, told(), FRESH)) == [False]
        assert put(store, decided(store, told(), SECOND)) == [True]

    def test_what_happened_once_is_kept_with_it_or_not_at_all(self, store: IntegratedStore) -> None:
        change = decided(store, told())
        assert store.write([Write(change, NOTE, AT)]) == [True]
        assert look(store, told(), NOTE.key).done == NOTE
        other = decided(store, told("2", individual=TWO), SECOND)
        assert store.write([Write(other, NOTE, AT)]) == [False]
        assert store.person(SECOND) is None
        lost = NOTE._replace(key="another")
        assert store.write([Write(change, lost, AT)]) == [False]
        assert look(store, told(), "another").done is None

    def test_what_happened_is_kept_where_nothing_changed(self, store: IntegratedStore) -> None:
        put(store, decided(store, told()))
        same = decided(store, told())
        assert not same.changes
        assert store.write([Write(same, NOTE, AT), Write(None, NOTE._replace(key="b"), AT)]) == [True, True]
        assert look(store, told(), "b").done is not None
        assert person(store).revision == 1

    def test_conflicts_are_listed_once(self, store: IntegratedStore) -> None:
        found = Conflict("1", FRESH, SECOND, "010", "20260501090000")
        for _ in range(2):
            store.note([found, found])
        assert list(store.conflicts()) == [found]

    def test_of_one_conflict_the_latest_is_listed(self, store: IntegratedStore) -> None:
        at = [Conflict("1", FRESH, "", "010", f"202605{day}090000") for day in ("02", "03", "01")]
        for found in at:
            store.note([found])
        assert list(store.conflicts()) == [at[1]]

    def test_a_reserved_number_is_never_issued(self, store: IntegratedStore) -> None:
        put(store, decided(store, told("2", individual=TWO), SECOND))
        for _ in range(2):
            assert store.reserve([FRESH, "77", SECOND]) == [SECOND]
        assert store.person(FRESH) is None
        assert store.taken([FRESH, "77", SECOND, "78"]) == {
            FRESH: Taken.RESERVED,
            "77": Taken.RESERVED,
            SECOND: Taken.PERSON,
        }
        assert put(store, decided(store, told())) == [False]

    def test_many_are_looked_at_in_order(self, store: IntegratedStore) -> None:
        put(store, decided(store, told()))
        wanted = [Wanted(str(index), TELLER.of_individual(ONE), f"k{index}") for index in range(120)]
        seen = store.look(wanted)
        assert [index for index, one in enumerate(seen) if one.by_number] == [1]
        assert all(one.by_individual == person(store) for one in seen)
