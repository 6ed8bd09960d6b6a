"""The number-issue call: what happens once, what is tried again, and what callers are told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from kyotsu.addressees.changes import Change
from kyotsu.addressees.issuance import ATTEMPTS, RegistryContendedError
from kyotsu.addressees.numbers import NumberKind, Ranges, Serials
from kyotsu.addressees.records import Deed
from kyotsu.addressees.requests import IssueRequest
from kyotsu.addressees.responses import encoded
from kyotsu.addressees.serials import NumbersExhaustedError
from kyotsu.addressees.store import Done
from tests.fakes.addressees import FRESH, LOCAL, RESIDENT, TAX, WELFARE, record
from tests.fakes.issuing import asked, issuance, number_in
from tests.fakes.registry import MemoryCounter, MemoryRegistry
from tests.fakes.registry_contract import SECOND, THIRD, closed, edited, registered

MY_NUMBER = "123456789018"


@pytest.fixture
def store() -> MemoryRegistry:
    return MemoryRegistry(opens=False)


def test_a_new_person_gets_the_next_number(store: MemoryRegistry) -> None:
    call = issuance(store)
    assert [number_in(call.answer(asked())) for _ in range(2)] == [FRESH, SECOND]
    assert store.records[FRESH] == record(FRESH)
    assert [entry.deed for entry in store.entries[SECOND]] == [Deed.REGISTERED]


def test_a_request_that_breaks_rules_takes_no_number(store: MemoryRegistry) -> None:
    counter = MemoryCounter()
    answer = issuance(store, counter=counter).answer(asked(shorikubun="9", sosashaid=None, key="k"))
    assert (answer.status, answer.codes) == (400, ("E0002", "E0001"))
    assert (counter.calls, store.done) == (0, {})


def test_another_systems_id_is_refused(store: MemoryRegistry) -> None:
    assert issuance(store).answer(asked(gyomuid="022")).codes == ("E0002",)


def test_a_local_system_is_known_by_its_own_id(store: MemoryRegistry) -> None:
    assert number_in(issuance(store).answer(asked("A01"))) == FRESH
    assert store.records[FRESH].owner == LOCAL


def test_the_same_key_is_answered_the_same_byte_for_byte(store: MemoryRegistry) -> None:
    call = issuance(store)
    request = asked(key="k-1", kojinbango=MY_NUMBER)
    first, second = call.answer(request), call.answer(request)
    assert encoded(second.body) == encoded(first.body)
    assert second.numbers == first.numbers
    shuffled = dict(reversed([*request.body.items(), ("shimei_furigana", None), ("tsusho", "")]))
    assert encoded(call.answer(replace(request, body=shuffled)).body) == encoded(first.body)
    assert len(store.records) == 1
    assert MY_NUMBER not in repr(store.done)
    assert "k-1" not in repr(store.done)


def test_the_same_key_of_another_request_is_refused(store: MemoryRegistry) -> None:
    call = issuance(store)
    call.answer(asked(key="k"))
    answer = call.answer(asked(key="k", seibetsu="1"))
    assert (answer.status, answer.codes) == (400, ("E1508",))
    assert number_in(call.answer(asked("022", key="k"))) != FRESH, "another system's key is another one"


def test_a_refused_requests_key_may_be_used_again(store: MemoryRegistry) -> None:
    call = issuance(store)
    assert call.answer(asked(key="k", shorikubun="2", atenabango=FRESH)).codes == ("E1502",)
    assert call.answer(asked(key="k")).status == 200


def test_without_a_key_every_request_issues(store: MemoryRegistry) -> None:
    call = issuance(store)
    twins = [number_in(call.answer(asked())) for _ in range(2)]
    assert len(set(twins)) == 2
    assert store.alike(store.records[twins[0]]) == [twins[1]], "a clerk is told, nobody is refused"


def test_numbers_that_are_taken_are_skipped(store: MemoryRegistry) -> None:
    source = issuance(store).numbers
    taken = [source.next(NumberKind.NON_RESIDENT) for _ in range(5)]
    store.migrated.add(taken[0])
    store.residents[taken[1]] = "1"
    store.obtained.add(taken[2])
    assert store.write(registered(taken[3]))
    assert store.write(replace(registered("7", principal=taken[4]), principal_is_resident=True))
    assert number_in(issuance(store).answer(asked())) not in taken


def test_a_long_row_of_taken_numbers_is_passed_in_steps(store: MemoryRegistry) -> None:
    source = issuance(MemoryRegistry()).numbers
    store.migrated |= {source.next(NumberKind.NON_RESIDENT) for _ in range(1_000)}
    counting = Counting(store)
    assert issuance(counting).answer(asked()).status == 200
    assert counting.looks == 36, "1, 2, 4, … 32 at once"


def test_a_range_that_is_used_up(store: MemoryRegistry) -> None:
    ranges = Ranges(non_resident=Serials(80_000_000_000_000, 80_000_000_000_003))
    call = issuance(store, ranges=ranges)
    for _ in range(4):
        call.answer(asked())
    with pytest.raises(NumbersExhaustedError) as found:
        call.answer(asked())
    assert found.value.code == "E1509"


def test_a_repeat_needs_no_number(store: MemoryRegistry) -> None:
    call = issuance(store, ranges=Ranges(non_resident=Serials(80_000_000_000_000, 80_000_000_000_000)))
    first = call.answer(asked(key="k"))
    assert encoded(call.answer(asked(key="k")).body) == encoded(first.body)
    with pytest.raises(NumbersExhaustedError):
        call.answer(asked(key="another"))


def test_a_remark_is_told_to_the_log_and_kept_for_clerks(store: MemoryRegistry) -> None:
    answer = issuance(store).answer(asked(atenabango=RESIDENT))
    assert answer.codes == ("W1501",)
    assert b"W1501" not in encoded(answer.body)
    assert store.remarks == [(FRESH, "W1501")]


def test_two_businesses_share_a_record_each_with_its_own_individual_number(store: MemoryRegistry) -> None:
    call = issuance(store)
    number_in(call.answer(asked(kojinbango=MY_NUMBER)))
    assert number_in(call.answer(asked("022", shorikubun="2", atenabango=FRESH))) == FRESH
    assert store.records[FRESH].uses == {TAX, WELFARE}
    assert store.look([FRESH], WELFARE).numbers[FRESH].use is not None
    assert store.individual_numbers == {(FRESH, TAX): MY_NUMBER}


@dataclass
class Counting:
    """Counts looks and writes, and lets something happen before a write."""

    store: MemoryRegistry
    before_write: Callable[[Change | None], object] = lambda _: None
    refused_though_done: int = 0
    looks: int = 0
    writes: int = 0

    def look(self, *args: Any) -> Any:
        self.looks += 1
        return self.store.look(*args)

    def write(self, change: Change | None, done: Done | None = None) -> bool:
        self.writes += 1
        self.before_write(change)
        held = self.store.write(change, done)
        if self.refused_though_done >= self.writes:
            return False
        return held


def once(action: Callable[[], object]) -> Callable[[Any], object]:
    """Return what does something the first time it is called."""
    left = [action]
    return lambda _: left and left.pop()()


@pytest.mark.parametrize("key", [None, "k"])
def test_a_write_that_seemed_refused_is_found_to_be_our_own(store: MemoryRegistry, key: str | None) -> None:
    answer = issuance(Counting(store, refused_though_done=1)).answer(asked(key=key))
    assert number_in(answer) == FRESH
    assert list(store.records) == [FRESH]


def test_a_number_that_is_lost_to_a_migration_is_replaced(store: MemoryRegistry) -> None:
    counting = Counting(store, once(lambda: store.reserve([FRESH])))
    assert number_in(issuance(counting).answer(asked())) == SECOND


def test_a_principal_that_closes_meanwhile_refuses(store: MemoryRegistry) -> None:
    assert store.write(registered(SECOND))
    counting = Counting(store, once(lambda: store.write(closed(record(SECOND)))))
    answer = issuance(counting).answer(asked(nayosemotofuragu="1", nayosesakiatenabango=SECOND))
    assert answer.codes == ("E1503",)
    assert list(store.records) == [SECOND]


def test_a_contended_principal_costs_no_further_number(store: MemoryRegistry) -> None:
    assert store.write(registered(SECOND))
    counting, counter = Counting(store), MemoryCounter()
    links = {"nayosemotofuragu": "1", "nayosesakiatenabango": SECOND}
    call = issuance(counting, counter=counter, block=1)
    held = store.write
    refusals = iter([False, False])
    store.write = lambda change, done=None: next(refusals, None) is None and held(change, done)  # type: ignore[method-assign]
    assert number_in(call.answer(asked(**links))) == FRESH
    assert counting.writes == 3
    assert counter.calls == 1


def test_of_two_businesses_at_once_each_has_its_part(store: MemoryRegistry) -> None:
    assert store.write(registered(owner=TAX))
    other = issuance(store)
    request = asked("022", shorikubun="2", atenabango=FRESH)
    counting = Counting(store, once(lambda: other.answer(asked("023", shorikubun="2", atenabango=FRESH))))
    assert number_in(issuance(counting).answer(request)) == FRESH
    assert {use.business for use in store.records[FRESH].uses} == {"010", "022", "023"}
    assert [entry.record.revision for entry in store.entries[FRESH]] == [1, 2, 3]


def test_the_same_request_again_changes_nothing(store: MemoryRegistry) -> None:
    assert store.write(registered(owner=TAX))
    call, request = issuance(store), asked("022", shorikubun="2", atenabango=FRESH, key=None)
    first, second = call.answer(request), call.answer(request)
    assert encoded(first.body) == encoded(second.body)
    assert len(store.entries[FRESH]) == 2
    assert call.answer(replace(request, idempotency_key="k")).status == 200, "noted alone"
    assert len(store.done) == 1


def test_a_registry_that_always_changes_is_given_up(store: MemoryRegistry) -> None:
    assert store.write(registered(owner=TAX))

    def edit(_: object) -> None:
        before = store.records[FRESH]
        assert store.write(edited(before, Deed.USED))

    counting = Counting(store, edit)
    with pytest.raises(RegistryContendedError) as found:
        issuance(counting).answer(asked("022", shorikubun="2", atenabango=FRESH))
    assert found.value.code == "E1510"
    assert counting.looks == counting.writes == ATTEMPTS


def test_nobody_can_tell_a_key_from_what_is_stored_of_it(store: MemoryRegistry) -> None:
    issuance(store).answer(asked(key=MY_NUMBER))
    (stored,) = store.done
    assert MY_NUMBER not in stored
    assert hashlib.sha256(MY_NUMBER.encode()).hexdigest() not in stored


@dataclass
class Integrated:
    """Counts what it is asked for, and fails so often at first."""

    failures: int = 0
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    people: list[Mapping[str, str]] = field(default_factory=list)

    def ensure(self, number: str, request: IssueRequest) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError
        self.asked.append((number, request.individual_number))
        self.people.append(request.person)


def test_both_numbers_are_issued_for_who_has_an_individual_number(store: MemoryRegistry) -> None:
    integrated = Integrated()
    call = issuance(store, integrated=lambda: integrated)
    call.answer(asked())
    assert integrated.asked == []
    call.answer(asked(kojinbango=MY_NUMBER))
    assert integrated.asked == [(SECOND, MY_NUMBER)]
    call.answer(asked(kojinbango=MY_NUMBER, shorikubun="2", atenabango="1"))
    assert len(integrated.asked) == 1, "a refused request issues nothing"


def test_the_person_of_a_record_that_is_closed_to_others_is_told_to_nobody_else(store: MemoryRegistry) -> None:
    """Also if the request that closed it was an earlier one, and by a repeat."""
    integrated = Integrated()
    call = issuance(store, integrated=lambda: integrated)
    closing = asked(kojinbango=MY_NUMBER, tagyomusanshofukafuragu="1", key="k")
    number = number_in(call.answer(closing))
    call.answer(closing)
    call.answer(asked(kojinbango=MY_NUMBER, shorikubun="1", atenabango=number))
    assert integrated.people == [{}, {}, {}]
    call.answer(asked(kojinbango=MY_NUMBER))
    assert integrated.people[-1]["shimei"]


def test_a_crash_between_both_numbers_is_healed_by_the_repeat(store: MemoryRegistry) -> None:
    integrated = Integrated(failures=1)
    call, request = issuance(store, integrated=lambda: integrated), asked(kojinbango=MY_NUMBER, key="k")
    with pytest.raises(ConnectionError):
        call.answer(request)
    assert number_in(call.answer(request)) == FRESH
    assert integrated.asked == [(FRESH, MY_NUMBER)]
    assert list(store.records) == [FRESH]


def test_who_may_not_know_of_a_link_is_not_told_of_it(store: MemoryRegistry) -> None:
    """Requirement: another business took the number over; whom the first one linked it to is closed to it."""
    for number in (FRESH, THIRD):
        assert store.write(registered(number))
    assert store.write(registered(SECOND, principal=FRESH))
    link = {"shorikubun": "1", "atenabango": SECOND, "nayosemotofuragu": "1", "nayosesakiatenabango": THIRD}
    assert issuance(store).answer(asked("022", **link)).codes == ("E1506",)
    store.records[FRESH] = replace(store.records[FRESH], closed_to_others=True)
    assert issuance(store).answer(asked("022", **link)).codes == ("E1503",)
    assert issuance(store).answer(asked("010", **link)).codes == ("E1506",), "its owner"
