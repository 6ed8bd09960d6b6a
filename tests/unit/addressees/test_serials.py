"""Where new numbers come from."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from kyotsu.addressees.numbers import NumberKind, Ranges, Serials, follows_rule
from kyotsu.addressees.serials import NumbersExhaustedError, ReservedNumbers
from tests.fakes.registry import MemoryCounter

KIND = NumberKind.NON_RESIDENT


def test_a_block_serves_many_numbers() -> None:
    counter = MemoryCounter()
    source = ReservedNumbers(counter, Ranges(), 20)
    numbers = [source.next(KIND) for _ in range(100)]
    assert numbers == sorted(set(numbers))
    assert all(map(follows_rule, numbers))
    serials = [int(number[:-1]) for number in numbers]
    assert counter.calls == -(-(serials[-1] - serials[0] + 1) // 20)
    assert len(serials) < serials[-1] - serials[0] + 1, "serials without a check digit were skipped"


def test_each_kind_counts_by_itself() -> None:
    source = ReservedNumbers(MemoryCounter(), Ranges(), 20)
    assert {kind: source.next(kind)[:2] for kind in NumberKind} == {
        NumberKind.RESIDENT: "00",
        NumberKind.NON_RESIDENT: "80",
        NumberKind.INTEGRATED: "90",
    }


def test_two_processes_have_blocks_of_their_own() -> None:
    counter = MemoryCounter()
    first, second = (ReservedNumbers(counter, Ranges(), 3) for _ in range(2))
    numbers = [source.next(KIND) for _ in range(10) for source in (first, second)]
    assert len(set(numbers)) == 20


def test_threads_share_a_block() -> None:
    counter = MemoryCounter()
    source = ReservedNumbers(counter, Ranges(), 7)
    with ThreadPoolExecutor(16) as pool:
        numbers = list(pool.map(lambda _: source.next(KIND), range(2_000)))
    assert len(set(numbers)) == 2_000
    assert counter.calls < 2_000 / 6


def test_the_last_number_of_a_range_is_the_end() -> None:
    ranges = Ranges(non_resident=Serials(80_000_000_000_000, 80_000_000_000_024))
    source = ReservedNumbers(MemoryCounter(), ranges, 20)
    has = [serial for serial in range(80_000_000_000_000, 80_000_000_000_025) if _has_number(serial)]
    assert [int(source.next(KIND)[:-1]) for _ in has] == has
    with pytest.raises(NumbersExhaustedError):
        source.next(KIND)
    assert source.next(NumberKind.INTEGRATED)


def test_a_block_of_nothing_but_remainder_one_is_followed_by_the_next() -> None:
    alone = next(serial for serial in range(80_000_000_000_000, 80_000_000_000_050) if not _has_number(serial))
    ranges = Ranges(non_resident=Serials(alone, alone + 1))
    source = ReservedNumbers(MemoryCounter(), ranges, 1)
    assert int(source.next(KIND)[:-1]) == alone + 1


def _has_number(serial: int) -> bool:
    return any(follows_rule(f"{serial}{digit}") for digit in range(10))
