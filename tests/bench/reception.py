"""Rows per second of one core's time, from CSV bytes to acknowledged write, beside a floor and the obvious way.

Time is the processor time of this process, not that of the clock: the machine is shared, and the null server runs in a
process of its own. The floor is our own recorded requests, sent again by botocore without parameter validation.
"""

from __future__ import annotations

import csv
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

from kyotsu_cli.town import generate
from tests.bench.null_server import client, deployment, null_dynamodb

PEOPLE = 10_000
OBVIOUS_ROWS = 3_000


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, null_dynamodb():
        town = Path(folder) / "town"
        generate(PEOPLE, 1, town)
        name, body = _full(town)
        dynamodb = client()
        recorded: list[tuple[str, Any]] = []
        dynamodb.meta.events.register("provide-client-params.dynamodb", _recorder(recorded))
        city = deployment(dynamodb)
        _warm_up(dynamodb)
        recorded.clear()
        new = _rate(body, lambda: city.send(name, body))
        requests = list(recorded)
        floor = _rate(body, lambda: _replay(client(), requests))
        changed_body = _changed(body)
        changed = _rate(body, lambda: city.send(name.replace("000001", "000002"), changed_body))
        unchanged = _rate(body, lambda: city.send(name.replace("000001", "000003"), _noted(changed_body)))
        obvious = _obvious(body)
    _print(new=new, floor=floor, changed=changed, unchanged=unchanged, obvious=obvious)


def _print(*, new: float, floor: float, changed: float, unchanged: float, obvious: float) -> None:
    rates = {"new": new, "changed": changed, "unchanged": unchanged, "floor": floor, "obvious way": obvious}
    for title, rate in rates.items():
        sys.stdout.write(f"{title:12} {rate:10,.0f} rows/s\n")
    sys.stdout.write(f"new / floor       {new / floor:6.2f}   (aim: 0.6 or more)\n")
    sys.stdout.write(f"new / obvious way {new / obvious:6.1f}   (aim: 6 or more)\n")
    sys.stdout.write(f"unchanged / new   {unchanged / new:6.1f}   (aim: 3 or more)\n")


def _rate(body: bytes, work: Callable[[], object]) -> float:
    rows = body.count(b"\n") - 1
    before = time.process_time()
    work()
    return rows / (time.process_time() - before)


def _warm_up(dynamodb: Any) -> None:
    for _ in range(50):
        dynamodb.batch_write_item(RequestItems={"Residents": []})


def _recorder(recorded: list[tuple[str, Any]]) -> Callable[..., None]:
    def record(params: Any, model: Any, **_: Any) -> None:
        recorded.append((model.name, params))

    return record


def _replay(dynamodb: Any, requests: list[tuple[str, Any]]) -> None:
    methods = {
        "BatchGetItem": dynamodb.batch_get_item,
        "BatchWriteItem": dynamodb.batch_write_item,
        "PutItem": dynamodb.put_item,
        "TransactWriteItems": dynamodb.transact_write_items,
    }
    for name, params in requests:
        methods[name](**params)


def _full(town: Path) -> tuple[str, bytes]:
    path = next(town.glob("outbox/*/*_F_*.csv"))
    return path.name, path.read_bytes()


def _changed(body: bytes) -> bytes:
    """Return the same rows, each corrected a minute later by somebody else."""
    return _with(body, "sosashaid", "bench")


def _noted(body: bytes) -> bytes:
    """Return the same rows in other bytes, so that the file is no duplicate."""
    return body.replace(b"\r\n", b"\n") if b"\r\n" in body else body.replace(b"\n", b"\r\n")


def _with(body: bytes, column: str, value: str) -> bytes:
    rows = list(csv.reader(io.StringIO(body.decode())))
    position = rows[0].index(column)
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(rows[0])
    writer.writerows([*row[:position], value, *row[position + 1 :]] for row in rows[1:])
    return stream.getvalue().encode()


def _obvious(body: bytes) -> float:
    """Return the rate of one conditional PynamoDB save per row, with the row's items as attributes."""
    rows = csv.DictReader(io.StringIO(body.decode()))
    names = [name for name in rows.fieldnames or [] if name.isascii()]
    attributes: dict[str, Any] = {name: UnicodeAttribute(null=True) for name in names}
    keys = {"pk": UnicodeAttribute(hash_key=True), "sk": UnicodeAttribute(range_key=True)}
    meta = type(
        "Meta", (), {"table_name": "Residents", "region": "ap-northeast-1", "host": os.environ["AWS_ENDPOINT_URL"]}
    )
    model: Any = type("RowItem", (Model,), {"Meta": meta, **keys, **attributes})
    before, count = time.process_time(), 0
    for count, row in enumerate(rows, start=1):
        values = {name: row[name] for name in names if row[name]}
        key = f"{row['kojinrirekibango']}#{row['sosanengappi']}"
        model(row["atenabango"], key, **values).save(condition=model.pk.does_not_exist())
        if count == OBVIOUS_ROWS:
            break
    return count / (time.process_time() - before)


if __name__ == "__main__":
    main()
