"""Statements of completeness: every day once, corrected when a late answer comes, in one chain whatever happens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from kyotsu.contracts.rows import Counts
from kyotsu.linkage.completeness import OTHER, Statement
from kyotsu.linkage.deliveries import Delivery
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.receipts import Receipt, Status
from kyotsu.linkage.statement_chain import ChainProblem, verify_chain
from kyotsu.linkage.stating import NotStatedError, StatedMeanwhileError, Stating
from tests.fakes.audit import MemoryBucket
from tests.fakes.deployment import CATALOGUE
from tests.fakes.interruption import StoppedError
from tests.fakes.memory import FixedClock

FOLDER = "outbox/001o006-01"
NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@dataclass
class Statements(MemoryBucket):
    """The bucket of statements, and what providers find beside their answers."""

    copies: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def copy(self, provider: str, key: str, body: bytes) -> None:
        self.copies.setdefault((provider, key), body)


@dataclass
class Received:
    """Receipts, and no deliveries."""

    receipts: list[Receipt] = field(default_factory=list)

    def received(self, provider: str, since: datetime, until: datetime) -> Iterator[Receipt]:
        for receipt in self.receipts:
            if receipt.provider == provider and since <= receipt.received_at < until:
                yield receipt

    def of_receipt(self, _receipt_id: str) -> list[Delivery]:
        return []

    def add(self, number: int, at: datetime, *, answered: bool = True, provider: str = "001", key: str = "") -> None:
        interface = "" if key else "001o006"
        key = key or f"{FOLDER}/001o006_01_D_v1_20261120093000_{number:06d}.csv"
        receipt = Receipt(ObjectRef(f"b-{provider}", key, f"v{len(self.receipts)}"), "141003", provider, at)
        if answered:
            counts = Counts(read=10, added=7, failed=3)
            status = Status.PARTIALLY_ACCEPTED
            receipt = replace(receipt, status=status, counts=counts, answered=True, interface=interface)
        self.receipts.append(receipt)

    def answer_all(self) -> None:
        done = {"status": Status.ACCEPTED, "answered": True, "interface": "001o006"}
        self.receipts = [r if r.answered else replace(r, **done) for r in self.receipts]  # type: ignore[arg-type]


class City:
    """A municipality whose clock the test moves."""

    def __init__(self) -> None:
        self.objects, self.received, self.clock = Statements(), Received(), FixedClock(NOON)

    def look(self) -> list[Statement]:
        stating = Stating(
            municipality="141003",
            catalogue=CATALOGUE,
            receipts=self.received,
            deliveries=self.received,
            objects=self.objects,
            clock=self.clock,
            grace=timedelta(minutes=30),
            patience=1,
        )
        return stating.look(lambda: True)

    def next_day(self, days: int = 1) -> list[Statement]:
        self.clock.move(timedelta(days=days))
        return self.look()

    def chain(self, interface: str = "001o006") -> list[Statement | ChainProblem]:
        return list(verify_chain(self.objects, "001", interface, "2026-11-01"))

    def problems(self) -> Iterable[ChainProblem]:
        return [found for found in self.chain() if isinstance(found, ChainProblem)]


def test_a_days_files_are_stated_when_it_is_over_in_japan() -> None:
    city = City()
    city.received.add(1, NOON)
    city.received.add(3, NOON + timedelta(hours=1))
    city.clock.moment = datetime(2026, 11, 20, 15, 29, tzinfo=UTC)
    assert [statement.day for statement in city.look()] == ["2026-11-19"]
    city.clock.moment = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
    (made,) = city.look()
    assert (made.day, made.provider, made.interface, made.revision) == ("2026-11-20", "001", "001o006", 1)
    assert made.files == {"PARTIALLY_ACCEPTED": 2, "OPEN": 0}
    assert (made.rows["read"], made.rows["applied"], made.rows["failed"]) == (20, 14, 6)
    (numbers,) = made.numbers
    assert (numbers.branch, numbers.first, numbers.last, numbers.missing) == ("01", 1, 3, ("000002",))
    assert made.expected_days == 1
    assert city.look() == []


def test_midnight_in_japan_parts_the_days() -> None:
    city = City()
    city.received.add(1, datetime(2026, 11, 19, 14, 59, 59, 999_999, tzinfo=UTC))
    city.received.add(2, datetime(2026, 11, 19, 15, 0, tzinfo=UTC))
    made = city.next_day()
    assert [(statement.day, statement.files) for statement in made] == [
        ("2026-11-19", {"PARTIALLY_ACCEPTED": 1, "OPEN": 0}),
        ("2026-11-20", {"PARTIALLY_ACCEPTED": 1, "OPEN": 0}),
    ]


def test_a_day_without_files_is_stated_where_files_are_expected() -> None:
    city = City()
    (made,) = city.next_day()
    assert (made.provider, made.interface, made.files) == ("001", "001o006", {"OPEN": 0})
    assert made.numbers == ()


def test_a_chain_that_has_begun_states_every_day() -> None:
    city = City()
    city.received.add(1, NOON, provider="031", key="outbox/whatever.csv")
    city.next_day()
    city.next_day(3)
    found = list(verify_chain(city.objects, "031", OTHER, "2026-11-01"))
    assert [s.day for s in found if isinstance(s, Statement)] == [f"2026-11-{day}" for day in (20, 21, 22, 23)]


def test_a_missing_answer_is_waited_for_then_told_and_corrected_when_it_comes() -> None:
    city = City()
    city.received.add(1, NOON, answered=False)
    assert city.next_day() == []
    (told,) = [made for made in city.next_day() if made.day == "2026-11-20"]
    assert (told.files, len(told.open), told.corrects) == ({"OPEN": 1}, 1, None)
    assert city.look() == []
    city.received.answer_all()
    (corrected,) = city.look()
    assert (corrected.day, corrected.revision, corrected.corrects) == ("2026-11-20", 2, told.sequence)
    assert corrected.files == {"ACCEPTED": 1, "OPEN": 0}
    assert corrected.open_days == ()
    assert corrected.through == "2026-11-21"
    assert ("001", "answers/completeness/001o006/2026-11-20.2.json") in city.objects.copies
    assert [made.day for made in city.next_day()] == ["2026-11-22"]
    assert not city.problems()


def test_the_provider_finds_the_same_bytes() -> None:
    city = City()
    (made,) = city.next_day()
    copy = city.objects.copies["001", "answers/completeness/001o006/2026-11-20.json"]
    assert copy == city.objects.objects[made.place]
    assert msgspec.json.decode(copy, type=Statement) == made


@pytest.mark.parametrize("at", range(1, 9))
@pytest.mark.parametrize("after", [False, True])
def test_a_run_that_ends_anywhere_is_gone_on_with(at: int, after: bool) -> None:
    city, calls = City(), 0
    city.received.add(1, NOON, answered=False)
    city.clock.move(timedelta(days=3))
    for name in ("create", "copy"):
        method = getattr(city.objects, name)

        def stopping(*args: object, method: object = method) -> object:
            nonlocal calls
            calls += 1
            if calls == at and not after:
                raise StoppedError
            result = method(*args)  # type: ignore[operator]
            if calls == at:
                raise StoppedError
            return result

        setattr(city.objects, name, stopping)
    for _ in range(2):
        with suppress(NotStatedError):
            city.look()
    stated = [found for found in city.chain() if isinstance(found, Statement)]
    assert [statement.day for statement in stated] == [f"2026-11-{day}" for day in (20, 21, 22)]
    assert not city.problems()
    assert {key for _, key in city.objects.copies} >= {statement.copy_place for statement in stated[-1:]}
    assert len(city.objects.copies) == 3


def test_two_runs_at_once_do_not_fork_the_chain() -> None:
    city = City()
    city.clock.move(timedelta(days=1))
    create = city.objects.create

    def late(key: str, body: bytes) -> bool:
        create(key, body.replace(b'"made_at"', b'"made_at" '))
        return create(key, body)

    city.objects.create = late  # type: ignore[method-assign] # another run is a little faster
    with pytest.raises(NotStatedError) as told:
        city.look()
    assert [type(failure) for failure in told.value.failures.values()] == [StatedMeanwhileError]
    city.objects.create = create  # type: ignore[method-assign]
    assert city.look() == []
    assert len(city.objects.objects) == 1


def test_a_write_that_was_tried_again_is_our_own() -> None:
    city = City()
    city.clock.move(timedelta(days=1))
    create = city.objects.create

    def twice(key: str, body: bytes) -> bool:
        return create(key, body) and create(key, body)

    city.objects.create = twice  # type: ignore[method-assign] # the first answer got lost
    (made,) = city.look()
    assert ("001", made.copy_place) in city.objects.copies


def test_one_providers_broken_statement_keeps_no_others_from_being_made() -> None:
    city = City()
    (first,) = city.next_day()
    city.objects.objects[first.place] = b"{"
    city.received.add(1, NOON + timedelta(days=1), provider="031", key="outbox/whatever.csv")
    city.clock.move(timedelta(days=1))
    with pytest.raises(NotStatedError) as told:
        city.look()
    assert [(made.provider, made.day) for made in told.value.made] == [("031", "2026-11-21")]
    assert isinstance(told.value.failures["001"], msgspec.MsgspecError)
    assert set(told.value.failures) == {"001"}


def test_every_single_change_of_a_chain_is_found_but_of_its_end() -> None:
    """Requirement: only the last statement has nothing after it: in production Object Lock holds it."""
    city = City()
    for _ in range(5):
        city.next_day()
    before = dict(city.objects.objects)
    keys = sorted(before)
    assert not city.problems()
    for place, key in enumerate(keys):
        changed = before[key].replace(b'"OPEN": 0', b'"OPEN": 1')
        assert changed != before[key]
        tampered = [before | {key: b"{}"}]
        if place < len(keys) - 1:
            tampered += [
                {other: body for other, body in before.items() if other != key},
                before | {key: changed},
                before | {key: before[keys[place + 1]], keys[place + 1]: before[key]},
            ]
        for objects in tampered:
            city.objects.objects = objects
            assert city.problems(), key
