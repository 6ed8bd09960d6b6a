"""The index of candidates on the table: as in memory, what a change costs, faults, and what the sweep finds."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ReadTimeoutError

from kyotsu.addressees.candidates import forms, keys
from kyotsu.addressees.candidates.memory import MemoryPostings
from kyotsu.addressees.candidates.people import Name, Person
from kyotsu.addressees.candidates_table import CandidateKeys, Scope, TablePostings
from kyotsu.addressees.frequencies_table import FrequenciesTable
from kyotsu.addressees.index_sweep import Sweep
from kyotsu.addressees.index_table import IndexTable
from kyotsu.addressees.indexing import Place, Standing, Write
from kyotsu.addressees.table import RegistryTable
from kyotsu.contracts.events import AddresseeRecorded, ResidentRecorded
from kyotsu.residents.applier import Head, StoredVersion
from kyotsu.runtime import transactions
from kyotsu.runtime.batches import ThroughputExhaustedError
from kyotsu.runtime.transactions import transacted
from kyotsu.wiring import candidates, indexing, registry
from kyotsu.wiring.catalogue import layout_columns
from tests.fakes.addressees import FRESH, RESIDENT, record
from tests.fakes.deployment import CATALOGUE
from tests.fakes.entries import entry
from tests.fakes.index import BEFORE, NOW
from tests.fakes.registry_contract import SECOND, THIRD, closed, edited, registered
from tests.fakes.sealing import FINGERPRINTS
from tests.integration.capacity import metered
from tests.integration.cloud import MUNICIPALITY, Cloud
from tests.integration.conftest import ROOT, Handler, load

LAYOUT = "001o006/v2"
KEYS = CandidateKeys(MUNICIPALITY, FINGERPRINTS)
HANAKO = Person(
    id="1", names=(Name("見本　花子", "ミホン　ハナコ"),), birth="1980-02-29", addresses=("千代田区丸の内１－１",)
)


@pytest.fixture
def store(cloud: Cloud, quick_transactions: None, monkeypatch: pytest.MonkeyPatch) -> RegistryTable:
    monkeypatch.setattr(indexing, "layer_root", lambda: ROOT / "catalogue")
    monkeypatch.setenv("GRACE_MINUTES", "60")
    monkeypatch.setenv("WALK_HOURS", "24")
    return registry.registry()


@pytest.fixture
def index(cloud: Cloud, quick_transactions: None) -> IndexTable:
    return IndexTable(cloud.dynamodb, "candidates", KEYS)


def live(cloud: Cloud, number: str, *versions: dict[str, str], deleted: bool = False) -> None:
    """Have the residents know somebody by these versions, the newest first."""
    known = cloud.residents.heads([number])[number]
    columns = layout_columns(CATALOGUE, LAYOUT)
    rows = [
        StoredVersion(number, replace_entry(place, deleted=deleted), LAYOUT, [items.get(name, "") for name in columns])
        for place, items in enumerate(reversed(versions), 1)
    ]
    cloud.residents.put_versions(rows)
    head = Head(number, known.revision + 1, tuple(row.entry for row in rows))
    assert not cloud.residents.replace_heads([head])


def replace_entry(place: int, *, deleted: bool) -> Any:
    return entry(place)._replace(deleted=deleted, latest=True, effect="2")


def postings(cloud: Cloud) -> dict[tuple[str, str], bytes]:
    """Return all postings of the table."""
    items = [
        item for page in cloud.dynamodb.get_paginator("scan").paginate(TableName="candidates") for item in page["Items"]
    ]
    return {
        (item["pk"]["S"], item["sk"]["S"]): item["f"]["B"] for item in items if item["pk"]["S"].split("#")[1] in "12"
    }


def found(scope: str, number: str) -> list[str]:
    """Return the names a number is found with, by its first kanji key."""
    read = candidates.postings(scope).read("k" + "".join(sorted("見本花子")), "", 10)
    return ["".join(name.kanji) for posting in read if posting.id == number for name in posting.form.names]


def message(kind: Any, number: str) -> dict[str, Any]:
    told = {"event_id": "e", "municipality": MUNICIPALITY, "addressee_number": number, "sequence": 1}
    more: dict[str, Any] = {} if kind is ResidentRecorded else {"systems": [], "closed": False}
    body = {"source": "kyotsu", "detail-type": kind.__name__, "detail": msgspec.to_builtins(kind(**told, **more))}
    return {
        "messageId": f"m{number}",
        "receiptHandle": "handle",
        "body": json.dumps(body),
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:ap-northeast-1:123456789012:changes",
        "awsRegion": "ap-northeast-1",
    }


def test_a_list_reads_as_in_memory_by_one_query(cloud: Cloud, index: IndexTable) -> None:
    births = ["", "1979-12-31", "1980-00-00", "1980-02-29", "1980-02-29", "1981-01-01"]
    people = [replace(HANAKO, id=str(number), birth=birth) for number, birth in enumerate(births)]
    key = keys.of_person(forms.of_person(HANAKO))[-1]
    for person in people:
        form = forms.of_person(person)
        place = Place(Scope.EVERYBODY, KEYS.digest(key), form.birth)
        assert index.write(Write({place: forms.pack(form)}, [], Standing(person.id, 1, frozenset({place}))))
    memory = MemoryPostings(people)
    memory._lists = {key: sorted(range(len(people)), key=lambda n: (memory.postings[n].form.birth, str(n)))}
    table = TablePostings(cloud.dynamodb, "candidates", KEYS, Scope.EVERYBODY)
    for starts, most in (("", 250), ("", 2), ("1980", 250), ("1980", 1), ("1990", 250)):
        with cloud.counted() as calls:
            assert list(table.read(key, starts, most)) == list(memory.read(key, starts, most))
        assert calls == {"Query": 1}
    assert table.read("k another", "", 250) == []
    assert TablePostings(cloud.dynamodb, "candidates", KEYS, Scope.NON_RESIDENTS).read(key, "", 250) == []
    assert not any("見本" in pk for pk, _ in postings(cloud)), "a key tells nothing of anybody"


def test_people_of_both_sources_are_followed_by_events_of_the_bus(cloud: Cloud, store: RegistryTable) -> None:
    handler: Handler = load("addressees/index_candidates").handler
    store.write(registered())
    live(cloud, RESIDENT, {**NOW, "shimei": "見本　花子"}, BEFORE)
    batch = {"Records": [message(AddresseeRecorded, FRESH), message(ResidentRecorded, RESIDENT)]}
    assert handler(batch, None) == {"batchItemFailures": []}
    stands = postings(cloud)
    assert found("1", FRESH) == found("2", FRESH) == found("2", RESIDENT)[:1] == ["見本花子"]
    assert found("1", RESIDENT) == []
    store.write(edited(record(), person={**record().person, "shimei": "大島　花子", "uji_nihonjin": "大島"}))
    handler(batch, None)
    assert found("1", FRESH) == ["大島花子", "見本花子"], "by the name that was"
    assert store.write(closed(edited(record()).record))
    live(cloud, RESIDENT, BEFORE, deleted=True)
    for _ in range(2):
        assert handler(batch, None) == {"batchItemFailures": []}
    assert postings(cloud) == {} != stands


def test_what_fails_is_delivered_again(cloud: Cloud, store: RegistryTable) -> None:
    handler: Handler = load("addressees/index_candidates").handler
    store.write(registered())
    unreadable = {**message(AddresseeRecorded, SECOND), "body": "{}"}
    batch = {"Records": [unreadable, message(AddresseeRecorded, FRESH)]}
    assert handler(batch, None) == {"batchItemFailures": [{"itemIdentifier": f"m{SECOND}"}]}
    assert found("1", FRESH)


@pytest.mark.parametrize("others", [0, 60])
def test_units_of_a_change_do_not_depend_on_the_register(cloud: Cloud, store: RegistryTable, others: int) -> None:
    """A change here is a change of the bill: make it on purpose, and docs/decisions/0135 with it."""
    crowd = [Standing(str(number), 1) for number in range(others)]
    index = IndexTable(cloud.dynamodb, "candidates", KEYS)
    assert all(index.write(Write({}, [], one)) for one in crowd)
    store.write(registered())
    live(cloud, RESIDENT, NOW, BEFORE)
    follows = indexing.indexing().follow
    follows(SECOND)  # the secret is read

    def units(number: str) -> tuple[dict[str, float], float]:
        with metered() as counted:
            follows(number)
        return dict(counted.reads), sum(counted.writes.values())

    assert postings(cloud) == {}
    first = {number: units(number) for number in (FRESH, RESIDENT)}
    places = {number: len([sk for _, sk in postings(cloud) if sk.endswith(number)]) for number in (FRESH, RESIDENT)}
    # Looked at twice; every posting, the standing and a note for the sweep for doubles are written in a transaction.
    assert first[FRESH] == ({"candidates": 2, "addressees": 2, "residents": 2}, 2 * (places[FRESH] + 2))
    assert first[RESIDENT] == ({"candidates": 2, "addressees": 2, "residents": 6}, 2 * (places[RESIDENT] + 2))
    again = {number: units(number) for number in (FRESH, RESIDENT)}
    assert again[FRESH] == ({"candidates": 1, "addressees": 1, "residents": 1}, 0)
    assert again[RESIDENT] == ({"candidates": 1, "addressees": 1, "residents": 3}, 0)


def failing(at: int, *, answered: bool) -> Callable[[pytest.MonkeyPatch], None]:
    """Return what makes call number `at` fail, before it or after it took effect."""

    def patched(patch: pytest.MonkeyPatch) -> None:
        call: Any = BaseClient._make_api_call  # type: ignore[attr-defined]
        calls = 0

        def faulty(client: Any, operation: str, arguments: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == at and answered:
                call(client, operation, arguments)
            if calls == at:
                raise ReadTimeoutError(endpoint_url="")
            return call(client, operation, arguments)

        patch.setattr(BaseClient, "_make_api_call", faulty)

    return patched


class Someone:
    """A record of the registry that changes its name."""

    def __init__(self, store: RegistryTable) -> None:
        self.store, self.record = store, record()
        store.write(registered())

    def rename(self, family: str) -> None:
        person = {**self.record.person, "shimei": f"{family}　花子", "uji_nihonjin": family}
        change = edited(self.record, person=person)
        assert self.store.write(change)
        self.record = change.record


@pytest.mark.parametrize("answered", [False, True])
def test_wherever_a_call_fails_the_repeat_makes_the_index_right(
    cloud: Cloud, store: RegistryTable, *, answered: bool
) -> None:
    follows, agrees = indexing.indexing().follow, indexing.indexing().agrees
    someone = Someone(store)
    follows(FRESH)
    someone.rename("大島")
    with cloud.counted() as calls:
        follows(FRESH)
    for at in range(1, sum(calls.values()) + 1):
        someone.rename("木下" if at % 2 else "大島")
        assert not agrees(FRESH)
        with pytest.MonkeyPatch.context() as patch:
            failing(at, answered=answered)(patch)
            with pytest.raises(ReadTimeoutError):
                follows(FRESH)
        assert "見本花子" in found("1", FRESH), "never hidden"
        follows(FRESH)
        assert agrees(FRESH)
        assert {sk for _, sk in postings(cloud)} == {f"19800229#{FRESH}"}
        assert len(postings(cloud)) == len(indexing.indexing().store.standing(FRESH).places), "none is left behind"


def test_a_busy_partition_is_waited_for_and_whatever_else_cancels_is_an_error(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = iter([["None", "ThrottlingError"], ["ProvisionedThroughputExceeded"], None])

    def answer(**_: Any) -> None:
        refused = next(codes)
        if refused is not None:
            told: Any = {"Error": {}, "CancellationReasons": [{"Code": code} for code in refused]}
            raise ClientError(told, "TransactWriteItems")

    monkeypatch.setattr(cloud.dynamodb, "transact_write_items", answer)
    monkeypatch.setattr(transactions, "pauses", lambda: [0.0, 0.0, 0.0])
    assert transacted(cloud.dynamodb)
    for refused in (["TransactionConflict", "None"], ["ConditionalCheckFailed", "ThrottlingError"]):
        codes = iter([refused])
        assert not transacted(cloud.dynamodb)
    codes = iter([["ThrottlingError"]] * 3)
    with pytest.raises(ThroughputExhaustedError):
        transacted(cloud.dynamodb)
    codes = iter([["ValidationError"], []])
    for _ in range(2):
        with pytest.raises(ClientError):
            transacted(cloud.dynamodb)


def walked(sweep: Sweep) -> int:
    """Run until it is finished; return what was repaired."""
    repaired = 0
    while True:
        swept = sweep.run(lambda: True)
        repaired += swept.repaired
        if swept.finished:
            return repaired


def test_a_rebuild_makes_the_index_and_counts_names(cloud: Cloud, store: RegistryTable) -> None:
    for number in (FRESH, SECOND, THIRD):
        store.write(registered(number))
    live(cloud, RESIDENT, NOW, BEFORE)
    rebuild = indexing.sweep(at_once=True)
    rebuild.begin()
    assert walked(rebuild) == 4
    whole = postings(cloud)
    assert all(indexing.indexing().agrees(number) for number in (FRESH, SECOND, THIRD, RESIDENT))
    table = FrequenciesTable(cloud.dynamodb, "candidates", MUNICIPALITY)
    counted = table.find()
    assert counted is not None
    assert counted.people == {"1": 3, "2": 4}
    assert counted.family == {"見本": 0.75}, "a name of one person is in no table"
    assert counted.given["花子"] == 1.0
    assert (candidates.frequencies("1").people, candidates.frequencies("2").people) == (3, 4)
    assert candidates.scorer("2") is candidates.scorer("2")
    again = indexing.sweep(at_once=True)
    again.begin()
    assert walked(again) == 0
    assert postings(cloud) == whole


def test_the_sweep_finds_what_is_missing_wrong_and_too_much(cloud: Cloud, store: RegistryTable) -> None:
    for number in (FRESH, SECOND):
        store.write(registered(number))
        indexing.indexing().follow(number)
    live(cloud, RESIDENT, NOW)
    whole = postings(cloud)
    (lost, *_), wrong = whole, list(whole)[-1]
    cloud.dynamodb.delete_item(TableName="candidates", Key={"pk": {"S": lost[0]}, "sk": {"S": lost[1]}})
    other: Any = {"pk": {"S": wrong[0]}, "sk": {"S": wrong[1]}, "f": {"B": b"\x94\x90\xa0\xa0\x90"}}
    cloud.dynamodb.put_item(TableName="candidates", Item=other)
    for sk in (f"19990101#{SECOND}", "19990101#nobody"):
        cloud.dynamodb.put_item(TableName="candidates", Item={**other, "sk": {"S": sk}})
    sweep = indexing.sweep()
    first = sweep.run(lambda: True)
    assert (first.finished, first.repaired) == (True, 2), "strays go at once; others may be on their way"
    assert first.suspects >= 2
    assert sweep.run(lambda: True).repaired == 0, "not yet"
    later = sweep.clock.now() + timedelta(hours=2)
    sweep.clock = Noon(later)
    assert sweep.run(lambda: True).repaired == first.suspects
    assert {place: form for place, form in postings(cloud).items() if not place[1].endswith(RESIDENT)} == whole
    assert found("2", RESIDENT) == ["大島花子", "見本花子"]


class Noon:
    """A clock that stands still."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now


def test_a_walk_goes_on_where_it_stopped_and_two_do_not_walk_at_once(
    cloud: Cloud, store: RegistryTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write(registered())
    sweep = indexing.sweep(at_once=True)
    sweep.begin()
    steps = 0

    def once() -> bool:
        nonlocal steps
        steps += 1
        return steps % 2 == 1

    while not sweep.run(once).finished:
        assert sweep.walks.find() is not None
    assert steps > 4
    assert found("1", FRESH)
    other = indexing.sweep(at_once=True)
    other.begin()
    assert other.walks.find()
    sweep.walks.find()
    walk = sweep.walks.find()
    assert walk is not None
    assert sweep.walks.put(walk)
    assert not other.walks.put(walk)


def test_the_function_tells_what_it_repaired(
    cloud: Cloud, store: RegistryTable, capsys: pytest.CaptureFixture[str]
) -> None:
    store.write(registered())
    handler: Handler = load("addressees/sweep_candidates").handler
    answer = handler({"now": True, "anew": True}, Left())
    assert (answer["repaired"], answer["finished"]) == (1, True)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert [line["CandidatesRepaired"] for line in lines if "CandidatesRepaired" in line] == [[1.0]]
    assert "見本" not in json.dumps(lines, ensure_ascii=False)


class Left:
    """A context with time left."""

    function_name = "sweep"

    def get_remaining_time_in_millis(self) -> int:
        return 900_000
