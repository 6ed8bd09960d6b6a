"""Residents are followed: the flag, the basic information and the 個人番号, never a new number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from kyotsu.contracts import outcomes
from kyotsu.contracts.events import ResidentRecorded
from kyotsu.integrated.following import Following, FollowingContendedError, Resident
from kyotsu.integrated.records import RowKey
from tests.fakes.integrated import AT, ONE, TELLER, THREE, TWO, MemoryIntegrated, Office, body, request, subject

NUMBER = "800000000000009"
OWN = RowKey(NUMBER, "001", "000")


def items(**changes: str) -> Mapping[str, str]:
    own = {
        "shikuchosonkodo": "141003",
        "shimei": "住民　花子",
        "juminjotai": "1",
        "idojiyu": "01",
        "kojinbango": ONE,
        "sosashaid": "clerk",
        "sosanengappi": "2026-05-02",
        "sosajikoku": "09:00:00",
        "setaibango": "1",
    }
    return {**own, **changes}


@dataclass
class MemoryResidents:
    now: Resident
    told: frozenset[str] = frozenset()
    read: list[str] = field(default_factory=list)

    def resident(self, number: str) -> Resident:
        self.read.append(number)
        return self.now

    def reasons(self, number: str, after: str) -> frozenset[str]:
        return self.told


def event(sequence: int, number: str = NUMBER) -> ResidentRecorded:
    return ResidentRecorded(event_id="e", municipality="141003", addressee_number=number, sequence=sequence)


@pytest.fixture
def store() -> MemoryIntegrated:
    store = MemoryIntegrated()
    Office(store).issue.answer(request(body()))
    return store


def following(store: MemoryIntegrated, residents: MemoryResidents) -> Following:
    return Following(store, residents, TELLER)


def test_the_residents_system_takes_the_flag(store: MemoryIntegrated) -> None:
    residents = MemoryResidents(Resident(3, "1", items()))
    assert following(store, residents).follow(event(3), AT) is None
    (person,) = store.people.values()
    assert person.flagged is not None
    assert person.flagged.key == OWN
    assert person.is_registered
    told = store.rows[person.number, OWN]
    assert told.person == {"shimei": "住民　花子"}


def test_nobody_gets_a_number_and_nobody_else_is_read(store: MemoryIntegrated) -> None:
    residents = MemoryResidents(Resident(3, "1", items()))
    assert following(store, residents).follow(event(3, "7"), AT) is None
    assert len(store.people) == 1
    assert residents.read == []


def test_a_repeat_and_a_late_event_read_nothing(store: MemoryIntegrated) -> None:
    residents = MemoryResidents(Resident(3, "1", items()))
    follower = following(store, residents)
    follower.follow(event(3), AT)
    before = dict(store.people)
    for sequence in (3, 2, 1):
        follower.follow(event(sequence), AT)
    assert store.people == before
    assert len(residents.read) == 1


def test_a_resident_without_a_record_changes_nothing(store: MemoryIntegrated) -> None:
    before = dict(store.people)
    assert following(store, MemoryResidents(Resident(3, None, None))).follow(event(3), AT) is None
    assert store.people == before


@pytest.mark.parametrize("reason", ["45", "46"])
def test_a_changed_individual_number_is_taken_over_also_if_the_record_changed_again_since(
    store: MemoryIntegrated, reason: str
) -> None:
    now = Resident(4, "1", items(kojinbango=TWO, idojiyu="41"))
    assert following(store, MemoryResidents(now, frozenset({reason, "41"}))).follow(event(3), AT) is None
    (person,) = store.people.values()
    assert person.fingerprint == TELLER.of_individual(TWO)
    assert store.by_individual == {person.fingerprint: person.number}


def test_another_individual_number_for_another_reason_is_listed_and_the_rest_is_done(store: MemoryIntegrated) -> None:
    now = Resident(4, "1", items(kojinbango=THREE))
    refused = following(store, MemoryResidents(now, frozenset({"01"}))).follow(event(4), AT)
    assert refused is not None
    assert refused.outcome is outcomes.INDIVIDUAL_NUMBER_DIFFERS
    (person,) = store.people.values()
    assert person.fingerprint == TELLER.of_individual(ONE)
    assert person.row(OWN) is not None
    assert len(store.noted) == 1


def test_an_individual_number_of_somebody_else_is_listed_and_the_rest_is_done(store: MemoryIntegrated) -> None:
    Office(store).issue.answer(request(body(subject(kojinbango=TWO, atenabango="2")), attempt="r2"))
    now = Resident(4, "1", items(kojinbango=TWO))
    refused = following(store, MemoryResidents(now, frozenset({"45"}))).follow(event(4), AT)
    assert refused is not None
    assert refused.outcome is outcomes.INDIVIDUAL_NUMBER_TAKEN
    assert store.people["900000000000001"].fingerprint == TELLER.of_individual(ONE)


def test_who_loses_looks_again(store: MemoryIntegrated) -> None:
    store.interrupt = lambda: Office(store).issue.answer(request(body(gyomuid="022"), "022", attempt="r2"))
    following(store, MemoryResidents(Resident(3, "1", items()))).follow(event(3), AT)
    (person,) = store.people.values()
    assert {row.business for row in person.rows} == {"001", "010", "022"}


def test_who_always_loses_comes_again_later(store: MemoryIntegrated) -> None:
    follower = following(store, MemoryResidents(Resident(3, "1", items())))
    store.write = lambda writes: [False for _ in writes]  # type: ignore[method-assign]
    with pytest.raises(FollowingContendedError):
        follower.follow(event(3), AT)
