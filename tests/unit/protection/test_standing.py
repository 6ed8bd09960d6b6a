"""Who is protected (facts-resident-records.md, section 4; docs/decisions/0094)."""

from __future__ import annotations

from itertools import permutations

import pytest

from kyotsu.protection.standing import is_protected
from kyotsu.residents.applier import MAX_VERSIONS
from kyotsu.residents.versions import Entry
from tests.fakes.support import measure

STARTED = measure(1, 9, "1")
ENDED = measure(2, 12, "3")
HISTORY = measure(1, 12, "1", latest=False)
"""The first row again, no longer the latest: at the very moment of the next one."""


def test_nobody_is_protected_of_whom_nothing_stands() -> None:
    assert not is_protected([])


@pytest.mark.parametrize("kind", ["1", "2"])
def test_a_measure_protects_provisional_ones_too(kind: str) -> None:
    assert is_protected([measure(kind=kind)])


@pytest.mark.parametrize("start", ["2019-04-01", "2999-04-01"])
def test_no_date_releases_or_delays(start: str) -> None:
    assert is_protected([measure(start=start)])


@pytest.mark.parametrize("entries", [[STARTED, ENDED], [STARTED, HISTORY, ENDED], [STARTED, measure(1, 12, "3")]])
def test_an_end_releases(entries: list[Entry]) -> None:
    for order in permutations(entries):
        assert not is_protected(order)


def test_a_restart_protects_again_and_its_end_releases() -> None:
    again = measure(3, 14, "1", start="2026-10-01")
    assert is_protected([STARTED, ENDED, again])
    assert not is_protected([STARTED, ENDED, again, measure(4, 15, "3", start="2026-10-01")])


@pytest.mark.parametrize("time", [8, 9])
@pytest.mark.parametrize("history", [1, 2, 3])
def test_an_end_that_is_not_later_than_what_protects_releases_nobody(history: int, time: int) -> None:
    """A stale list that arrives late, or says so at the same moment, must not release."""
    for order in permutations([STARTED, measure(history, time, "3", digest="stale")]):
        assert is_protected(order)


def test_a_provisional_measure_that_became_one_protects_under_either_key() -> None:
    assert is_protected([measure(1, 9, "2"), measure(2, 10, "1")])
    assert is_protected([measure(1, 9, "2"), measure(1, 10, "1")])


def test_a_later_deletion_of_what_should_never_have_been_registered_releases() -> None:
    assert not is_protected([STARTED, measure(1, 10, "1", deleted=True)])
    assert is_protected([STARTED, measure(1, 10, "1", deleted=True), measure(1, 11, "1")]), "restored"


@pytest.mark.parametrize("time", [8, 9])
def test_a_deletion_that_is_not_later_releases_nobody(time: int) -> None:
    assert is_protected([STARTED, measure(1, time, "1", deleted=True)])


def test_the_deletion_of_an_end_protects_again() -> None:
    assert is_protected([STARTED, HISTORY, ENDED, measure(2, 13, "3", deleted=True)])


def test_a_deletion_of_the_last_measure_leaves_the_end_before_it() -> None:
    assert not is_protected([STARTED, ENDED, measure(3, 14), measure(3, 15, deleted=True)])


def test_a_deletion_alone_protects_nobody() -> None:
    assert not is_protected([measure(deleted=True)])


def test_two_contents_at_one_moment_protect_unless_all_say_that_it_ended() -> None:
    ended = measure(1, 12, "3")
    assert is_protected([ended, measure(1, 12, "1")])
    assert is_protected([ended, measure(1, 12, "3", deleted=True, digest="other")])
    assert not is_protected([ended, measure(1, 12, "3", digest="another operator")])


def test_without_the_latest_row_nobody_is_released() -> None:
    assert is_protected([measure(1, 9, "3", latest=False)])
    assert is_protected([STARTED, HISTORY, measure(2, 12, "3", latest=False)])
    assert is_protected([measure(1, 9, "3"), measure(2, 8, "1", latest=False)]), "a later history row may be followed"


@pytest.mark.parametrize("kind", ["", "4", "9"])
def test_a_kind_that_nobody_knows_protects(kind: str) -> None:
    assert is_protected([measure(kind=kind)])


def test_protected_in_one_ward_is_protected() -> None:
    elsewhere = {"place": "141011"}
    assert is_protected([STARTED, measure(5, 15, "3", **elsewhere)])
    assert is_protected([STARTED, ENDED, measure(1, 9, **elsewhere)])
    assert not is_protected([STARTED, ENDED, measure(1, 9, **elsewhere), measure(1, 10, "3", **elsewhere)])


def test_where_further_rows_were_refused_nobody_is_released() -> None:
    many = [measure(number, 9, "3", latest=False) for number in range(1, MAX_VERSIONS)]
    assert not is_protected([*many[:-1], measure(600, 10, "3")])
    assert is_protected([*many, measure(600, 10, "3")])
