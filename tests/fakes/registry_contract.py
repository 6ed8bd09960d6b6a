"""What every `RegistryStore` must do: the same tests for the table and for the one in memory.

A class that inherits them has a fixture `store`, and `residents(store, number, category)` has the residents know one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol

import pytest

from kyotsu.addressees.changes import Change, Editor
from kyotsu.addressees.records import REGISTRY, AddresseeRecord, BusinessUse, Deed, HistoryEntry, Origin, Use
from kyotsu.addressees.store import Done, Lease, MigrationStore, RegistryStore, ResidentNumberStore
from kyotsu.contracts import outcomes
from tests.fakes.addressees import FRESH, LOCAL, RECEIVED, RESIDENT, TAX, WELFARE, record

SECOND, THIRD = "800000000000017", "800000000000025"
NOTE = Done("request/010/abc", b"f" * 32, b'{"a":1}')


class Store(RegistryStore, MigrationStore, ResidentNumberStore, Protocol):
    """All of the registry's storage."""


def registered(number: str = FRESH, individual_number: str | None = None, **changes: Any) -> Change:
    """Return the change that registers a number for a first time."""
    new = record(number, **changes)
    return Change(
        record=new,
        expected=None,
        entry=HistoryEntry(Deed.REGISTERED, new.owner, new),
        use=BusinessUse(number, new.owner, individual_number),
        linked_to=new.principal,
    )


def edited(before: AddresseeRecord, deed: Deed = Deed.UPDATED, **changes: Any) -> Change:
    """Return a change of some fields of a record."""
    after = replace(before, revision=before.revision + 1, version=before.version + 1, **changes)
    linked = after.principal != before.principal
    return Change(
        record=after,
        expected=before.revision,
        entry=HistoryEntry(deed, TAX, after),
        linked_to=after.principal if linked else None,
        unlinked_from=before.principal if linked else None,
        ended=before.uses if after.deleted else frozenset(),
    )


def closed(before: AddresseeRecord) -> Change:
    return edited(before, Deed.CLOSED, deleted=True, uses=frozenset(), principal=None)


class RegistryContract:
    """Tests."""

    def residents(self, store: Any, number: str, category: str) -> None:
        raise NotImplementedError

    def test_nothing_is_known_of_a_number_nobody_has(self, store: Store) -> None:
        seen = store.look([FRESH, RESIDENT], TAX, NOTE.key)
        assert seen.done is None
        assert seen.numbers.keys() == {FRESH, RESIDENT}
        known = seen.numbers[FRESH]
        assert (known.record, known.use, known.resident, known.lease) == (None, None, None, None)
        assert (known.migrated, known.issued_to_residents, known.linked) == (False, False, 0)
        assert store.history(FRESH) == []

    def test_what_was_written_is_seen(self, store: Store) -> None:
        change = replace(
            registered(individual_number="123456789018"), remarks=(("宛名番号", outcomes.NUMBER_NOT_USED, {}),)
        )
        assert store.write(change, NOTE)
        seen = store.look([FRESH], TAX, NOTE.key)
        assert seen.done == NOTE
        assert seen.numbers[FRESH].record == change.record
        assert seen.numbers[FRESH].use == BusinessUse(FRESH, TAX, "123456789018")
        assert store.look([FRESH], WELFARE).numbers[FRESH].use is None
        assert store.history(FRESH) == [change.entry]

    def test_every_field_of_a_record_comes_back(self, store: Store) -> None:
        change = registered(
            owner=LOCAL,
            uses=frozenset({LOCAL, TAX, REGISTRY}),
            closed_to_others=True,
            version=7,
            origin=Origin.CARRIED_OVER,
            person={},
        )
        assert store.write(change)
        assert store.look([FRESH], LOCAL).numbers[FRESH].record == change.record
        assert store.write(closed(change.record))
        assert store.look([FRESH], LOCAL).numbers[FRESH].record == closed(change.record).record
        entries = [change.entry, closed(change.record).entry]
        assert store.history(FRESH) == entries

    def test_a_number_is_registered_once(self, store: Store) -> None:
        assert store.write(registered())
        assert not store.write(registered(owner=WELFARE), NOTE)
        seen = store.look([FRESH], TAX, NOTE.key)
        assert seen.numbers[FRESH].record == record()
        assert seen.done is None, "together or not at all"
        assert len(store.history(FRESH)) == 1

    def test_of_two_edits_of_one_revision_the_first_holds(self, store: Store) -> None:
        assert store.write(registered())
        assert store.write(edited(record(), closed_to_others=True))
        assert not store.write(edited(record(), municipality="141011"))
        found = store.look([FRESH], TAX).numbers[FRESH].record
        assert found is not None
        assert (found.revision, found.closed_to_others, found.municipality) == (2, True, "141003")

    def test_a_key_is_used_once(self, store: Store) -> None:
        assert store.write(registered(), NOTE)
        assert not store.write(registered(SECOND), NOTE)
        assert store.look([SECOND], TAX).numbers[SECOND].record is None
        assert not store.write(None, NOTE)
        assert store.write(None, NOTE._replace(key="row/r/1"))
        unchanged = Change(record=record(), expected=1, entry=None)
        assert store.write(unchanged), "there is nothing to write"
        assert store.write(unchanged, NOTE._replace(key="row/r/2"))
        assert store.look([FRESH], TAX, "row/r/2").done == NOTE._replace(key="row/r/2")

    def test_a_use_changes_only_beside_the_record_it_was_decided_on(self, store: Store) -> None:
        assert store.write(registered())
        use = BusinessUse(FRESH, TAX, "123456789018")
        assert not store.write(Change(record=record(revision=2), expected=2, entry=None, use=use))
        assert store.look([FRESH], TAX).numbers[FRESH].use == BusinessUse(FRESH, TAX, None)
        assert store.write(Change(record=record(), expected=1, entry=None, use=use))
        assert store.look([FRESH], TAX).numbers[FRESH].use == use
        assert store.write(Change(record=record(), expected=1, entry=None, use=replace(use, individual_number=None)))
        assert store.look([FRESH], TAX).numbers[FRESH].use == BusinessUse(FRESH, TAX, None)

    def test_what_ends_is_erased(self, store: Store) -> None:
        assert store.write(registered(individual_number="123456789018"))
        assert store.write(closed(record()))
        again = edited(closed(record()).record, Deed.REOPENED, deleted=False, uses=frozenset({TAX}))
        assert store.write(replace(again, use=BusinessUse(FRESH, TAX, None)))
        assert store.look([FRESH], TAX).numbers[FRESH].use == BusinessUse(FRESH, TAX, None)

    def test_a_link_is_counted_listed_and_taken_back(self, store: Store) -> None:
        for number in (FRESH, SECOND):
            assert store.write(registered(number))
        assert store.write(edited(record(SECOND), Deed.LINKED, principal=FRESH))
        assert store.write(registered(THIRD, principal=FRESH))
        assert store.look([FRESH], TAX).numbers[FRESH].linked == 2
        assert sorted(store.linked_to(FRESH)) == [SECOND, THIRD]
        assert store.write(edited(record(THIRD, principal=FRESH), Deed.UNLINKED, principal=None))
        assert store.look([FRESH], TAX).numbers[FRESH].linked == 1
        assert list(store.linked_to(FRESH)) == [SECOND]
        assert store.look([FRESH], TAX).numbers[FRESH].record == record(FRESH), "its revision is its own"

    def test_links_have_one_level(self, store: Store) -> None:
        for number in (FRESH, SECOND, THIRD):
            assert store.write(registered(number))
        assert store.write(edited(record(SECOND), Deed.LINKED, principal=FRESH))
        assert not store.write(edited(record(FRESH), Deed.LINKED, principal=SECOND)), "a cycle"
        assert not store.write(edited(record(FRESH), Deed.LINKED, principal=THIRD)), "a chain above"
        assert not store.write(edited(record(THIRD), Deed.LINKED, principal=SECOND)), "a chain below"
        assert not store.write(registered("800000000000033", principal=SECOND)), "a new record is no exception"
        assert store.look([FRESH, THIRD], TAX).numbers[THIRD].linked == 0

    def test_a_link_moves_from_one_principal_to_another(self, store: Store) -> None:
        for number in (FRESH, SECOND):
            assert store.write(registered(number))
        assert store.write(registered(THIRD, principal=FRESH))
        assert store.write(edited(record(THIRD, principal=FRESH), Deed.LINKED, principal=SECOND))
        seen = store.look([FRESH, SECOND], TAX).numbers
        assert (seen[FRESH].linked, seen[SECOND].linked) == (0, 1)

    def test_a_principal_is_open(self, store: Store) -> None:
        assert not store.write(registered(SECOND, principal=FRESH)), "nobody is there"
        assert store.write(registered(FRESH))
        assert store.write(registered(SECOND, principal=FRESH))
        assert not store.write(closed(record(FRESH))), "somebody is linked to it"
        assert store.write(closed(record(SECOND, principal=FRESH)))
        assert store.write(closed(record(FRESH)))
        assert not store.write(registered(THIRD, principal=FRESH)), "it is closed"

    def test_a_resident_is_a_principal_with_or_without_a_record(self, store: Store) -> None:
        self.residents(store, RESIDENT, "1")
        link = replace(registered(FRESH, principal=RESIDENT), principal_is_resident=True)
        assert store.write(link)
        known = store.look([RESIDENT], TAX).numbers[RESIDENT]
        assert (known.record, known.resident, known.linked) == (None, "1", 1)
        carried = registered(RESIDENT, origin=Origin.CARRIED_OVER, principal=SECOND)
        assert store.write(registered(SECOND))
        assert not store.write(carried), "others are linked to it"
        assert store.write(replace(carried, record=replace(carried.record, principal=None), linked_to=None))
        assert store.look([RESIDENT], TAX).numbers[RESIDENT].linked == 1
        assert not store.write(closed(record(RESIDENT, origin=Origin.CARRIED_OVER)))

    def test_a_closed_record_of_a_resident_is_a_principal(self, store: Store) -> None:
        self.residents(store, RESIDENT, "1")
        assert store.write(registered(RESIDENT, origin=Origin.CARRIED_OVER))
        assert store.write(closed(record(RESIDENT, origin=Origin.CARRIED_OVER)))
        assert not store.write(registered(FRESH, principal=RESIDENT))
        assert store.write(replace(registered(FRESH, principal=RESIDENT), principal_is_resident=True))

    def test_a_resident_who_is_linked_is_no_principal(self, store: Store) -> None:
        self.residents(store, RESIDENT, "2")
        assert store.write(registered(FRESH))
        assert store.write(registered(RESIDENT, origin=Origin.CARRIED_OVER, principal=FRESH))
        assert not store.write(replace(registered(SECOND, principal=RESIDENT), principal_is_resident=True))

    def test_a_resident_without_a_category_is_one(self, store: Store) -> None:
        self.residents(store, RESIDENT, "")
        assert store.look([RESIDENT], TAX).numbers[RESIDENT].resident == ""

    def test_a_reserved_number_is_not_issued(self, store: Store) -> None:
        assert store.write(registered(SECOND))
        assert store.reserve([FRESH, SECOND, "12", FRESH]) == {SECOND}
        assert store.reserve([FRESH, SECOND]) == {SECOND}, "again"
        seen = store.look([FRESH, SECOND, "12"], TAX).numbers
        assert [seen[number].migrated for number in (FRESH, SECOND, "12")] == [True, False, True]
        assert not store.write(registered(FRESH))
        assert store.write(registered(FRESH, origin=Origin.MIGRATED))
        assert store.reserve([FRESH]) == set(), "a run that goes on reserves what it wrote"

    def test_many_numbers_are_reserved(self, store: Store) -> None:
        numbers = [f"7{index}" for index in range(230)]
        assert store.write(registered(numbers[120]))
        assert store.reserve(numbers) == {numbers[120]}
        seen = store.look(numbers, TAX).numbers
        assert [number for number in numbers if not seen[number].migrated] == [numbers[120]]

    def test_a_number_is_obtained_for_a_resident_once(self, store: Store) -> None:
        assert store.take(RESIDENT, NOTE)
        assert not store.take(RESIDENT)
        assert not store.take(SECOND, NOTE)
        seen = store.look([RESIDENT, SECOND], TAX, NOTE.key)
        assert seen.done == NOTE
        assert [seen.numbers[number].issued_to_residents for number in (RESIDENT, SECOND)] == [True, False]
        assert not store.write(registered(RESIDENT)), "it is not issued to somebody else"
        assert store.write(registered(RESIDENT, origin=Origin.CARRIED_OVER)), "its person may move away"
        assert store.reserve([SECOND]) == set()
        assert not store.take(SECOND)

    def test_a_lease_is_held_by_one_and_ends(self, store: Store) -> None:
        assert store.write(registered())
        now, minute = RECEIVED, timedelta(minutes=1)
        mine = Lease(TAX, "op1", now + minute)
        assert store.lease(FRESH, mine, now) == mine
        other = Lease(TAX, "op2", now + 2 * minute)
        assert store.lease(FRESH, other, now) == mine, "another clerk of the same business is another one"
        longer = mine._replace(until=now + 3 * minute)
        assert store.lease(FRESH, longer, now) == longer
        assert store.look([FRESH], TAX).numbers[FRESH].lease == longer
        store.release(FRESH, TAX, "op2")
        assert store.look([FRESH], TAX).numbers[FRESH].lease == longer
        assert store.lease(FRESH, other, now + 3 * minute) == other, "it ended by itself"
        store.release(FRESH, TAX, "op2")
        assert store.look([FRESH], TAX).numbers[FRESH].lease is None
        assert store.look([FRESH], TAX).numbers[FRESH].record == record()
        store.release(SECOND, TAX, "op2")

    def test_a_write_leaves_a_lease_and_a_lease_a_write(self, store: Store) -> None:
        assert store.write(registered())
        mine = Lease(LOCAL, "a/b", RECEIVED + timedelta(minutes=1))
        store.lease(FRESH, mine, RECEIVED)
        assert store.write(edited(record(), closed_to_others=True))
        assert store.look([FRESH], TAX).numbers[FRESH].lease == mine

    def test_an_edit_meets_no_lease_of_somebody_else(self, store: Store) -> None:
        assert store.write(registered())
        until = RECEIVED + timedelta(minutes=1)
        store.lease(FRESH, Lease(WELFARE, "op1", until), RECEIVED)
        change = edited(record(), closed_to_others=True)
        part = Change(record=record(), expected=1, entry=None, use=BusinessUse(FRESH, TAX, "123456789018"))
        for one in (change, part):
            assert not store.write(replace(one, editor=Editor(TAX, "op1", RECEIVED)))
            assert not store.write(replace(one, editor=Editor(WELFARE, "op2", RECEIVED)))
        assert store.write(replace(part, editor=Editor(WELFARE, "op1", RECEIVED)))
        assert store.write(replace(change, editor=Editor(TAX, "op1", until))), "it ended by itself"

    def test_individual_numbers_are_compared_without_being_opened(self, store: Store) -> None:
        assert store.write(registered(individual_number="123456789018"))
        assert store.write(registered(SECOND, individual_number="123456789018"))
        assert store.write(registered(THIRD))
        seen = store.look([FRESH, SECOND, THIRD], TAX).numbers
        assert seen[FRESH].individual_number == seen[SECOND].individual_number
        assert (seen[FRESH].individual_number is None, seen[THIRD].individual_number) == (False, None)
        assert store.look([FRESH], WELFARE).numbers[FRESH].individual_number is None

    def test_people_alike_are_found(self, store: Store) -> None:
        for number in (FRESH, SECOND, THIRD):
            assert store.write(registered(number))
        assert sorted(store.alike(record(FRESH))) == [SECOND, THIRD]
        moved = dict(record().person) | {"jusho_shikugunchosonmei": "中央区"}
        assert store.write(edited(record(SECOND), person=moved))
        assert sorted(store.alike(record(FRESH))) == [THIRD], "not as it once was"
        assert store.write(closed(record(THIRD)))
        assert list(store.alike(record(FRESH))) == []
        assert list(store.alike(record(FRESH, person={}))) == []

    @pytest.mark.parametrize("use", [Use("010", "A01"), LOCAL])
    def test_ids_of_a_business_and_its_local_system_are_kept_apart(self, store: Store, use: Use) -> None:
        assert store.write(registered(owner=use, individual_number="123456789018"))
        assert store.look([FRESH], use).numbers[FRESH].use == BusinessUse(FRESH, use, "123456789018")
        assert store.look([FRESH], TAX).numbers[FRESH].use is None
