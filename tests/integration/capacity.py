"""Read and write units as DynamoDB counts them, from requests and the items stored before and after each.

moto's ConsumedCapacity is not to be trusted, so the rules are written down here (Amazon DynamoDB Developer Guide,
"DynamoDB read and write operations" and "DynamoDB item sizes and formats"):

- a write: the larger of the item before and after it, in steps of 1 KB, also if its condition fails; twice that in a
  transaction; an index that has all of the item is written once more if anything in the item changed;
- a read: the item in steps of 4 KB, each of a batch by itself; nothing found costs one step; half if it is not
  strongly consistent. A query adds up what it meets, and takes steps then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from threading import RLock
from typing import Any

import pytest
from botocore.client import BaseClient

Item = Mapping[str, Mapping[str, Any]]
WRITE_STEP = 1024
READ_STEP = 4096
KEYS = ("pk", "sk")
INDEX_KEYS = ("gsi1pk", "gsi1sk")


class NotMeteredError(Exception):
    """A request whose units this meter does not know."""


def item_size(item: Item) -> int:
    """Return the bytes of an item: its names and values in UTF-8."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def write_units(*sizes: int) -> int:
    """Return the units of a write, given the sizes of the item before and after it (0: there was none)."""
    return max(1, *(_steps(size, WRITE_STEP) for size in sizes))


def read_units(size: int, *, consistent: bool) -> float:
    """Return the units of reading so many bytes."""
    return max(1, _steps(size, READ_STEP)) * (1 if consistent else 0.5)


@dataclass
class Units:
    """Units by table; those of an index stand under the table's name with `/index`."""

    reads: Counter[str] = field(default_factory=Counter)
    writes: Counter[str] = field(default_factory=Counter)

    def _read(self, table: str, size: int, *, consistent: bool) -> None:
        self.reads[table] += read_units(size, consistent=consistent)  # type: ignore[assignment] # halves

    def _wrote(self, table: str, before: Item, after: Item, times: int = 1) -> None:
        self.writes[table] += times * write_units(item_size(before), item_size(after))
        if before != after and INDEX_KEYS[0] in {**before, **after}:
            if before and after and any(before.get(key) != after.get(key) for key in INDEX_KEYS):
                raise NotMeteredError  # one that enters the index, leaves it or moves within it
            self.writes[f"{table}/index"] += write_units(item_size(before), item_size(after))


@contextmanager
def metered() -> Iterator[Units]:
    """Meter every call of DynamoDB made inside."""
    units, door, lock = Units(), BaseClient, RLock()
    call: Any = door._make_api_call  # type: ignore[attr-defined] # where every call goes through

    def meter(client: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        if client.meta.service_model.service_name != "dynamodb":
            return call(client, operation, arguments)

        def stored(table: str, keys: Sequence[Item]) -> list[Item]:
            request = {table: {"Keys": keys, "ConsistentRead": True}}
            found = call(client, "BatchGetItem", {"RequestItems": request})["Responses"][table]
            by_key = {_place(item): item for item in found}
            return [by_key.get(_place(key), {}) for key in keys]

        with lock:  # nobody else writes between the looks before and after
            return _metered(units, operation, arguments, stored, lambda: call(client, operation, arguments))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(door, "_make_api_call", meter)
        yield units


def _metered(units: Units, operation: str, arguments: Any, stored: Any, call: Any) -> Any:
    if operation in ("GetItem", "BatchGetItem"):
        wanted = arguments["RequestItems"] if operation == "BatchGetItem" else {arguments["TableName"]: arguments}
        for table, request in wanted.items():
            for item in stored(table, request["Keys"] if operation == "BatchGetItem" else [request["Key"]]):
                units._read(table, item_size(item), consistent=request.get("ConsistentRead", False))
        return call()
    if operation == "Query":
        if {"FilterExpression", "ProjectionExpression", "IndexName", "Select"} & arguments.keys():
            raise NotMeteredError(operation)
        answer = call()
        size = sum(item_size(item) for item in answer["Items"])
        units._read(arguments["TableName"], size, consistent=arguments.get("ConsistentRead", False))
        return answer
    table, keys = _written(operation, arguments)
    before = stored(table, keys)
    try:
        answer = call()
        if answer.get("UnprocessedItems"):
            raise NotMeteredError(operation)
        return answer
    finally:
        for old, new in zip(before, stored(table, keys), strict=True):
            units._wrote(table, old, new, times=2 if operation == "TransactWriteItems" else 1)


def _written(operation: str, arguments: Any) -> tuple[str, list[Item]]:
    """Return the table a request writes to, and the keys of the items it writes."""
    if operation == "BatchWriteItem":
        ((table, requests),) = arguments["RequestItems"].items()
        return table, [_key(request["PutRequest"]) for request in requests]
    if operation == "TransactWriteItems":
        requests = [request for action in arguments["TransactItems"] for request in action.values()]
        (table,) = {request["TableName"] for request in requests}
        return table, [_key(request) for request in requests]
    if operation in ("PutItem", "UpdateItem", "DeleteItem"):
        return arguments["TableName"], [_key(arguments)]
    raise NotMeteredError(operation)


def _key(request: Mapping[str, Any]) -> Item:
    found: Item = request.get("Key") or {key: request["Item"][key] for key in KEYS}
    return found


def _place(item: Item) -> tuple[str, ...]:
    return tuple(item[key]["S"] for key in KEYS)


def _steps(size: int, step: int) -> int:
    return -(-size // step)


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        return _number_size(content)
    if kind == "B":
        return len(content)
    if kind in ("BOOL", "NULL"):
        return 1
    if kind in ("SS", "NS", "BS"):
        return sum(_value_size({kind[0]: member}) for member in content)
    members: Sequence[Mapping[str, Any]] = content if kind == "L" else list(content.values())
    names = sum(len(name.encode()) for name in content) if kind == "M" else 0
    return 3 + names + sum(1 + _value_size(member) for member in members)


def _number_size(text: str) -> int:
    """One byte for two significant digits, one more for all, and one for a minus."""
    number = Decimal(text)
    digits = "".join(map(str, number.as_tuple().digits)).strip("0")
    return -(-len(digits) // 2) + 1 + (number < 0)
