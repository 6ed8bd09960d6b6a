"""The sweep for doubles on the tables: from a change in the registry to the clerk's list, what it costs, and faults."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ReadTimeoutError

from infra.sandbox.adaptations import queries
from infra.sandbox.adaptations.patching import Patches
from kyotsu.addressees.clerks_list import Entry, Kind, Settlement, Verdict
from kyotsu.addressees.clerks_list_table import ClerksListTable
from kyotsu.addressees.doubles import Work
from kyotsu.addressees.doubles_noted import SHARDS, noted
from kyotsu.addressees.doubles_table import WorkTable
from kyotsu.addressees.table import RegistryTable
from kyotsu.wiring import indexing, registry
from tests.fakes.addressees import FRESH, record
from tests.fakes.registry_contract import SECOND, edited, registered
from tests.integration.cloud import MUNICIPALITY, Cloud
from tests.integration.conftest import ROOT, Handler, load

FIRST_OF_PEOPLE = 1 + SHARDS + 3
"""Calls before are the run's own: the clerk's list, who is noted, frequencies, the secret."""
SETTLED = Settlement(verdict=Verdict.DIFFERENT, operator="clerk", settled_at="2026-05-02T09:00:00+09:00")
WHOLE = {
    **record().person,
    "shimei_furigana": "ミホン　ハナコ",
    "jusho_choaza": "港町５丁目",
    "jusho_banchigohyoki": "３番２号",
}
MISTYPED = {**WHOLE, "seinengappi": "1980-02-28", "jusho_katagaki": "見本荘101号室"}


class Left:
    """A context with time left."""

    function_name = "doubles"

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


@pytest.fixture
def store(cloud: Cloud, quick_transactions: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[RegistryTable]:
    monkeypatch.setattr(indexing, "layer_root", lambda: ROOT / "catalogue")
    monkeypatch.setenv("DOUBLES_EXPECTED", "0.02")
    monkeypatch.setenv("DOUBLES_LEAST", "50")
    patches = Patches()
    queries.adapt(patches)
    made = registry.registry()
    assert made.write(registered(person=WHOLE))
    assert made.write(registered(SECOND, person=MISTYPED))
    yield made
    patches.undo()


@pytest.fixture
def run() -> Callable[[], Any]:
    handler: Handler = load("addressees/list_doubles").handler
    return lambda: handler({}, Left())


def follow() -> None:
    for number in (FRESH, SECOND):
        indexing.indexing().follow(number)


def clerks(cloud: Cloud) -> ClerksListTable:
    return ClerksListTable(cloud.dynamodb, "addressees", MUNICIPALITY)


def listed(cloud: Cloud) -> list[Entry]:
    return list(clerks(cloud).open())


def work(cloud: Cloud) -> list[Work]:
    return list(WorkTable(cloud.dynamodb, "candidates", MUNICIPALITY).due())


def test_who_changed_is_compared_and_listed(
    cloud: Cloud, store: RegistryTable, run: Callable[[], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    follow()
    assert {one.number for one in work(cloud)} == {FRESH, SECOND}
    assert run() == {"compared": 2, "listed": 1, "withdrawn": 0, "failed": 0, "finished": 1}
    (entry,) = listed(cloud)
    assert (entry.kind, set(entry.numbers), entry.residents) == (Kind.PROBABLE, {FRESH, SECOND}, ())
    assert {"N01", "B03", "S01"} <= set(entry.reasons)
    assert not work(cloud)
    assert run()["compared"] == 0
    told = capsys.readouterr().out
    assert "見本" not in told
    assert [0.0] in [json.loads(line).get("DoublesFailed") for line in told.splitlines() if line.startswith("{")]
    # Nobody who didn't change is noted.
    follow()
    assert not work(cloud)
    # Judged, and changed since.
    assert clerks(cloud).settle(entry.entry_id, SETTLED)
    assert store.write(edited(record(), person={**WHOLE, "jusho_banchigohyoki": "３番５号"}))
    follow()
    assert run()["listed"] == 1
    (again,) = listed(cloud)
    assert again.entry_id != entry.entry_id
    assert len(list(clerks(cloud).settled())) == 1


def test_a_run_costs_the_same_per_person(cloud: Cloud, store: RegistryTable, run: Callable[[], Any]) -> None:
    follow()
    with cloud.counted() as calls:
        run()
    # The clerk's list and all shards once; of each of both up to 12 reads of the index.
    assert calls["Query"] <= 1 + SHARDS + 2 * 12
    assert calls["BatchGetItem"] == calls["DeleteItem"] == 2
    assert calls["TransactWriteItems"] == 2
    assert calls["Scan"] == 0


@pytest.mark.parametrize("answered", [False, True])
def test_wherever_a_call_fails_the_repeat_lists_the_same(
    cloud: Cloud, store: RegistryTable, run: Callable[[], Any], *, answered: bool
) -> None:
    follow()
    with cloud.counted() as calls:
        run()
    (entry,) = listed(cloud)
    for at in (1, *range(FIRST_OF_PEOPLE, sum(calls.values()) + 1, 6)):
        clerks(cloud).withdraw(entry.entry_id)
        for number in (FRESH, SECOND):
            cloud.dynamodb.put_item(TableName="candidates", Item=noted(MUNICIPALITY, number))
        with pytest.MonkeyPatch.context() as patch:
            _fail(patch, at, answered=answered)
            try:
                assert run()["failed"] <= 1
            except ReadTimeoutError:
                assert at < FIRST_OF_PEOPLE, "a failure of one person's doesn't end the run"
        run()
        assert [one.entry_id for one in listed(cloud)] == [entry.entry_id]
        assert not work(cloud)


def _fail(patch: pytest.MonkeyPatch, at: int, *, answered: bool) -> None:
    call: Any = BaseClient._make_api_call  # type: ignore[attr-defined]
    calls = 0

    def faulty(client: Any, operation: str, arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        failing = calls == at
        if answered or not failing:
            found = call(client, operation, arguments)
        if failing:
            raise ReadTimeoutError(endpoint_url="")
        return found

    patch.setattr(BaseClient, "_make_api_call", faulty)


def test_who_is_noted_again_stays_noted(cloud: Cloud) -> None:
    table = WorkTable(cloud.dynamodb, "candidates", MUNICIPALITY)
    cloud.dynamodb.put_item(TableName="candidates", Item=noted(MUNICIPALITY, FRESH))
    (first,) = table.due()
    cloud.dynamodb.put_item(TableName="candidates", Item=noted(MUNICIPALITY, FRESH))
    table.done(first)
    (second,) = table.due()
    assert second.number == FRESH
    for _ in range(2):
        table.done(second)
    assert not work(cloud)
