"""The search of candidates as deployed, on moto: whom it shows, exactly which calls it makes, and its notes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from kyotsu.addressees.records import Deed
from kyotsu.addressees.search.call import Searching
from kyotsu.addressees.search.note_table import NoteTable
from kyotsu.addressees.search.notes import Note
from kyotsu.addressees.search.people import Wanted
from kyotsu.addressees.table import RegistryTable
from kyotsu.contracts.api import ApiRequest
from kyotsu.residents.applier import Head, StoredVersion
from kyotsu.residents.table import ResidentTable
from kyotsu.wiring import candidates, indexing, protection, registry, searching
from kyotsu.wiring.catalogue import layout_columns
from tests.fakes.addressees import FRESH, RECEIVED, RESIDENT, TAX
from tests.fakes.deployment import CATALOGUE
from tests.fakes.entries import entry
from tests.fakes.protection import MemoryAudit
from tests.fakes.registry_contract import SECOND, edited, registered
from tests.fakes.searching import ASKED, HANAKO, OLD_HOME, OPERATED, WHERE_SHE_WAS
from tests.integration.cloud import MUNICIPALITY, Cloud
from tests.integration.conftest import ROOT

LAYOUT = "001o006/v2"
MOVED = {**HANAKO, **OLD_HOME}
MOVED.pop("jusho_katagaki")
AUDIT = MemoryAudit()


@pytest.fixture
def store(cloud: Cloud, quick_transactions: None, monkeypatch: pytest.MonkeyPatch) -> RegistryTable:
    """The registry with HANAKO, who moved, and the residents with another one, who moved away."""
    for module in (indexing, protection, searching):
        monkeypatch.setattr(module, "layer_root", lambda: ROOT / "catalogue")
    for name, value in {"SEARCH_BEFORE_ISSUE": "false", "SEARCH_SECONDS": "3600", "GRACE_MINUTES": "60"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(searching, "audit_trail", lambda: AUDIT)
    AUDIT.recorded.clear()
    for cached in (searching.search_call, searching._notes, protection.protection_decision):
        cached.cache_clear()
    found = registry.registry()
    first = registered(person=MOVED)
    assert found.write(first)
    assert found.write(edited(first.record, person=HANAKO))
    columns = layout_columns(CATALOGUE, LAYOUT)
    versions = [
        StoredVersion(RESIDENT, one, LAYOUT, [_resident(items).get(name, "") for name in columns])
        for one, items in ((entry(1)._replace(effect="1"), MOVED), (entry(2)._replace(effect="2"), HANAKO))
    ]
    cloud.residents.put_versions(versions)
    assert not cloud.residents.replace_heads([Head(RESIDENT, 1, tuple(one.entry for one in versions))])
    for number in (FRESH, RESIDENT):
        indexing.indexing().follow(number)
    return found


def _resident(items: dict[str, str]) -> dict[str, str]:
    return {**items, "shikuchosonkodo": MUNICIPALITY, "atenabango": RESIDENT, "kojinbango": "123456789018"}


def asked(system: str = "010", **items: object) -> ApiRequest:
    return ApiRequest(body={**OPERATED, **ASKED, **items}, system=system, received_at=RECEIVED, request_id="search-1")


def rows(call: Searching, **items: Any) -> list[dict[str, Any]]:
    answered = call.answer(asked(**items))
    assert answered.status == 200, answered.codes
    found: list[dict[str, Any]] = msgspec.json.decode(msgspec.json.encode(answered.body))["result"]
    return found


def test_calls_of_one_search(cloud: Cloud, store: RegistryTable) -> None:
    """Requirement: a handful of queries at any size of the register, and as few reads of people."""
    call = searching.search_call()
    with cloud.counted() as first:
        assert [row["atenabango"] for row in rows(call)] == [FRESH]
    lists = first["Query"]
    assert lists <= 12
    assert first == {"Query": lists, "GetItem": 1, "BatchGetItem": 3}, "person, links, protection"
    with cloud.counted() as second:
        rows(call)
    assert second == {"Query": lists, "BatchGetItem": 3}
    with cloud.counted() as by_history:
        (row,) = rows(call, jusho=WHERE_SHE_WAS)
    assert (row["rirekiitchi"], by_history["BatchGetItem"]) == ("1", 4), "and what she was"
    with cloud.counted() as both:
        found = rows(call, taisho="2")
    assert {row["atenabango"]: row["juminkubun"] for row in found} == {FRESH: "X", RESIDENT: "2"}
    assert both == {"Query": lists, "BatchGetItem": 4}
    with cloud.counted() as refused:
        assert call.answer(asked(taisho="9")).status == 400
    assert not refused
    assert AUDIT.seen("010") == {FRESH}


def test_what_is_read_of_people(cloud: Cloud, store: RegistryTable) -> None:
    people = searching.search_call().people
    looked = people.look([FRESH, RESIDENT, SECOND], residents=True)
    record, head = looked[FRESH].record, looked[RESIDENT].head
    assert record is not None
    assert head is not None
    assert (record.person["jusho_choaza"], looked[FRESH].head, looked[RESIDENT].record) == ("港町５丁目", None, None)
    assert looked[SECOND] == (None, None)
    assert people.look([RESIDENT], residents=False)[RESIDENT] == (None, None)
    (before, now) = head.entries
    gone = before._replace(digest="gone")
    found = people.details(Wanted({FRESH: [2, 1, 7]}, {RESIDENT: [now, before, gone]}, [FRESH, SECOND]))
    assert [one.deed for one in found.histories[FRESH]] == [Deed.UPDATED, Deed.REGISTERED], "the newest first"
    assert found.versions.keys() == {(RESIDENT, now), (RESIDENT, before)}, "what was taken back is missing"
    assert found.versions[RESIDENT, before]["jusho_shikugunchosonmei"] == "名古屋市南区"
    assert "kojinbango" not in found.versions[RESIDENT, now], "nobody opens it here"
    assert found.principals.keys() == {FRESH}
    with cloud.counted() as calls:
        people.details(Wanted())
    assert not calls


def test_a_measure_takes_effect_at_once_also_on_a_linked_number(cloud: Cloud, store: RegistryTable) -> None:
    call = searching.search_call()
    assert store.write(registered(SECOND, person=HANAKO, principal=FRESH))
    indexing.indexing().follow(SECOND)
    assert {row["atenabango"]: row["yokushifuragu"] for row in rows(call)} == {FRESH: "0", SECOND: "0"}
    measure = entry(1)._replace(effect="1", latest=True)
    measures = ResidentTable(cloud.dynamodb, "protection", MUNICIPALITY)
    assert not measures.replace_heads([Head(SECOND, 1, (measure,))])
    found = rows(call)
    assert {row["atenabango"]: (row["yokushifuragu"], row["jusho"]) for row in found} == {
        FRESH: ("1", None),
        SECOND: ("1", None),
    }
    assert "港町" not in str(found)
    alone = dict.fromkeys(ASKED) | {"jusho": ASKED["jusho"]}
    assert rows(call, **alone) == []


def test_a_note_is_kept_as_it_was_made(cloud: Cloud) -> None:
    table = NoteTable("candidates", MUNICIPALITY)
    until = RECEIVED + timedelta(hours=1)
    note = Note("5e" * 16, "010", RECEIVED, until, ((FRESH, 99), (SECOND, 3)), frozenset({b"12345678", b"87654321"}))
    assert table.find(note.id) is None
    table.put(note)
    table.put(note)
    assert table.find(note.id) == note
    (item,) = cloud.dynamodb.scan(TableName="candidates")["Items"]
    assert item["expires_at"] == {"N": str(int(until.timestamp()))}
    assert item["pk"] == {"S": f"{MUNICIPALITY}#Q#{note.id}"}


def test_a_note_costs_one_write_and_is_found_by_the_issue_that_names_it(
    cloud: Cloud, store: RegistryTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEARCH_BEFORE_ISSUE", "true")
    call = searching.search_call()
    rows(call)
    with cloud.counted() as calls:
        body: Any = call.answer(asked()).body
    assert calls["PutItem"] == 1
    note = searching._notes().find(body.kensakuid)
    assert note is not None
    assert (note.system, [number for number, _ in note.people]) == (TAX.business, [FRESH])
    assert candidates.frequencies("1").people
