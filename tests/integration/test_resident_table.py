"""`ResidentTable` on DynamoDB: batches of any size, and heads that only their successor replaces."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from botocore.exceptions import ClientError

from kyotsu.residents.applier import Head, StoredVersion
from kyotsu.residents.table import ResidentTable
from tests.fakes.entries import entry
from tests.integration.cloud import Cloud


def numbers(count: int) -> list[str]:
    return [f"{number:015d}" for number in range(count)]


def test_more_versions_than_a_batch_are_all_stored(cloud: Cloud) -> None:
    layout = "001o006/v1"
    versions = [StoredVersion("1", entry(key, receipt_id="r"), layout, ["a", str(key), *[""] * 6]) for key in range(60)]
    with cloud.counted() as calls:
        cloud.residents.put_versions(versions)
        cloud.residents.put_versions(versions[:1])
    assert calls == {"BatchWriteItem": 4, "PutItem": 2}
    for version in versions:
        assert cloud.residents.values("1", version.entry) == (layout, list(version.values))
    assert cloud.dynamodb.scan(TableName="residents", Select="COUNT")["Count"] == 60 + 2  # and two data keys


def test_rows_of_a_layout_without_sealed_items_need_no_data_key(cloud: Cloud) -> None:
    version = StoredVersion("1", entry(), "001o009/v1", ["a", "b"])
    with cloud.counted() as calls:
        cloud.residents.put_versions([version])
    assert calls == {"BatchWriteItem": 1}
    assert cloud.residents.values("1", version.entry) == ("001o009/v1", ["a", "b"])


def test_more_heads_than_a_transaction_are_all_replaced_and_read(cloud: Cloud) -> None:
    heads = {number: Head(number, 1, (entry(), entry(2))) for number in numbers(230)}
    with cloud.counted() as calls:
        assert cloud.residents.replace_heads(list(heads.values())) == set()
        assert cloud.residents.heads([*heads, "unknown"]) == heads | {"unknown": Head("unknown", 0, ())}
    assert calls == {"TransactWriteItems": 3, "BatchGetItem": 3}


def test_nothing_to_do_costs_nothing(cloud: Cloud) -> None:
    with cloud.counted() as calls:
        cloud.residents.put_versions([])
        assert cloud.residents.replace_heads([]) == set()
        assert cloud.residents.heads([]) == {}
    assert calls == {}


def test_a_head_is_replaced_only_by_its_successor(cloud: Cloud) -> None:
    table = cloud.residents
    assert table.replace_heads([Head("1", 2, ())]) == {"1"}
    assert table.replace_heads([Head("1", 1, (entry(),))]) == set()
    assert table.replace_heads([Head("1", 1, ())]) == {"1"}
    assert table.replace_heads([Head("1", 3, ())]) == {"1"}
    assert table.heads(["1"])["1"] == Head("1", 1, (entry(),))


def test_heads_of_one_transaction_are_stored_together_or_not_at_all(cloud: Cloud) -> None:
    table = cloud.residents
    table.replace_heads([Head("1", 1, ())])
    assert table.replace_heads([Head("1", 1, ()), Head("2", 1, ())]) == {"1", "2"}
    assert table.heads(["2"])["2"].revision == 0


def test_of_two_writers_one_wins(cloud: Cloud) -> None:
    ready = Barrier(2)

    def write(key: int) -> set[str]:
        ready.wait()
        return cloud.residents.replace_heads([Head("1", 1, (entry(key),))])

    with ThreadPoolExecutor(2) as pool:
        lost = list(pool.map(write, (1, 2)))
    assert sorted(lost, key=len) == [set(), {"1"}]
    winner = lost.index(set()) + 1
    assert cloud.residents.heads(["1"])["1"].entries == (entry(winner),)


def test_another_error_than_a_lost_race_is_told(cloud: Cloud) -> None:
    with pytest.raises(ClientError):
        ResidentTable(cloud.dynamodb, "no-such-table", "141003").replace_heads([Head("1", 1, ())])


def test_municipalities_in_one_table_do_not_see_each_other(cloud: Cloud) -> None:
    cloud.residents.replace_heads([Head("1", 1, (entry(),))])
    assert ResidentTable(cloud.dynamodb, "residents", "143413").heads(["1"])["1"].revision == 0


def test_several_versions_are_read_by_one_call_in_order_and_without_sealed_values(cloud: Cloud) -> None:
    layout = "001o006/v1"
    entries = [entry(key) for key in (3, 1, 2)]
    cloud.residents.put_versions(
        [StoredVersion("1", each, layout, [str(each.history), *[""] * 5, "secret", ""]) for each in entries]
    )
    with cloud.counted() as calls:
        found = cloud.residents.several("1", entries)
    assert calls == {"BatchGetItem": 1}
    assert [values[0] for _, values in found] == ["3", "1", "2"]
    assert found == [cloud.residents.values("1", each) for each in entries]
    assert all(values[6] == "" for _, values in found)
    assert cloud.residents.several("1", []) == []
