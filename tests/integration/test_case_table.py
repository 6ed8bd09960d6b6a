"""Cases on moto: the contract, what calls they cost, and many writers at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from kyotsu.moving.case_items import CaseItem
from kyotsu.moving.case_table import CaseTable
from kyotsu.moving.cases import Case, Signal
from kyotsu.moving.ports import CaseChangedError, Taken
from kyotsu.runtime.tables import bound
from tests.fakes.moving_contract import OPENED, CaseStoreContract, case, signal, wait
from tests.integration.cloud import MUNICIPALITY, Cloud

FINGERPRINTS = [bytes([each]) * 32 for each in range(3)]


@pytest.fixture
def store(cloud: Cloud, quick_transactions: None) -> CaseTable:
    bound(CaseItem, "moving").create_table(billing_mode="PAY_PER_REQUEST", wait=True)
    return CaseTable(cloud.dynamodb, "moving", MUNICIPALITY)


class TestCaseTable(CaseStoreContract):
    pass


def _calls(cloud: Cloud) -> list[str]:
    made = [name for name, _ in cloud.calls]
    cloud.calls.clear()
    return made


def test_every_method_costs_so_many_calls(cloud: Cloud, store: CaseTable) -> None:
    cloud.calls.clear()
    opened = store.open(case(), OPENED)
    assert _calls(cloud) == ["TransactWriteItems"]
    store.open(case(), OPENED)
    assert _calls(cloud) == ["TransactWriteItems", "GetItem"]
    store.get(opened.id)
    assert _calls(cloud) == ["GetItem"]
    saved = store.save(opened, OPENED)
    assert _calls(cloud) == ["TransactWriteItems"]
    store.save(saved)
    assert _calls(cloud) == ["TransactWriteItems"]
    store.wait(opened.id, wait(0, "t"))
    assert _calls(cloud) == ["GetItem", "PutItem"]
    taken = store.signal(opened.id, signal("s"))
    assert _calls(cloud) == ["GetItem", "PutItem"]
    store.signal(opened.id, signal("s"))
    assert _calls(cloud) == ["GetItem"]
    assert taken is not None
    store.told(opened.id, taken)
    assert _calls(cloud) == ["GetItem", "PutItem"]
    for read in (store.taken, store.waiting, store.pending):
        read(opened.id)
        assert _calls(cloud) == ["GetItem"]
    store.note(opened.id, FINGERPRINTS)
    assert _calls(cloud) == ["TransactWriteItems"]
    store.look_up(FINGERPRINTS[0])
    list(store.unstarted())
    list(store.history(opened.id))
    assert _calls(cloud) == ["Query"] * 3
    store.forget(opened.id)
    assert _calls(cloud) == ["UpdateItem", "TransactWriteItems", "UpdateItem"]


def test_of_many_who_open_a_case_one_does(store: CaseTable) -> None:
    with ThreadPoolExecutor(6) as pool:
        opened = list(pool.map(lambda _: store.open(case(), OPENED), range(6)))
    assert set(opened) == {store.get("O-A1")}
    assert len(store.history("O-A1")) == 1


def test_of_many_who_save_at_a_version_one_does(store: CaseTable) -> None:
    opened = store.open(case(), OPENED)

    def save(stage: int) -> Case | None:
        try:
            return store.save(replace(opened, stage=stage), replace(OPENED, outcome=str(stage)))
        except CaseChangedError:
            return None

    with ThreadPoolExecutor(6) as pool:
        (saved,) = [each for each in pool.map(save, range(1, 7)) if each]
    assert saved == store.get(opened.id)
    assert [entry.outcome for entry in store.history(opened.id)] == ["opened", str(saved.stage)]


def test_of_signals_at_once_none_is_lost_and_one_is_taken(store: CaseTable) -> None:
    """Requirement: a wait and its signals, whichever is first, meet exactly once."""
    opened = store.open(case(), OPENED)

    def hear(number: int) -> Taken | None:
        if number == 2:
            return store.wait(opened.id, wait(0, "t1"))
        return store.signal(opened.id, signal(f"s{number}"))

    with ThreadPoolExecutor(4) as pool:
        heard = {each for each in pool.map(hear, range(4)) if each}
    assert len(heard) == 1
    (taken,) = heard
    assert taken == store.taken(opened.id)
    left: list[Signal] = list(store.pending(opened.id))
    assert sorted([taken.signal.id, *(each.id for each in left)]) == ["s0", "s1", "s3"]


def test_what_a_crash_left_noted_is_forgotten_by_the_next_try(cloud: Cloud, store: CaseTable) -> None:
    opened = store.open(case(), OPENED)
    store.note(opened.id, FINGERPRINTS)
    key = {"pk": {"S": f"{MUNICIPALITY}#CASE#{opened.id}"}, "sk": {"S": "PEOPLE"}}
    cloud.dynamodb.update_item(
        TableName="moving", Key=key, UpdateExpression="SET f = :f", ExpressionAttributeValues={":f": {"N": "1"}}
    )
    assert store.look_up(FINGERPRINTS[0]) == [opened.id]
    store.forget(opened.id)
    assert [store.look_up(each) for each in FINGERPRINTS] == [[], [], []]
