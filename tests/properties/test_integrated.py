"""Integrated addressees: one number per 個人番号 and one flag per number, however requests come, repeat and meet."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import hypothesis.strategies as st
from hypothesis import given

from kyotsu.addressees.records import Use
from kyotsu.integrated import deciding
from kyotsu.integrated.changes import Change, Known, Refused, Told
from kyotsu.integrated.records import REGISTERED, RESIDENTS_BUSINESS, Category, IntegratedPerson
from kyotsu.integrated.store import Wanted, Write
from tests.fakes.integrated import AT, ONE, RESIDENTS, TAX, THREE, TWO, WELFARE, MemoryIntegrated, told

NUMBERS = ("1", "2", "3")
INDIVIDUAL = (ONE, TWO, THREE)
TIMES = tuple(f"{hour:02d}:00:00" for hour in range(10, 18))
uses = st.sampled_from([RESIDENTS, TAX, WELFARE])
statuses = st.sampled_from([None, "1", "2"])


@dataclass
class Worker:
    """One request under way: it looks, and later writes what it decided, again and again until it holds."""

    told: Told
    ends: bool
    fresh: str
    change: Change | None = None
    done: bool = False

    def step(self, store: MemoryIntegrated) -> None:
        if self.done:
            return
        if self.change is not None:
            self.done = store.write([Write(self.change, None, AT)])[0]
            self.change = None
            return
        (seen,) = store.look([Wanted(self.told.number, self.told.fingerprint)])
        known = Known(by_number=seen.by_number, by_individual=seen.by_individual)
        decided = deciding.end(self.told, known) if self.ends else deciding.issue(self.told, known, self.fresh)
        if isinstance(decided, Change) and decided.changes:
            self.change = decided
        else:
            self.done = True


@st.composite
def requests(draw: st.DrawFn) -> tuple[Told, bool]:
    """Return what somebody tells; a 個人番号 may change, be another person's, or be right."""
    one = told(
        draw(st.sampled_from(NUMBERS)),
        draw(uses),
        draw(st.sampled_from(INDIVIDUAL)),
        draw(st.sampled_from(TIMES)),
        reason=draw(st.sampled_from([None, "41", "45", "46"])),
        status=draw(statuses),
    )
    return one, draw(st.booleans())


def check(store: MemoryIntegrated) -> None:
    """Everything that must hold at every moment."""
    living = [person for person in store.people.values() if not person.deleted]
    assert len({person.fingerprint for person in living}) == len(living)
    assert store.by_individual == {person.fingerprint: person.number for person in living}
    behind = {row.number: person.number for person in living for row in person.living}
    assert store.by_number == behind
    for person in living:
        flags = [row for row in person.rows if row == person.flagged]
        assert len(flags) == 1
        assert not flags[0].ended
        told_of = {key for number, key in store.rows if number == person.number}
        assert told_of == {row.key for row in person.living}
        assert [entry.revision for entry in store.entries[person.number]] == sorted(
            {entry.revision for entry in store.entries[person.number]}
        )
    assert all(person.flagged is None for person in store.people.values() if person.deleted)
    assert sorted(store.notices) == sorted(person.number for person in store.people.values() if person.deleted)


@given(st.lists(requests(), min_size=1, max_size=8), st.data())
def test_whatever_interleaves_one_number_per_individual_number_and_one_flag_per_number(
    sent: Sequence[tuple[Told, bool]], data: st.DataObject
) -> None:
    store = MemoryIntegrated()
    workers = [Worker(one, ends, f"9{index:014d}") for index, (one, ends) in enumerate(sent)]
    turns = data.draw(st.lists(st.sampled_from(workers), max_size=60))
    for worker in itertools.chain(turns, workers * (4 * len(workers))):
        worker.step(store)
        check(store)
    assert all(worker.done for worker in workers)


@dataclass(frozen=True)
class Update:
    """An update of one person, as the oracle sees it."""

    time: str
    use: Use
    number: str
    status: str | None = field(default=None)

    @property
    def told(self) -> Told:
        status = (self.status or "2") if self.use == RESIDENTS else self.status
        return told(self.number, self.use, ONE, self.time, status=status)


def updates_at(times: Sequence[str]) -> st.SearchStrategy[list[Update]]:
    """Return updates at different moments: whoever speaks at one moment with somebody else has no order."""
    return st.tuples(
        *(st.builds(Update, st.just(time), uses, st.sampled_from(NUMBERS), statuses) for time in times)
    ).map(list)


def by_the_text(updates: Sequence[Update]) -> tuple[str, str]:
    """Return who has the flag by 2.4.3 (2)⑥, taken literally: one update after the other, in the order of 操作日時."""
    flag, resident = None, dict[str, str | None]()
    for update in sorted(updates, key=lambda update: update.time):
        if update.use == RESIDENTS:
            resident[update.number] = update.told.status
        if flag is None or update.use == RESIDENTS or REGISTERED not in resident.values():
            flag = (update.number, update.use.business)
    assert flag is not None
    return flag


def after(updates: Sequence[Update]) -> IntegratedPerson:
    store = MemoryIntegrated()
    for update in updates:
        one = update.told
        (seen,) = store.look([Wanted(one.number, one.fingerprint)])
        decided = deciding.issue(one, Known(by_number=seen.by_number, by_individual=seen.by_individual), "9" * 15)
        assert isinstance(decided, Change)
        if decided.changes:
            assert store.write([Write(decided, None, AT)]) == [True]
    (person,) = store.people.values()
    return person


@given(updates_at(TIMES), st.data())
def test_the_flag_is_where_the_text_puts_it_and_the_order_of_arrival_never_matters(
    updates: list[Update], data: st.DataObject
) -> None:
    arrived = data.draw(st.permutations([*updates, *data.draw(st.lists(st.sampled_from(updates), max_size=3))]))
    in_order, as_arrived = after(updates), after(arrived)
    assert in_order.rows == as_arrived.rows
    assert in_order.flagged == as_arrived.flagged
    assert in_order.flagged is not None
    if any(update.use == RESIDENTS for update in updates):
        assert (in_order.flagged.number, in_order.flagged.business) == by_the_text(updates)


@given(st.permutations([("10:00:00", ONE), ("11:00:00", TWO), ("12:00:00", THREE)]), st.sampled_from(["45", "46"]))
def test_changes_of_the_individual_number_end_with_the_latest_in_any_order(
    order: list[tuple[str, str]], reason: str
) -> None:
    person = after([Update("09:00:00", TAX, "1")])
    for time, number in [*order, *order]:
        one = told("1", TAX, number, time, reason=reason)
        decided = deciding.issue(one, Known(by_number=person), None)
        assert not isinstance(decided, Refused)
        assert decided is not None
        person = decided.after
    assert person.fingerprint == told("1", TAX, THREE).fingerprint
    assert person.number == "9" * 15


@given(st.lists(requests(), min_size=1, max_size=8), st.sets(st.sampled_from(NUMBERS)))
def test_nobody_but_the_residents_system_changes_a_residents_individual_number(
    sent: Sequence[tuple[Told, bool]], registered: set[str]
) -> None:
    store = MemoryIntegrated()
    residents = {number: Category(1, "1" if number in registered else "3") for number in NUMBERS}
    for index, (one, _) in enumerate(sent):
        (seen,) = store.look([Wanted(one.number, one.fingerprint)])
        known = seen.known(residents[one.number], residents)
        decided = deciding.issue(one, known, f"9{index:014d}")
        if not isinstance(decided, Change):
            continue
        before = decided.before
        if before is not None and before.fingerprint != decided.after.fingerprint:
            assert one.use == RESIDENTS or not registered & {row.number for row in before.living}
        assert store.write([Write(decided, None, AT)]) == [True]
        check(store)


@given(st.lists(st.tuples(st.integers(1, 9), statuses), min_size=1, max_size=6), st.data())
def test_residents_are_followed_in_their_own_order(
    sequences: list[tuple[int, str | None]], data: st.DataObject
) -> None:
    states = dict(sequences)
    tells = [
        (told("1", RESIDENTS, None, TIMES[-sequence % 8], sequence=sequence, status=status), Category(sequence, status))
        for sequence, status in states.items()
    ]
    ends = set()
    for order in (tells, data.draw(st.permutations([*tells, *tells]))):
        person = after([Update("09:00:00", TAX, "1")])
        for one, category in order:
            decided = deciding.update(one, Known(by_number=person, resident=category))
            assert isinstance(decided, Change)
            person = decided.after
        row = next(row for row in person.rows if row.business == RESIDENTS_BUSINESS)
        assert row.sequence == max(states)
        ends.add((row._replace(since=""), person.categories["1"], person.flagged))
    assert len({(row, category) for row, category, _ in ends}) == 1
