"""Requirement (design.md, Residents): 住民区分 over both sources, and what two streams tell of it in any order."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from kyotsu.addressees.category import combined, registration_at, registration_now
from kyotsu.addressees.category_changes import needs_registry, of_registry, of_resident
from kyotsu.addressees.records import Deed, HistoryEntry, Operation
from kyotsu.addressees.standing import Standing, standing_of
from kyotsu.contracts.events import ResidentCategoryChanged
from kyotsu.residents import fold
from kyotsu.residents.applier import Head
from kyotsu.residents.reading import CategoryShown, shown_category
from kyotsu.residents.versions import Entry
from tests.fakes.addressees import TAX, record
from tests.properties.histories import MOMENTS, histories

law = settings(derandomize=True, max_examples=300, deadline=None)
NUMBER = record().number
operations = st.builds(
    lambda day, hour: Operation("123456", f"2026-04-{day:02d}", f"{hour:02d}:00:00"),
    st.integers(1, 4),
    st.sampled_from((8, 9, 10)),
)


@st.composite
def registrations(draw: st.DrawFn) -> list[HistoryEntry]:
    """A record's life: registered, closed, opened again …, at 操作日時 in any order, with updates in between."""
    entries: list[HistoryEntry] = []
    last = record(NUMBER, registered=draw(operations))
    for revision in range(1, draw(st.integers(0, 6)) + 1):
        at = draw(operations)
        if not entries:
            deed, last = Deed.REGISTERED, replace(last, registered=at)
        elif last.deleted:
            deed, last = Deed.REOPENED, replace(last, deleted=False, registered=at)
        else:
            closes = draw(st.booleans())
            deed, last = (Deed.CLOSED, replace(last, deleted=True)) if closes else (Deed.UPDATED, last)
        last = replace(last, revision=revision, operation=at)
        entries.append(HistoryEntry(deed, TAX, last))
    return entries


def standing(entries: list[HistoryEntry]) -> Standing | None:
    return standing_of(entries[-1].record) if entries else None


def oracle(resident: Entry | None, registered_at: str | None) -> tuple[str | None, str | None]:
    """Which effect counts, and since when, straight from the words of design.md."""
    effects = [] if registered_at is None else [(registered_at, 0, "X")]
    if resident is not None:
        if resident.effect == "1":
            return "1", resident.operated_at
        effects.append((resident.operated_at, 1, resident.effect or ""))
    if not effects:
        return None, None
    at, _, category = max(effects)
    return category, at


@law
@given(histories, registrations(), st.data())
def test_the_later_counts_at_every_moment_whatever_came_first(
    history: list[Entry], registry: list[HistoryEntry], data: st.DataObject
) -> None:
    shuffled, any_order = data.draw(st.permutations(history)), data.draw(st.permutations(registry))
    for at in MOMENTS:
        registration = registration_at(any_order, at)
        shown = shown_category(Head(NUMBER, 1, tuple(shuffled)), at)
        found = combined(shown, registration).shown
        expected, since = oracle(fold.category(history, at), registration.since if registration else None)
        assert found.category == expected
        assert (found.since or "")[:13].replace("-", "").replace("T", "") == (since or "")[:10]


@law
@given(registrations())
def test_the_registration_that_stands_is_that_of_the_history_at_the_end_of_time(registry: list[HistoryEntry]) -> None:
    assert registration_now(standing(registry)) == registration_at(registry, "99991231235959")


@law
@given(histories, registrations())
def test_nobody_who_is_registered_as_a_resident_becomes_a_non_resident(
    history: list[Entry], registry: list[HistoryEntry]
) -> None:
    shown = shown_category(Head(NUMBER, 1, tuple(history)))
    found = combined(shown, registration_now(standing(registry))).shown
    assert (found.category == "1") == (shown.category == "1")


def told_to_a_reader(events: list[ResidentCategoryChanged]) -> str | None:
    """What somebody believes who drops whatever is not above the last sequence seen."""
    last, believed = 0, None
    for event in events:
        if event.sequence > last:
            last, believed = event.sequence, event.after
    return believed


@law
@given(histories, registrations(), st.integers(0, 2**32))
def test_two_streams_tell_in_the_end_what_is_true_however_they_are_mixed(
    history: list[Entry], registry: list[HistoryEntry], seed: int
) -> None:
    mix = random.Random(seed)
    heads = [Head(NUMBER, count, tuple(history[:count])) for count in range(1, len(history) + 1)]
    standings = [standing_of(entry.record) for entry in registry]
    stored = {"head": 0, "standing": 0}
    told = {"head": 0, "standing": 0}
    size = {"head": len(heads), "standing": len(standings)}
    events: list[ResidentCategoryChanged] = []
    while told != size:
        steps = [("store", side) for side in size if stored[side] < size[side]]
        steps += [("tell", side) for side in size if told[side] < stored[side]]
        step, side = mix.choice(steps)
        if step == "store":
            stored[side] += 1
            continue
        index = told[side]
        head_now = heads[stored["head"] - 1] if stored["head"] else Head(NUMBER, 0, ())
        standing_now = standings[stored["standing"] - 1] if stored["standing"] else None
        if side == "head":
            before = heads[index - 1] if index else None
            asked = standing_now if needs_registry(before, heads[index]) else None
            new = list(of_resident("141003", before, heads[index], asked))
        else:
            new = list(of_registry("141003", standings[index - 1] if index else None, standings[index], head_now))
        events += new
        if mix.random() < 0.8:  # else the function died after it published: the record comes again
            told[side] += 1
    resident = shown_category(heads[-1]) if heads else CategoryShown(NUMBER, known=False)
    truth = combined(resident, registration_now(standings[-1] if standings else None)).shown.category
    assert told_to_a_reader(events) == truth
    ids = {(event.event_id, event.after, event.sequence, event.since) for event in events}
    assert len(ids) == len({event.event_id for event in events})
