"""Integrated addressees on moto: the contract, and what people cost."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from kyotsu.contracts.sealing import SealBrokenError
from kyotsu.integrated.table import IntegratedTable
from tests.fakes.integrated import (
    ONE,
    TELLER,
    TWO,
    FreshNumbers,
    Office,
    body,
    request,
    subject,
    told,
)
from tests.fakes.integrated_contract import FRESH, SECOND, IntegratedContract, decided, person, put
from tests.fakes.protection import MemoryAudit
from tests.fakes.sealing import LocalSealer
from tests.integration.capacity import metered
from tests.integration.cloud import MUNICIPALITY, Cloud

NUMBERS = ("123456789018", "023456789013", "111111111118")


@pytest.fixture
def sealer() -> LocalSealer:
    return LocalSealer()


@pytest.fixture
def store(cloud: Cloud, quick_transactions: None, sealer: LocalSealer) -> IntegratedTable:
    return IntegratedTable(cloud.dynamodb, "integrated", MUNICIPALITY, sealer)


class TestIntegratedTable(IntegratedContract):
    pass


def test_an_individual_number_opens_for_its_own_person_alone(store: IntegratedTable) -> None:
    assert put(store, decided(store, told())) == [True]
    sealed = person(store).sealed
    assert sealed is not None
    assert store.individual_number(FRESH, sealed) == ONE
    with pytest.raises(SealBrokenError):
        store.individual_number(SECOND, sealed)


def people(count: int) -> list[dict[str, object]]:
    return [subject(kojinbango=number, atenabango=number) for number in NUMBERS[:count]]


def test_a_new_person_costs_so_many_calls_and_units(cloud: Cloud, store: IntegratedTable, sealer: LocalSealer) -> None:
    office = Office(store)
    with metered() as units:
        assert office.issue.answer(request(body(), key="k")).status == 200
    # Four keys that find nobody; the key's body, person, row, history, both ways to be found, and what happened once.
    assert (units.reads["integrated"], units.writes["integrated"]) == (4, 14)
    assert sealer.made == 1
    with metered() as again:
        assert office.issue.answer(request(body(), key="k", attempt="r2")).status == 200
    assert (again.reads["integrated"], again.writes["integrated"]) == (5, 0)
    with metered() as other:
        assert office.issue.answer(request(body(subject(kojinbango=TWO)), key="k", attempt="r3")).status == 400
    assert other.writes["integrated"] == 0


def test_calls_of_a_request_grow_with_its_people_by_one_each(
    cloud: Cloud, store: IntegratedTable, sealer: LocalSealer
) -> None:
    office = Office(store)
    for count in (1, 3):
        with cloud.counted() as calls:
            assert office.issue.answer(request(body(*people(count)), attempt=str(count))).status == 200
        # Of three the first is known: it is read, and changes nothing.
        known = count == 3
        assert calls == {"BatchGetItem": 1 + known, "TransactWriteItems": count - known}
    assert sealer.made == 2


def test_a_person_who_is_known_costs_less(cloud: Cloud, store: IntegratedTable, sealer: LocalSealer) -> None:
    office = Office(store)
    office.issue.answer(request(body()))
    with metered() as same:
        office.issue.answer(request(body(), attempt="r2"))
    assert (same.reads["integrated"], same.writes["integrated"]) == (3, 0)
    with metered() as joined:
        office.issue.answer(request(body(gyomuid="022"), "022", attempt="r3"))
    # Person, row and history: the ways to be found are there.
    assert (joined.reads["integrated"], joined.writes["integrated"]) == (3, 6)
    with metered() as renumbered:
        changed = body(subject(kojinbango=TWO, idojiyu="45"), sosajikoku="10:00")
        office.issue.answer(request(changed, attempt="r4"))
    # Person, row, history, the new way to be found and the old one.
    assert (renumbered.reads["integrated"], renumbered.writes["integrated"]) == (3, 10)
    assert sealer.made == 2
    assert sealer.opened == 0


def test_a_look_up_costs_so_much(cloud: Cloud, store: IntegratedTable, sealer: LocalSealer) -> None:
    office = Office(store)
    office.issue.answer(request(body()))
    common = {"shikuchosonkodo": "141003", "sosashaid": "1", "sosanengappi": "2026-05-01", "sosajikoku": "09:00"}
    for by, reads in (("atenabango", 3), ("dantainaitogoatenabango", 2)):
        value = {"atenabango": "800000000000009", "dantainaitogoatenabango": "900000000000001"}[by]
        with metered() as units:
            answer = office.show.answer(request({**common, by: value, "kojinbangoyohi": "1"}, attempt=by))
        assert json.loads(msgspec.json.encode(answer.body))["result"][0]["kojinbango"] == ONE
        assert units.reads["integrated"] == reads
    assert sealer.opened == 2


def test_requests_for_one_person_at_once_give_one_number(cloud: Cloud, store: IntegratedTable) -> None:
    numbers, audit = FreshNumbers(), MemoryAudit()

    def ask(index: int) -> str:
        office = Office(store, audit=audit, numbers=numbers)
        answer = office.issue.answer(request(body(subject(atenabango=str(index % 4 + 1))), attempt=str(index)))
        (found,) = json.loads(msgspec.json.encode(answer.body))["result"]
        return str(found["dantainaitogoatenabango"])

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(ask, range(24)))
    assert len(found) == 1
    person = store.person(found.pop())
    assert person is not None
    assert sorted(row.number for row in person.rows) == ["1", "2", "3", "4"]
    assert len(store.history(person.number)) == person.revision == 4


def test_nothing_stored_or_sent_shows_who_it_is_of(cloud: Cloud, store: IntegratedTable) -> None:
    Office(store).issue.answer(request(body(), key="k"))
    stored = repr(cloud.dynamodb.scan(TableName="integrated")["Items"])
    assert ONE not in stored
    keys = [(item["pk"]["S"], item["sk"]["S"]) for item in cloud.dynamodb.scan(TableName="integrated")["Items"]]
    assert all("見本" not in part for key in keys for part in key)
    assert TELLER.of_individual(ONE).hex() in stored
