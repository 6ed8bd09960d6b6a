"""Rows per second of one core's time, from CSV bytes to acknowledged write, beside a floor and the obvious way.

The null server runs in a process of its own. The floor is our own recorded requests, sent again by botocore without
parameter validation. Unchanged rows are those that were new just before, in other bytes.
"""

from __future__ import annotations

import csv
import io
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

from kyotsu_cli.town import generate
from tests.bench.null_server import boto_client, client, deployment, forget, null_dynamodb
from tests.bench.rounds import Rates, on_one_core, rate, ratios, spread
from tests.fakes.deployment import Deployment

PEOPLE = 10_000
ROUNDS = 7
OBVIOUS_ROWS = 3_000


def main() -> None:
    """Measure and print; with a number, so many rounds."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as folder, null_dynamodb():
        generate(PEOPLE, 1, Path(folder) / "town")
        bench = Bench(*_full(Path(folder) / "town"))
        on_one_core()
        bench.warm_up()
        _print([bench.round() for _ in range(rounds)])


class Bench:
    """One file of a town, sent again and again."""

    def __init__(self, name: str, body: bytes) -> None:
        self._name, self._body, self._changed = name, body, _changed(body)
        self._rows = body.count(b"\n") - 1
        self._plain = boto_client()
        self._requests: list[tuple[str, Any]] = []

    def warm_up(self) -> None:
        """Send the file once, unmeasured, and record the requests that are the floor."""
        dynamodb, recorder = client(), _recorder(self._requests)
        dynamodb.meta.events.register_first("provide-client-params.dynamodb", recorder)
        deployment(dynamodb).send(self._name, self._body)
        dynamodb.meta.events.unregister("provide-client-params.dynamodb", recorder)
        _replay(self._plain, self._requests)
        _obvious(self._body)

    def round(self) -> Rates:
        """Return the rates of one round."""
        city = deployment(client())
        forget()
        new = self._sent(city, 1, self._body)
        unchanged = self._sent(city, 2, _noted(self._body))
        changed = self._sent(city, 3, self._changed)
        forget()
        floor = rate(self._rows, lambda: _replay(self._plain, self._requests))
        obvious = rate(OBVIOUS_ROWS, lambda: _obvious(self._body))
        return {"new": new, "changed": changed, "unchanged": unchanged, "floor": floor, "obvious way": obvious}

    def _sent(self, city: Deployment, sequence: int, body: bytes) -> float:
        name = self._name.replace("000001", f"{sequence:06d}")
        return rate(self._rows, lambda: city.send(name, body))


def _print(rounds: Sequence[Rates]) -> None:
    for title in rounds[0]:
        median, lowest, highest = spread([one[title] for one in rounds])
        sys.stdout.write(f"{title:18} {median:8,.0f} rows/s   ({lowest:,.0f} - {highest:,.0f})\n")
    for above, below, aim in (("new", "floor", 0.6), ("new", "obvious way", 6), ("unchanged", "new", 3)):
        median, lowest, highest = spread(ratios(rounds, above, below))
        title = f"{above} / {below}"
        sys.stdout.write(f"{title:18} {median:8.2f}   ({lowest:.2f} - {highest:.2f}; aim: {aim} or more)\n")


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


def _obvious(body: bytes) -> None:
    """Do one conditional PynamoDB save for each of OBVIOUS_ROWS rows, with the row's items as attributes."""
    rows = csv.DictReader(io.StringIO(body.decode()))
    names = [name for name in rows.fieldnames or [] if name.isascii()]
    attributes: dict[str, Any] = {name: UnicodeAttribute(null=True) for name in names}
    keys = {"pk": UnicodeAttribute(hash_key=True), "sk": UnicodeAttribute(range_key=True)}
    meta = type(
        "Meta", (), {"table_name": "Residents", "region": "ap-northeast-1", "host": os.environ["AWS_ENDPOINT_URL"]}
    )
    model: Any = type("RowItem", (Model,), {"Meta": meta, **keys, **attributes})
    for row in islice(rows, OBVIOUS_ROWS):
        values = {name: row[name] for name in names if row[name]}
        key = f"{row['kojinrirekibango']}#{row['sosanengappi']}"
        model(row["atenabango"], key, **values).save(condition=model.pk.does_not_exist())


if __name__ == "__main__":
    main()
