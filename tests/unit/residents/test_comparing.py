"""What two trials come to, person by person, and which items records need (issue part 2, Version twin)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import pytest

from kyotsu.contracts.rows import FileContext, Mode, Row
from kyotsu.residents.applier import Head, ResidentApplier
from kyotsu.residents.chunk import REQUIRED_ITEMS
from kyotsu.residents.comparing import HeadsOnce, NobodyKnown, PersonDifference, person_differences
from kyotsu.residents.effects import EffectRule
from kyotsu.residents.trial import TrialStore
from kyotsu.residents.versions import Entry
from tests.fakes.deployment import COLUMNS, row
from tests.fakes.entries import entry
from tests.fakes.sealing import FINGERPRINTS

A, B, C = "000000000000019", "000000000000027", "000000000000035"
RULES = {("001o006", "01"): (EffectRule("1"),)}


@contextmanager
def trials(own: dict[str, list[Entry]], other: dict[str, list[Entry]]) -> Iterator[list[PersonDifference]]:
    with closing(TrialStore(NobodyKnown())) as one, closing(TrialStore(NobodyKnown())) as two:
        for store, people in ((one, own), (two, other)):
            store.replace_heads([Head(number, 1, tuple(entries)) for number, entries in people.items()])
        yield list(person_differences(one, two))


def test_people_who_end_the_same_are_not_told() -> None:
    same = [entry((1, 0), effect="1")]
    with trials({A: same, B: same}, {B: same, A: same}) as found:
        assert found == []


def test_people_whom_only_one_trial_knows_are_told_in_order() -> None:
    one = [entry((1, 0), effect="1")]
    with trials({C: one, B: one}, {A: one, B: one}) as found:
        told = [(p.own.addressee_number, p.own.category, p.other.category, p.record_differs) for p in found]
    assert told == [(A, None, "1", True), (C, "1", None, True)]


@pytest.mark.parametrize(
    ("other", "record", "category"),
    [
        (entry((1, 0), effect="1", digest="z"), True, False),
        (entry((1, 0), effect="2"), False, True),
        (entry((1, 0), operated_at="20270101000000", effect="1"), True, True),
        (entry((1, 0), effect="1", deleted=True), True, True),
    ],
)
def test_it_is_told_what_differs(other: Entry, record: bool, category: bool) -> None:
    with trials({A: [entry((1, 0), effect="1")]}, {A: [other]}) as found:
        assert [(p.record_differs, p.category_differs) for p in found] == [(record, category)]


class Counted(NobodyKnown):
    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def heads(self, numbers: Iterable[str]) -> dict[str, Head]:
        wanted = list(numbers)
        self.asked.append(wanted)
        return super().heads(wanted)


def test_the_people_of_a_chunk_are_read_once_and_forgotten_after_it() -> None:
    real = Counted()
    once = HeadsOnce(real)
    assert list(once.heads([A, B])) == [A, B]
    assert list(once.heads([B])) == [B]
    assert list(once.heads(iter([A, B]))) == [A, B]
    assert list(once.heads([B, C])) == [B, C]
    assert list(once.heads([A])) == [A]
    assert real.asked == [[A, B], [C], [A]]


def applied(columns: tuple[str, ...]) -> None:
    """Make a record of a row in a layout of some columns."""
    now = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
    file = FileContext("141003", "r", "001o006", "01", Mode.DIFFERENCE, "v1", columns, now, frozenset({"141003"}))
    with closing(TrialStore(NobodyKnown())) as store:
        applier = ResidentApplier(store, RULES, FINGERPRINTS)
        lawful = row()
        applier.apply(file, [Row(2, [lawful.get(name, "") for name in columns])])
        assert [after.addressee_number for _, after in store.changed()] == [lawful["atenabango"]]


def test_records_need_exactly_the_items_that_are_said_to_be_needed() -> None:
    assert set(COLUMNS) > REQUIRED_ITEMS
    applied(tuple(name for name in COLUMNS if name in REQUIRED_ITEMS or name == "sosashaid"))
    for missing in REQUIRED_ITEMS:
        with pytest.raises((KeyError, ValueError)):
            applied(tuple(name for name in COLUMNS if name != missing))
