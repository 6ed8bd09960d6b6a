"""Erasure by the clock: as the case is now, each case by itself, and whole after any crash."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest

from kyotsu.moving.cases import Case, CaseState, SignalKind
from kyotsu.moving.documents import MovingPerson
from kyotsu.moving.erasing import Erasing, NotErasedError
from kyotsu.moving.fingerprints import of_person
from kyotsu.moving.starting import Starting
from tests.fakes.interruption import Interruption
from tests.fakes.moving_intake import HERE, Office, application, as_bytes, person
from tests.fakes.sealing import FINGERPRINTS


@pytest.fixture
def office() -> Office:
    filed = Office(HERE)
    for number in ("A1", "A2", "A3"):
        assert filed.intake().receive(as_bytes(application(number))).status == "ACCEPTED"
    filed.clock.at += timedelta(days=100)
    return filed


def erasing(office: Office, interruption: Interruption | None = None, papers: Any = None, cases: Any = None) -> Erasing:
    around = (interruption or Interruption()).around
    cases = around(cases or office.cases)
    starting = Starting(cases, around(office.machines), office.clock)
    return Erasing(cases, around(papers or office.papers), starting, office.clock, office.rules)


class _Failing:
    """Papers of which one case's can't be destroyed."""

    def __init__(self, office: Office, case_id: str) -> None:
        self._papers, self._case_id = office.papers, case_id

    def destroy(self, case_id: str) -> None:
        if case_id == self._case_id:
            raise ConnectionError
        self._papers.destroy(case_id)


def test_a_case_that_can_t_be_erased_keeps_no_other_waiting(office: Office) -> None:
    erased: list[str] = []
    with pytest.raises(NotErasedError, match=r"^O-A1$"):
        erased.extend(erasing(office, papers=_Failing(office, "O-A1")).erase_due())
    assert not office.cases.get("O-A1").erased_at
    assert office.cases.get("O-A2").erased_at
    assert office.cases.get("O-A3").erased_at
    assert list(erasing(office).erase_due()) == ["O-A1"], "the next look tries again"


class _Lagging:
    """Cases whose lists tell what was a moment ago."""

    def __init__(self, office: Office, listed: Iterable[Case]) -> None:
        self._cases, self._listed = office.cases, tuple(listed)

    def erasable(self, _today: date) -> Iterable[Case]:
        return self._listed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cases, name)


def test_a_move_that_was_put_off_a_moment_ago_is_not_erased(office: Office) -> None:
    before = [office.cases.get("O-A1")]
    office.cases.save(replace(before[0], planned_on=date(2026, 7, 1)))
    assert list(erasing(office, cases=_Lagging(office, before)).erase_due()) == []
    assert office.papers.get("O-A1", "raw")


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_anywhere_leaves_nothing_behind_that_the_next_look_does_not_erase(*, after: bool) -> None:
    known = of_person(FINGERPRINTS, _as_filed())
    for at in count(1):
        office, interruption = Office(HERE), Interruption(at, after)
        office.intake().receive(as_bytes(application()))
        office.clock.at += timedelta(days=100)
        failed = False
        try:
            list(erasing(office, interruption).erase_due())
        except Exception:  # noqa: BLE001 - stopped anywhere
            failed = True
        list(erasing(office).erase_due())
        assert office.cases.get("O-A1").erased_at
        assert not office.papers.bodies
        assert not any(office.cases.look_up(each) for each in known)
        heard = [signal.kind for signal in office.cases.pending("O-A1")]
        assert heard == [SignalKind.ERASED], "its machine hears it, once"
        if not failed:
            assert at > 5, "every call was gone through"
            return


def test_an_ended_case_is_erased_without_waking_anybody(office: Office) -> None:
    office.cases.save(replace(office.cases.get("O-A1"), state=CaseState.CLOSED))
    list(erasing(office).erase_due())
    assert not office.cases.pending("O-A1")
    proof = office.cases.history("O-A1")[-1]
    assert (proof.step, proof.outcome) == ("Erase", "erased")
    assert dict(proof.details) == {"planned_on": "2026-04-01", "erase_on": "2026-05-31"}


def _as_filed() -> Any:
    return MovingPerson(**person(1, "山田　太郎"))
