"""The sweep for doubles: who is listed, why, how long, and what stops it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from kyotsu.addressees import doubles
from kyotsu.addressees.candidates.forms import Form
from kyotsu.addressees.candidates.people import Name, Person
from kyotsu.addressees.clerks_list import Entry, Kind, Settlement, Verdict, pair_id, still_open
from kyotsu.addressees.records import Operation, Use
from kyotsu.addressees.standing import Standing, standing_of
from tests.fakes.addressees import TAX, WELFARE, record
from tests.fakes.candidates import HANAKO, HOME, LINH
from tests.fakes.doubles import World, always

ONE, TWO, RESIDENT, THIRD = (f"{number:015}" for number in (8001, 8002, 1001, 8003))
SETTLED = Settlement(verdict=Verdict.DIFFERENT, operator="clerk", settled_at="2026-05-02T09:00:00+09:00")
MISTYPED = replace(
    HANAKO, id=TWO, birth="1974-03-21", names=(Name("渡辺　佐和子", "ワタナベ　サワコ"),), addresses=(HOME,)
)
STRANGER = replace(LINH, id=THIRD)


def at(number: str, *, owner: Use = TAX, principal: str | None = None, deleted: bool = False) -> Standing:
    operation = Operation("1", "2026-05-01", f"09:00:{int(number) % 60:02}")
    return standing_of(record(number, owner=owner, principal=principal, deleted=deleted, registered=operation))


def world(*people: Person, registered: tuple[str, ...] = (ONE, TWO, THIRD)) -> World:
    made = World()
    made.register.put(*people)
    made.register.known |= {number: at(number) for number in registered if number in made.register.people}
    made.work.note(*made.register.people)
    return made


def one() -> Person:
    return replace(HANAKO, id=ONE)


def test_a_probable_pair_is_listed_once_with_its_reasons_whoever_is_compared_first() -> None:
    made = world(one(), MISTYPED, STRANGER)
    swept = made.sweep().run(always)
    assert swept == doubles.Swept(compared=3, listed=1, withdrawn=0, failed=0, finished=True)
    (entry,) = made.clerks.open()
    assert (entry.kind, entry.numbers, entry.residents) == (Kind.PROBABLE, (ONE, TWO), ())
    assert entry.points is not None
    assert entry.points >= 50
    assert {"N02", "N01"} & set(entry.reasons)
    assert {"K01", "B03", "S01", "A01"} <= set(entry.reasons)
    assert entry.noticed_at == "2026-05-02T01:00:00+09:00"
    assert not made.work.noted
    made.work.note(ONE, TWO)
    assert made.sweep().run(always).listed == 0
    assert [*made.clerks.open()] == [entry]


def test_residents_are_compared_with_the_registry_and_not_with_each_other() -> None:
    resident, twin = replace(HANAKO, id=RESIDENT), replace(HANAKO, id=f"{1002:015}")
    made = world(resident, twin, MISTYPED)
    made.sweep().run(always)
    assert made.pairs() == {(RESIDENT, TWO), (twin.id, TWO)}
    entry = next(made.clerks.open())
    assert entry.residents == (RESIDENT,)
    assert entry.numbers == (RESIDENT, TWO)
    assert list(still_open([entry], {TWO: at(TWO)})) == [entry]
    assert not list(still_open([entry], {TWO: at(TWO, principal=RESIDENT)}))
    assert not list(still_open([entry], {TWO: at(TWO, deleted=True)}))


def test_a_resident_who_changed_is_compared_with_the_registry() -> None:
    made = world(replace(HANAKO, id=RESIDENT), MISTYPED)
    del made.work.noted[TWO]
    made.sweep().run(always)
    assert made.pairs() == {(RESIDENT, TWO)}


def test_the_same_name_and_birth_date_is_listed_however_large_the_register() -> None:
    moved = replace(HANAKO, id=TWO, addresses=("札幌市北区北七条9丁目1番",), names=HANAKO.names[:1])
    made = world(one(), moved)
    made.sweep(least=101).run(always)
    assert made.pairs() == {(ONE, TWO)}
    other = replace(moved, sex="1")
    made = world(one(), other)
    made.sweep(least=101).run(always)
    assert not made.pairs()


@pytest.mark.parametrize(("of_one", "of_two"), [(TWO, None), (None, ONE), (THIRD, THIRD)])
def test_linked_numbers_are_not_listed(of_one: str | None, of_two: str | None) -> None:
    made = world(one(), MISTYPED)
    made.register.known |= {ONE: at(ONE, principal=of_one), TWO: at(TWO, principal=of_two)}
    made.sweep().run(always)
    assert not made.pairs()


def test_who_is_written_alike_is_listed_as_probable_too_for_that_tells_nothing_of_addresses() -> None:
    made = world(one(), replace(one(), id=TWO))
    alike = Entry(
        entry_id=pair_id(ONE, TWO), kind=Kind.DOUBLE, numbers=(ONE, TWO), systems=(), noticed_at="2026-05-01T09:00:00"
    )
    made.clerks.add(alike)
    made.sweep().run(always)
    (probable,) = [entry for entry in made.clerks.open() if entry != alike]
    assert (probable.kind, probable.numbers, probable.without_addresses) == (Kind.PROBABLE, (ONE, TWO), True)


def test_a_judged_pair_comes_back_only_when_one_of_both_changed() -> None:
    made = world(one(), MISTYPED)
    made.sweep().run(always)
    (entry,) = made.clerks.open()
    assert made.clerks.settle(entry.entry_id, SETTLED)
    made.work.note(ONE, TWO)
    made.sweep().run(always)
    assert not made.pairs()
    made.register.put(replace(MISTYPED, birth="1974-03-13"))
    made.work.note(TWO)
    made.sweep().run(always)
    assert made.pairs() == {(ONE, TWO)}
    assert len([*made.clerks.settled()]) == 1


def test_a_change_takes_the_place_of_what_was_listed_or_ends_it() -> None:
    made = world(one(), MISTYPED)
    made.sweep().run(always)
    (before,) = made.clerks.open()
    made.register.put(replace(MISTYPED, birth="1974-03-13"))
    made.work.note(TWO)
    assert made.sweep().run(always)[1:3] == (1, 1)
    (after,) = made.clerks.open()
    assert after.entry_id != before.entry_id
    made.register.put(replace(LINH, id=TWO))
    made.work.note(TWO)
    assert made.sweep().run(always)[1:3] == (0, 1)
    assert not made.pairs()


def test_who_left_the_index_is_off_the_list() -> None:
    made = world(one(), MISTYPED)
    made.sweep().run(always)
    del made.register.people[TWO]
    made.work.note(TWO)
    made.sweep().run(always)
    assert not made.pairs()


def test_closed_records_are_nobodys_double() -> None:
    made = world(one(), MISTYPED)
    made.register.known[TWO] = at(TWO, deleted=True)
    del made.register.people[TWO]
    made.sweep().run(always)
    assert not made.pairs()


def test_systems_of_both_are_named() -> None:
    made = world(one(), MISTYPED)
    made.register.known[TWO] = at(TWO, owner=WELFARE)
    made.sweep().run(always)
    (entry,) = made.clerks.open()
    assert entry.numbers == (ONE, TWO)
    assert set(entry.systems) >= {"010", "022"}


def test_a_run_stops_in_time_and_the_next_one_goes_on() -> None:
    people = [replace(LINH, id=f"{number:015}") for number in range(8100, 8120)]
    made = world(*people)
    left = iter([True, False])
    swept = made.sweep().run(lambda: next(left))
    assert (swept.compared, swept.finished) == (doubles.AT_ONCE, False)
    assert len(made.work.noted) == 20 - doubles.AT_ONCE
    assert made.sweep().run(always).finished
    assert not made.work.noted


def test_one_who_can_not_be_compared_stops_nobody_else_and_stays_noted() -> None:
    made = world(one(), MISTYPED, STRANGER)
    found = made.register.forms

    class Broken:
        def forms(self, numbers: Sequence[str]) -> Mapping[str, Form]:
            if THIRD in numbers:
                raise ValueError("unreadable")
            return found(numbers)

    swept = made.sweep(people=Broken()).run(always)
    assert (swept.compared, swept.failed, swept.finished) == (2, 1, False)
    assert made.pairs() == {(ONE, TWO)}
    assert list(made.work.noted) == [THIRD]
    assert [work.number for work, _ in made.failures] == [THIRD]


def test_when_everybody_fails_the_run_ends() -> None:
    made = world(*[replace(LINH, id=f"{number:015}") for number in range(8100, 8200)])
    swept = made.sweep(people=None).run(always)
    assert swept.compared == 0
    assert doubles.MOST_FAILURES <= swept.failed < doubles.MOST_FAILURES + doubles.AT_ONCE
    assert len(made.work.noted) == 100


def test_who_is_noted_again_meanwhile_is_compared_again() -> None:
    made = world(one(), MISTYPED)
    noted = made.work.note

    class Changing:
        def forms(self, numbers: Sequence[str]) -> Mapping[str, Form]:
            if numbers == [ONE] and made.work.count < 4:
                noted(ONE)
            return made.register.forms(numbers)

    made.sweep(people=Changing()).run(always)
    assert ONE in made.work.noted
