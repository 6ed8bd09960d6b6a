"""Numbers of a former system: what a list of them tells, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kyotsu.addressees.numbers import Ranges, Serials
from kyotsu.contracts.audit import Deed
from kyotsu.integrated.reserving import AT_ONCE, Reserved, read, reserve
from tests.fakes.integrated import ONE, MemoryIntegrated, told
from tests.fakes.integrated_contract import FRESH, decided, put

RIGHT, WRONG = "900000000000022", "900000000000019"


def test_numbers_are_read_once_each_with_leading_zeros() -> None:
    found = read(["", RIGHT, f"  {RIGHT}\r", "12345", "000000000012345", "\t"], Ranges())
    assert (found.lines, found.numbers, found.outside) == (4, [RIGHT, "000000000012345"], 1)
    assert (found.irregular, found.invalid, found.individual) == (["12345"], [], [])


def test_numbers_that_break_the_rule_are_reserved_and_told() -> None:
    found = read([RIGHT, WRONG], Ranges())
    assert (found.numbers, found.irregular) == ([RIGHT, WRONG], [WRONG])


@pytest.mark.parametrize(
    "line", ["9" * 16, "90000000000001X", "９００００００００００００１８", "番号", "\ufffd", "1,2", "-1"]
)
def test_lines_without_a_number_are_known_by_their_place(line: str) -> None:
    found = read([RIGHT, line], Ranges())
    assert (found.numbers, found.invalid) == ([RIGHT], [2])
    assert line not in repr(found)


def test_what_may_be_an_individual_number_is_kept_nowhere_unless_it_could_be_issued() -> None:
    found = read([ONE, RIGHT], Ranges())
    assert (found.individual, found.numbers) == ([1], [RIGHT])
    assert ONE not in repr(found)
    serial = int(ONE) // 10
    own = Ranges(
        resident=Serials(1, serial - 1),
        non_resident=Serials(serial + 10, serial + 20),
        integrated=Serials(serial, serial + 9),
    )
    assert read([ONE], own).numbers == [f"000{ONE}"]


def run(store: MemoryIntegrated, numbers: Sequence[str], *, writes: bool) -> tuple[Reserved, list[tuple[Deed, int]]]:
    trail, done = list[tuple[Deed, int]](), Reserved()
    for through, part in reserve(store, numbers, lambda deed, told: trail.append((deed, len(told))), writes=writes):
        assert 0 < through <= AT_ONCE
        done = Reserved(done.free + part.free, done.before + part.before, done.used + part.used)
    return done, trail


def test_doing_it_again_changes_nothing_and_tells_the_trail_of_no_change() -> None:
    store = MemoryIntegrated()
    put(store, decided(store, told()))
    numbers = [FRESH, *(f"95{serial:013d}" for serial in range(AT_ONCE))]
    read_one = (Deed.READ, 1)
    assert run(store, numbers, writes=False) == (Reserved(AT_ONCE, 0, [FRESH]), [read_one])
    assert not store.reserved
    trail = [read_one, (Deed.CHANGED, AT_ONCE - 1), (Deed.CHANGED, 1)]
    assert run(store, numbers, writes=True) == (Reserved(AT_ONCE, 0, [FRESH]), trail)
    assert store.reserved == set(numbers[1:])
    assert run(store, numbers, writes=True) == (Reserved(0, AT_ONCE, [FRESH]), [read_one])
    assert store.reserved == set(numbers[1:])


def test_a_number_that_is_issued_meanwhile_is_told_as_used() -> None:
    store = MemoryIntegrated()
    parts = reserve(store, [RIGHT, FRESH], lambda *_: put(store, decided(store, told())), writes=True)
    assert [part for _, part in parts] == [Reserved(1, 0, [FRESH])]
    assert store.reserved == {RIGHT}
