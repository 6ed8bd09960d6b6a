"""What rows cost in read and write units, counted by a meter of our own."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kyotsu_cli.town import generate
from tests.integration.capacity import NotMeteredError, Units, item_size, metered, read_units, write_units
from tests.integration.cloud import Cloud, notification
from tests.integration.conftest import Handler

ROWS = 1_000
KB = 1024


def test_the_size_of_an_item() -> None:
    assert item_size({}) == 0
    assert item_size({"pk": {"S": "架空"}}) == 2 + 6
    assert item_size({"b": {"B": bytes(300)}, "t": {"BOOL": True}, "z": {"NULL": True}}) == 301 + 2 + 2
    numbers = {"0": 1, "7": 2, "10": 2, "123": 3, "-123": 4, "1200": 2, "0.05": 2, "12.34": 3}
    assert {text: item_size({"n": {"N": text}}) - 1 for text in numbers} == numbers
    assert item_size({"s": {"SS": ["ab", "c"]}, "i": {"NS": ["1", "22"]}}) == 1 + 3 + 1 + 4
    assert item_size({"l": {"L": [{"S": "ab"}, {"L": []}]}}) == 1 + 3 + (1 + 2) + (1 + 3)
    assert item_size({"m": {"M": {"xy": {"S": "ab"}}}}) == 1 + 3 + 2 + 1 + 2


def test_units_are_whole_steps() -> None:
    assert [write_units(size) for size in (0, 1, KB, KB + 1, 5 * KB)] == [1, 1, 1, 2, 5]
    assert (write_units(3 * KB, 10), write_units(10, 3 * KB)) == (3, 3)
    assert [read_units(size, consistent=True) for size in (0, 4 * KB, 4 * KB + 1)] == [1, 1, 2]
    assert read_units(0, consistent=False) == 0.5


def put(cloud: Cloud, sk: str, size: int, **more: Any) -> None:
    cloud.dynamodb.put_item(TableName="residents", Item=item(sk, size), **more)


def item(sk: str, size: int) -> Any:
    """Return an item of exactly so many bytes."""
    return {"pk": {"S": "p"}, "sk": {"S": sk}, "b": {"B": bytes(size - 6 - len(sk))}}


def key(sk: str) -> Any:
    return {"pk": {"S": "p"}, "sk": {"S": sk}}


def test_writes_are_metered(cloud: Cloud) -> None:
    def units(work: Any) -> int:
        with metered() as found:
            work()
        assert found.reads == {}
        return found.writes["residents"]

    dynamodb: Any = cloud.dynamodb
    assert units(lambda: put(cloud, "a", 2 * KB + 1)) == 3
    assert units(lambda: put(cloud, "a", KB)) == 3, "the larger one counts"

    def refused() -> None:
        with pytest.raises(ClientError):
            put(cloud, "a", 5 * KB, ConditionExpression="attribute_not_exists(pk)")

    assert units(refused) == 1, "the item that was there"
    batch = [{"PutRequest": {"Item": item(sk, size)}} for sk, size in (("b", KB), ("c", KB + 1))]
    assert units(lambda: dynamodb.batch_write_item(RequestItems={"residents": batch})) == 3
    both = [{"Put": {"TableName": "residents", "Item": item(sk, 10)}} for sk in ("c", "d")]
    assert units(lambda: dynamodb.transact_write_items(TransactItems=both)) == 2 * (2 + 1)
    grow = {"UpdateExpression": "SET c = :c", "ExpressionAttributeValues": {":c": {"S": "x" * KB}}}
    assert units(lambda: dynamodb.update_item(TableName="residents", Key=key("d"), **grow)) == 2
    assert units(lambda: dynamodb.delete_item(TableName="residents", Key=key("d"))) == 2


def test_reads_are_metered(cloud: Cloud) -> None:
    def units(work: Any) -> float:
        with metered() as found:
            work()
        assert found.writes == {}
        return found.reads["residents"]

    dynamodb: Any = cloud.dynamodb
    for sk, size in (("a", 3 * KB), ("b", 3 * KB), ("c", 4 * KB + 1)):
        put(cloud, sk, size)
    assert units(lambda: dynamodb.get_item(TableName="residents", Key=key("a"))) == 0.5
    assert units(lambda: dynamodb.get_item(TableName="residents", Key=key("-"), ConsistentRead=True)) == 1
    wanted = {"residents": {"Keys": [key(sk) for sk in "abc-"], "ConsistentRead": True}}
    assert units(lambda: dynamodb.batch_get_item(RequestItems=wanted)) == 1 + 1 + 2 + 1
    query = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "p"}}}
    assert units(lambda: dynamodb.query(TableName="residents", **query)) == 0.5 * 3, "10 KB together"
    with pytest.raises(NotMeteredError):
        units(lambda: dynamodb.scan(TableName="residents"))


def town_rows(folder: Path) -> tuple[str, list[list[str]]]:
    """Return name and header of a town's full file, with its first 1,000 rows."""
    generate(1_000, 1, folder)
    path = next(folder.glob("outbox/*/*_F_*.csv"))
    with path.open(encoding="utf-8", newline="") as stream:
        return path.name, list(csv.reader(stream))[: ROWS + 1]


def corrected(rows: list[list[str]]) -> list[list[str]]:
    """Return the rows as somebody corrected them at the end of their day."""
    header, *others = rows
    later = {header.index("sosajikoku"): "23:59:59", header.index("sosashaid"): "op99"}
    return [header, *([later.get(place, value) for place, value in enumerate(row)] for row in others)]


def written(rows: list[list[str]], line_end: str = "\n") -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator=line_end).writerows(rows)
    return stream.getvalue().encode()


@pytest.mark.usefixtures("quick_transactions")
def test_what_a_thousand_rows_cost(cloud: Cloud, receive_file: Handler, tmp_path: Path) -> None:
    """A change here is a change of the bill: make it on purpose, and docs/performance.md with it."""
    name, rows = town_rows(tmp_path)
    assert len(rows) == ROWS + 1
    people = len({row[rows[0].index("atenabango")] for row in rows[1:]})

    def cost(sequence: int, data: bytes) -> tuple[str, Units]:
        folder = "-".join(name.split("_")[:2])
        ref = cloud.put(f"outbox/{folder}/{name.replace('000001', f'{sequence:06d}')}", data)
        with metered() as units:
            assert receive_file(notification([ref]), None) == {"batchItemFailures": []}
        answer = cloud.answer(ref)
        assert (answer["counts"]["read"], answer["counts"]["failed"]) == (ROWS, 0)
        unchanged = {0: "none", ROWS: "all"}[answer["counts"]["unchanged"]]
        return unchanged, units

    assert people == 662
    reads, writes = {"residents": people, "linkage": 3}, {"linkage": 6, "linkage/index": 4}
    stored = {"residents": ROWS + 2 * people + 1}  # versions, heads in transactions, the data key
    new = cost(1, written(rows))
    assert new == ("none", Units(Counter(reads), Counter(writes | stored)))
    assert new[1].writes["residents"] == 2_325
    unchanged = cost(2, written(rows, "\r\n"))
    assert unchanged == ("all", Units(Counter(reads | {"linkage": 2}), Counter(writes)))
    changed = cost(3, written(corrected(rows)))
    assert changed == ("none", Units(Counter(reads), Counter(writes | stored)))
