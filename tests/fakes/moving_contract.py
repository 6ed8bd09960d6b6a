"""What every `CaseStore` and every `Papers` must do: the same tests for the tables and for those in memory.

A class that inherits them has a fixture `store` or `papers`.
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kyotsu.moving.cases import Case, CaseKind, CasePerson, CaseState, Entry, Signal, SignalKind, Wait, WaitName
from kyotsu.moving.ports import CaseChangedError, CaseStore, NoSuchCaseError, Papers, PapersDestroyedError, Taken

NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
OPENED = Entry(NOON, "Receive", "opened", "portal")
KINDS = frozenset({SignalKind.ACCEPTED, SignalKind.AMENDED, SignalKind.WITHDRAWN})


def case(number: str = "A1", kind: CaseKind = CaseKind.MOVE_OUT, **changes: Any) -> Case:
    """Return a case as it is opened."""
    known: dict[str, Any] = {
        "id": f"{kind}-{number}",
        "kind": kind,
        "municipality": "141003",
        "application_number": number,
        "state": CaseState.RECEIVED,
        "opened_at": NOON,
        "people": (CasePerson(1), CasePerson(2)),
    }
    return Case(**known | changes)


_EXAMPLES: dict[str, Any] = {
    "bool": True,
    "int": 7,
    "str": "E1700",
    "date | None": date(2026, 4, 17),
    "datetime | None": NOON,
    "tuple[CasePerson, ...]": (CasePerson(1, "000000000000019", arrived=True), CasePerson(2)),
    "tuple[int, ...]": (1, 2),
    "tuple[str, ...]": ("W1700", "W1701"),
}


def filled(opened: Case) -> Case:
    """Return a case that knows something in every field."""
    return replace(
        opened, **{field.name: _EXAMPLES[str(field.type)] for field in fields(opened) if str(field.type) in _EXAMPLES}
    )


def signal(name: str, kind: SignalKind = SignalKind.ACCEPTED, **changes: Any) -> Signal:
    """Return a signal."""
    return replace(Signal(name, kind, NOON, "operator:test"), **changes)


def wait(visit: int, token: str, attempt: str = "", kinds: frozenset[SignalKind] = KINDS) -> Wait:
    """Return a wait for a clerk's decision."""
    return Wait(WaitName.DECISION, visit, token, kinds, attempt)


class CaseStoreContract:
    """Tests."""

    @pytest.fixture
    def opened(self, store: CaseStore) -> Case:
        return store.open(case(), OPENED)

    def test_a_case_is_opened_once(self, store: CaseStore, opened: Case) -> None:
        other = store.open(case(state=CaseState.WITHDRAWN), replace(OPENED, outcome="again"))
        assert other == opened == store.get(opened.id)
        assert opened == replace(case(), version=opened.version)
        assert list(store.history(opened.id)) == [OPENED]

    def test_what_is_not_there_is_named(self, store: CaseStore) -> None:
        for ask in (store.get, store.taken, store.pending, store.waiting):
            with pytest.raises(NoSuchCaseError):
                ask("O-none")
        with pytest.raises(NoSuchCaseError):
            store.wait("O-none", wait(0, "t"))
        with pytest.raises(NoSuchCaseError):
            store.signal("O-none", signal("s"))
        assert list(store.history("O-none")) == []

    def test_every_field_of_a_case_comes_back(self, store: CaseStore, opened: Case) -> None:
        full = replace(filled(opened), id=opened.id, version=opened.version)
        saved = store.save(full)
        assert saved == replace(full, version=saved.version) == store.get(opened.id)

    def test_a_case_is_written_at_the_version_that_was_read(self, store: CaseStore, opened: Case) -> None:
        entry = Entry(NOON, "Decide", "E1701", "operator:x", (("persons", "2"), ("signal", "s-1")))
        store.save(replace(opened, stage=1), entry)
        with pytest.raises(CaseChangedError):
            store.save(replace(opened, stage=9), replace(entry, step="Other"))
        with pytest.raises(CaseChangedError):
            store.save(replace(opened, stage=9))
        assert store.get(opened.id).stage == 1
        assert list(store.history(opened.id)) == [OPENED, entry]

    def test_history_is_in_order_and_a_write_may_have_none(self, store: CaseStore, opened: Case) -> None:
        for step in range(12):
            entry = None if step % 3 == 0 else Entry(NOON - timedelta(hours=step), f"Step{step}", "done", "machine")
            opened = store.save(opened, entry)
        steps = [entry.step for entry in store.history(opened.id)]
        assert steps == ["Receive", *(f"Step{step}" for step in range(12) if step % 3)]

    def test_a_signal_reaches_who_waits(self, store: CaseStore, opened: Case) -> None:
        assert store.wait(opened.id, wait(0, "t1")) is None
        assert store.waiting(opened.id) == wait(0, "t1")
        assert store.signal(opened.id, signal("s1")) == Taken("t1", signal("s1"))
        assert store.taken(opened.id) == Taken("t1", signal("s1"))
        assert store.waiting(opened.id) is None
        assert list(store.pending(opened.id)) == []

    def test_an_early_signal_is_kept_for_who_waits_later(self, store: CaseStore, opened: Case) -> None:
        for name, kind in (("s0", SignalKind.NOTICED), ("s1", SignalKind.AMENDED), ("s2", SignalKind.ACCEPTED)):
            assert store.signal(opened.id, signal(name, kind)) is None
        assert [early.id for early in store.pending(opened.id)] == ["s0", "s1", "s2"]
        assert store.wait(opened.id, wait(0, "t1")) == Taken("t1", signal("s1", SignalKind.AMENDED))
        assert [early.id for early in store.pending(opened.id)] == ["s0", "s2"]
        assert store.wait(opened.id, wait(1, "t2")) == Taken("t2", signal("s2"))
        assert store.wait(opened.id, wait(2, "t3")) is None
        assert [early.id for early in store.pending(opened.id)] == ["s0"]

    def test_a_signal_that_nobody_takes_waits(self, store: CaseStore, opened: Case) -> None:
        store.wait(opened.id, wait(0, "t1"))
        assert store.signal(opened.id, signal("s1", SignalKind.NOTICED)) is None
        assert store.waiting(opened.id) == wait(0, "t1")
        assert store.wait(opened.id, wait(1, "t2", kinds=frozenset({SignalKind.NOTICED}))) is not None

    def test_a_wait_takes_one_signal(self, store: CaseStore, opened: Case) -> None:
        store.wait(opened.id, wait(0, "t1"))
        store.signal(opened.id, signal("s1"))
        assert store.signal(opened.id, signal("s2", SignalKind.WITHDRAWN)) is None
        assert store.taken(opened.id) == Taken("t1", signal("s1"))
        assert [early.id for early in store.pending(opened.id)] == ["s2"]

    def test_a_repeated_signal_does_what_it_did(self, store: CaseStore, opened: Case) -> None:
        store.wait(opened.id, wait(0, "t1"))
        first = store.signal(opened.id, signal("s1"))
        assert store.signal(opened.id, signal("s1")) == first
        store.wait(opened.id, wait(0, "t1b"))
        assert store.signal(opened.id, signal("s1")) == Taken("t1b", signal("s1"))
        store.wait(opened.id, wait(1, "t2"))
        assert store.signal(opened.id, signal("s1")) is None
        assert store.taken(opened.id) is None
        assert list(store.pending(opened.id)) == []

    def test_a_repeated_early_signal_is_kept_once(self, store: CaseStore, opened: Case) -> None:
        for _ in range(3):
            assert store.signal(opened.id, signal("s1")) is None
        assert store.wait(opened.id, wait(0, "t1")) == Taken("t1", signal("s1"))
        assert store.wait(opened.id, wait(1, "t2")) is None

    def test_a_later_try_gets_the_signal_of_its_visit(self, store: CaseStore, opened: Case) -> None:
        store.wait(opened.id, wait(3, "t1", "1/0"))
        assert store.wait(opened.id, wait(3, "t2", "1/1")) is None
        assert store.signal(opened.id, signal("s1")) == Taken("t2", signal("s1"))
        assert store.wait(opened.id, wait(3, "t3", "2/0")) == Taken("t3", signal("s1"))
        assert store.taken(opened.id) == Taken("t3", signal("s1"))

    def test_who_comes_late_takes_nobody_s_place(self, store: CaseStore, opened: Case) -> None:
        store.wait(opened.id, wait(3, "t2", "1/1"))
        assert store.wait(opened.id, wait(3, "t1", "1/0")) is None
        assert store.wait(opened.id, wait(2, "t0", "9/9")) is None
        assert store.waiting(opened.id) == wait(3, "t2", "1/1")
        assert store.signal(opened.id, signal("s1")) == Taken("t2", signal("s1"))
        assert store.wait(opened.id, wait(3, "t1", "1/0")) is None

    def test_a_deadline_is_its_own_wait_s(self, store: CaseStore, opened: Case) -> None:
        kinds = frozenset({SignalKind.OVERDUE})
        first, second = (signal(f"overdue/{visit}", SignalKind.OVERDUE, visit=visit) for visit in (0, 1))
        assert store.signal(opened.id, first) is None
        store.wait(opened.id, wait(1, "t1", kinds=kinds))
        assert store.signal(opened.id, first) is None
        assert list(store.pending(opened.id)) == []
        assert store.signal(opened.id, second) == Taken("t1", second) == store.signal(opened.id, second)

    def test_what_was_taken_is_untold_until_it_is_told(self, store: CaseStore, opened: Case) -> None:
        assert list(store.untold()) == []
        store.wait(opened.id, wait(0, "t1"))
        assert list(store.untold()) == []
        taken = store.signal(opened.id, signal("s1"))
        assert taken is not None
        assert list(store.untold()) == [(opened.id, taken)]
        store.told(opened.id, Taken("another", taken.signal))
        assert list(store.untold()) == [(opened.id, taken)]
        store.told(opened.id, taken)
        store.told(opened.id, taken)
        assert list(store.untold()) == []
        again = store.wait(opened.id, wait(0, "t2", "1"))
        assert list(store.untold()) == [(opened.id, again)]
        store.wait(opened.id, wait(1, "t3"))
        assert list(store.untold()) == []

    def test_waits_and_signals_leave_the_case_as_it_is(self, store: CaseStore, opened: Case) -> None:
        store.wait(opened.id, wait(0, "t1"))
        store.signal(opened.id, signal("s1"))
        assert store.get(opened.id) == opened
        store.save(replace(opened, stage=1))
        assert store.taken(opened.id) == Taken("t1", signal("s1"))

    def test_cases_are_listed_by_kind_and_state(self, store: CaseStore, opened: Case) -> None:
        second = store.open(case("A2", state=CaseState.DIFFERENT), OPENED)
        store.open(case("A1", CaseKind.MOVE_IN), OPENED)
        assert _ids(store.listed(CaseKind.MOVE_OUT)) == ["O-A1", "O-A2"]
        assert _ids(store.listed(CaseKind.MOVE_OUT, [CaseState.DIFFERENT, CaseState.CLOSED])) == ["O-A2"]
        store.save(replace(second, state=CaseState.CLOSED))
        assert _ids(store.listed(CaseKind.MOVE_OUT, [CaseState.DIFFERENT])) == []
        assert _ids(store.listed(CaseKind.MOVE_OUT, [CaseState.CLOSED])) == ["O-A2"]
        assert _ids(store.listed(CaseKind.IN_CITY)) == []

    def test_unstarted_cases_are_found(self, store: CaseStore, opened: Case) -> None:
        store.open(case("A2", state=CaseState.REFUSED), OPENED)
        assert _ids(store.unstarted()) == ["O-A1"]
        store.save(replace(opened, generation=1))
        assert _ids(store.unstarted()) == []

    def test_due_cases_are_found_until_they_end(self, store: CaseStore, opened: Case) -> None:
        day = date(2026, 4, 17)
        opened = store.save(replace(opened, generation=1, due_on=day))
        store.open(case("A2", due_on=day), OPENED)  # not started: nobody waits yet
        assert _ids(store.due(day)) == []
        assert _ids(store.due(day + timedelta(days=1))) == ["O-A1"]
        assert _ids(store.due(day + timedelta(days=400))) == ["O-A1"]
        store.save(replace(opened, state=CaseState.CLOSED))
        assert _ids(store.due(day + timedelta(days=1))) == []

    def test_erasable_cases_are_found_until_they_are_erased(self, store: CaseStore, opened: Case) -> None:
        day = date(2026, 5, 1)
        opened = store.save(replace(opened, state=CaseState.CLOSED, erase_on=day))
        assert _ids(store.erasable(day - timedelta(days=1))) == []
        assert _ids(store.erasable(day)) == ["O-A1"]
        store.save(replace(opened, erased_at=NOON))
        assert _ids(store.erasable(day)) == []

    def test_visits_of_a_day_are_found(self, store: CaseStore, opened: Case) -> None:
        day = date(2026, 4, 4)
        opened = store.save(replace(opened, visit_on=day))
        assert _ids(store.visits(day)) == ["O-A1"]
        store.save(replace(opened, visit_on=day + timedelta(days=1)))
        assert _ids(store.visits(day)) == []

    def test_cases_are_found_by_fingerprints_until_they_are_forgotten(self, store: CaseStore, opened: Case) -> None:
        other = store.open(case("A2"), OPENED)
        many = [bytes([each]) * 32 for each in range(60)]
        store.note(opened.id, many)
        store.note(opened.id, many[:1])
        store.note(other.id, many[:1])
        assert list(store.look_up(many[0])) == ["O-A1", "O-A2"]
        assert all(list(store.look_up(each)) == ["O-A1"] for each in many[1:])
        store.forget(opened.id)
        store.forget(opened.id)
        store.note(opened.id, many[:2])
        assert [list(store.look_up(each)) for each in many[:2]] == [["O-A2"], []]


def _ids(cases: Any) -> list[str]:
    return sorted(each.id for each in cases)


class PapersContract:
    """Tests."""

    def test_a_paper_comes_back_and_the_newest_counts(self, papers: Papers) -> None:
        papers.put("O-A1", "raw", "氏名".encode())
        papers.put("O-A1", "form", b"%PDF" * 200_000)
        papers.put("O-A1", "raw", b"second")
        papers.put("O-A2", "raw", b"another's")
        assert papers.get("O-A1", "raw") == b"second"
        assert papers.get("O-A1", "form") == b"%PDF" * 200_000
        assert papers.get("O-A2", "raw") == b"another's"
        assert papers.get("O-A1", "certificate") is None
        assert papers.get("O-A3", "raw") is None

    def test_a_paper_may_grow_and_shrink(self, papers: Papers) -> None:
        for size in (10, 700_000, 10, 900_000, 0):
            papers.put("O-A1", "message/O-A1/1", b"x" * size)
            assert papers.get("O-A1", "message/O-A1/1") == b"x" * size

    def test_a_paper_of_a_higher_or_the_same_revision_stays(self, papers: Papers) -> None:
        for revision, body, kept in ((2, b"two", b"two"), (1, b"one", b"two"), (2, b"other", b"two"), (3, b"3", b"3")):
            papers.put("O-A1", "raw", body, revision)
            assert papers.get("O-A1", "raw") == kept
        papers.destroy("O-A1")
        with pytest.raises(PapersDestroyedError):
            papers.put("O-A1", "raw", b"late", 1)

    def test_destroyed_papers_are_gone_for_good(self, papers: Papers) -> None:
        papers.put("O-A1", "raw", b"small")
        papers.put("O-A1", "form", b"large" * 200_000)
        papers.put("O-A2", "raw", b"another's")
        for _ in range(2):
            papers.destroy("O-A1")
            assert papers.get("O-A1", "raw") is None
            assert papers.get("O-A1", "form") is None
            with pytest.raises(PapersDestroyedError):
                papers.put("O-A1", "raw", b"late")
        assert papers.get("O-A1", "raw") is None
        assert papers.get("O-A2", "raw") == b"another's"

    def test_a_case_without_papers_can_be_destroyed_beforehand(self, papers: Papers) -> None:
        papers.destroy("O-A1")
        with pytest.raises(PapersDestroyedError):
            papers.put("O-A1", "raw", b"late")
