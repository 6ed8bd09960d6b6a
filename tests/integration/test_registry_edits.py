"""Edits of the registry as deployed, on moto: by file through reception, by call, and what each costs."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import pytest

from kyotsu.addressees.edit_call import Editing
from kyotsu.addressees.records import Use
from kyotsu.addressees.table import RegistryTable
from kyotsu.contracts.api import ApiRequest
from kyotsu.linkage.keys import ObjectRef
from kyotsu.wiring import numbering
from kyotsu.wiring.registry import opening_registry
from tests.fakes.addressees import COMPLETE, FRESH, RECEIVED, RESIDENT, TAX
from tests.fakes.registry_contract import SECOND, THIRD, registered
from tests.fakes.registry_files import registry_body, registry_name, registry_row
from tests.integration.capacity import metered
from tests.integration.cloud import Cloud, notification
from tests.integration.conftest import Handler
from tests.integration.test_registry_table import put_resident

INDIVIDUAL = "123456789018"
SENDER = Use("001")
MOVED = {"jusho_shikugunchosonmei": "中央区"}
ROWS = [
    registry_row(RESIDENT, kojinbango=INDIVIDUAL),
    registry_row(RESIDENT, kojinbango=INDIVIDUAL),
    registry_row(**MOVED),
    registry_row(nayosemotofuragu="1", nayosesakiatenabango=RESIDENT, **MOVED),
    registry_row(RESIDENT, sakujofuragu="1"),
    registry_row(**MOVED),
    registry_row(RESIDENT, sakujofuragu="1"),
    registry_row(SECOND, sakujofuragu="1"),
    registry_row("800000000000033"),
    registry_row(THIRD, gyomuid="010"),
]
COUNTS = {"read": 10, "added": 1, "updated": 3, "deleted": 1, "unchanged": 2, "failed": 3, "warned": 2}
TOLD = [
    *[("6", "E1522"), ("7", "W1520"), ("9", "W1521")],
    *[("10", "E1502"), ("11", "E0002")],
]


@pytest.fixture
def store(cloud: Cloud, quick_transactions: None) -> RegistryTable:
    """The registry with three people, and somebody who moved away."""
    found = opening_registry()
    for number in (FRESH, SECOND, THIRD):
        assert found.write(registered(number))
    put_resident(cloud, RESIDENT, "2")
    return found


def sent(cloud: Cloud, *rows: dict[str, str], sequence: int = 1) -> ObjectRef:
    return cloud.put(f"outbox/031i001-00/{registry_name(sequence)}", registry_body(*rows))


def answered(cloud: Cloud, ref: ObjectRef) -> tuple[dict[str, int], list[tuple[str, str]]]:
    answer = cloud.answer(ref)
    counts = {name: count for name, count in answer["counts"].items() if count}
    return counts, [(line["line"], line["code"]) for line in cloud.errors(ref)]


def test_a_file_of_edits_is_answered_row_by_row(cloud: Cloud, store: RegistryTable, receive_file: Handler) -> None:
    ref = sent(cloud, *ROWS)
    with cloud.counted() as calls:
        assert receive_file(notification([ref]), None) == {"batchItemFailures": []}
    counts, told = answered(cloud, ref)
    assert (counts, told) == (COUNTS, TOLD)
    seen = store.look([FRESH, RESIDENT, SECOND], SENDER).numbers
    found = seen[FRESH].record
    assert found is not None
    assert (found.version, found.principal, found.uses) == (4, None, frozenset({TAX, SENDER}))
    closed = seen[RESIDENT].record
    assert closed is not None
    assert (closed.deleted, seen[RESIDENT].use, seen[RESIDENT].linked) == (True, None, 0)
    assert [entry.deed for entry in store.history(RESIDENT)] == ["registered", "closed"]
    assert calls["Decrypt"] == 0, "reception opens nothing"
    assert INDIVIDUAL not in str(cloud.dynamodb.scan(TableName="addressees")["Items"])


@pytest.mark.parametrize("stopped_at", [1, 4, 7, 9])
@pytest.mark.parametrize("written", [False, True])
def test_a_file_that_was_stopped_goes_on(
    cloud: Cloud,
    store: RegistryTable,
    receive_file: Handler,
    monkeypatch: pytest.MonkeyPatch,
    stopped_at: int,
    written: bool,
) -> None:
    """A later edit by somebody else, between the tries, stays."""
    turns, write = itertools.count(1), RegistryTable.write

    def stopping(self: RegistryTable, *arguments: Any) -> bool:
        turn = next(turns)
        if turn == stopped_at and not written:
            raise OSError
        done = write(self, *arguments)
        if turn == stopped_at:
            raise OSError
        return done

    ref = sent(cloud, *ROWS)
    with monkeypatch.context() as patch:
        patch.setattr(RegistryTable, "write", stopping)
        assert receive_file(notification([ref]), None) == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
    assert edit(numbering.edit_call(), "1", seibetsu="1", number=THIRD).status == 200
    assert receive_file(notification([ref]), None) == {"batchItemFailures": []}
    assert answered(cloud, ref) == (COUNTS, TOLD)
    third = store.look([THIRD], TAX).numbers[THIRD].record
    assert third is not None
    assert third.person["seibetsu"] == "1"
    assert len(store.history(FRESH)) == 4


def edit(call: Editing, kind: str, number: str = FRESH, key: str | None = None, **items: Any) -> Any:
    person = {
        name: value for name, value in COMPLETE.items() if name[:4] in ("shim", "uji_", "na_n", "seib", "sein", "jush")
    }
    common = {name: COMPLETE[name] for name in ("shikuchosonkodo", "sosashaid", "sosanengappi", "sosajikoku")}
    body = {"shorikubun": kind, "atenabango": number, **common, **(person if kind == "1" else {}), **items}
    asked = ApiRequest(body=body, system="010", received_at=RECEIVED, request_id="r", idempotency_key=key)
    return call.answer(asked)


def units(kind: str, **items: Any) -> tuple[float, float]:
    """Return read and write units of an edit that is done."""
    call = numbering.edit_call()
    with metered() as found:
        assert edit(call, kind, **items).status == 200
    return sum(found.reads.values()), sum(found.writes.values())


def test_units_of_an_edit(store: RegistryTable) -> None:
    """A change here is a change of the bill: make it on purpose, and docs/decisions/0114 with it."""
    edit(numbering.edit_call(), "1")  # reads the secret
    assert units("1", **MOVED) == (3, 6), "record, history and posting, each twice"
    assert units("1", **MOVED) == (3, 0), "the same again"
    assert units("1", key="k", seibetsu="1") == (4, 8)
    assert units("1", key="k", seibetsu="1") == (4, 0), "a repeat"
    assert units("3", nayosesakiatenabango=SECOND) == (6, 10), "the principal's count, and the link"
    assert units("4") == (6, 10), "whether the editor may know of the principal"
    assert units("2") == (3, 6), "record, history and the part"
    assert units("5", number=SECOND) == (6, 1)
    assert units("6", number=SECOND) == (3, 1)


def test_calls_of_an_edit(cloud: Cloud, store: RegistryTable) -> None:
    edit(numbering.edit_call(), "1")  # reads the secret
    for kind, items, calls in (
        ("1", MOVED, {"BatchGetItem": 1, "TransactWriteItems": 1}),
        ("1", MOVED, {"BatchGetItem": 1}),
        ("3", {"nayosesakiatenabango": SECOND}, {"BatchGetItem": 1, "TransactWriteItems": 1}),
        ("5", {}, {"BatchGetItem": 2, "UpdateItem": 1}),
        ("6", {}, {"BatchGetItem": 1, "UpdateItem": 1}),
    ):
        with cloud.counted() as made:
            assert edit(numbering.edit_call(), kind, **items).status == 200
        assert made == calls


def test_what_a_row_costs(cloud: Cloud, store: RegistryTable, receive_file: Handler) -> None:
    """One read and one transaction for each row, whatever it comes to."""

    def calls_of(rows: int, sequence: int) -> Counter[str]:
        ref = sent(cloud, *[registry_row(seibetsu=str(sequence))] * rows, sequence=sequence)
        with cloud.counted() as calls:
            receive_file(notification([ref]), None)
        return calls

    calls_of(1, 1)
    more = calls_of(7, 2) - calls_of(2, 3)
    assert more == {"BatchGetItem": 5, "TransactWriteItems": 5}
