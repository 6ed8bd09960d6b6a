"""TransactWriteItems and UpdateItem that leave nothing behind when they fail, at the price of the touched items only.

moto copies the whole table once per item of a transaction, forgets ClientRequestToken, keeps a half-made item when an
update of a new item fails, and writes two stream records for such an update when it succeeds.
"""

import copy
import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb import models
from moto.dynamodb.exceptions import DynamodbException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from infra.sandbox.adaptations.patching import Patches

_TOKEN_LIFETIME_SECONDS = 600.0


class IdempotentParameterMismatchError(DynamodbException):
    """The same ClientRequestToken came with another request within ten minutes."""

    def __init__(self) -> None:
        super().__init__(
            "com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException",
            "The request uses the same client token as a previous, but non-identical request.",
        )


def adapt(patches: Patches) -> None:
    """Replace moto's transaction and update; their callers hold the lock of all tables."""
    patches.replace(models, "copy", lambda original: SimpleNamespace(deepcopy=_copy_but_tables(original.deepcopy)))
    patches.replace(DynamoDBBackend, "transact_write_items", _atomic_transaction)
    patches.replace(DynamoDBBackend, "update_item", _atomic_update)
    patches.replace(DynamoHandler, "transact_write_items", _Tokens().make)


def _copy_but_tables(deepcopy: Any) -> Any:
    """moto's transaction copies tables only to put them back on failure; `_restored_on_error` does that per item."""

    def copied(value: Any) -> Any:
        return value if isinstance(value, Table) else deepcopy(value)

    return copied


def _atomic_transaction(original: Any) -> Any:
    def transact_write_items(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        operations = [operation for item in transact_items for operation in item.items()]
        with _restored_on_error(_touched(backend, operations)):
            original(backend, transact_items)

    return transact_write_items


def _atomic_update(original: Any) -> Any:
    def update_item(backend: DynamoDBBackend, table_name: str, key: dict[str, Any], *args: Any, **kwargs: Any) -> Item:
        table = backend.get_table(table_name)
        before = _stream_length(table)
        with _restored_on_error([(table, key)]):
            item: Item = original(backend, table_name, key, *args, **kwargs)
        if table.stream_shard is not None and len(table.stream_shard.items) - before > 1:
            del table.stream_shard.items[before:-1]
            number = table.stream_shard.starting_sequence_number + before
            table.stream_shard.items[-1].record["dynamodb"]["SequenceNumber"] = str(number)
        return item

    return update_item


def _touched(
    backend: DynamoDBBackend, operations: Iterable[tuple[str, dict[str, Any]]]
) -> list[tuple[Table, dict[str, Any]]]:
    return [
        (backend.get_table(operation["TableName"]), operation["Item"] if kind == "Put" else operation["Key"])
        for kind, operation in operations
        if kind != "ConditionCheck"
    ]


@contextmanager
def _restored_on_error(touched: list[tuple[Table, dict[str, Any]]]) -> Iterator[None]:
    """On any error in the block put back the items that `touched` names, and the streams of their tables."""
    items = [(table, key, copy.deepcopy(_item(table, key))) for table, key in touched]
    streams = {id(table): (table, _stream_length(table)) for table, _ in touched}
    try:
        yield
    except BaseException:
        for table, key, item in items:
            _put_back(table, key, item)
        for table, length in streams.values():
            if table.stream_shard is not None:
                del table.stream_shard.items[length:]
        raise


def _keys(table: Table, key: dict[str, Any]) -> tuple[DynamoType, DynamoType | None] | None:
    """Return the key's two parts, or None where it isn't whole: moto then refuses it before it changes anything."""
    if any(name not in key for name in table.table_key_attrs):
        return None
    return DynamoType(key[table.hash_key_attr]), DynamoType(key[table.range_key_attr]) if table.range_key_attr else None


def _item(table: Table, key: dict[str, Any]) -> Item | None:
    keys = _keys(table, key)
    return None if keys is None or keys[0] not in table.items else table.get_item(*keys)


def _put_back(table: Table, key: dict[str, Any], item: Item | None) -> None:
    keys = _keys(table, key)
    if keys is None:
        return
    hash_key, range_key = keys
    place: Any = table.items if range_key is None else table.items[hash_key]
    if item is None:
        place.pop(hash_key if range_key is None else range_key, None)
    else:
        place[hash_key if range_key is None else range_key] = item
    if not table.items.get(hash_key, True):
        del table.items[hash_key]


def _stream_length(table: Table) -> int:
    return 0 if table.stream_shard is None else len(table.stream_shard.items)


class _Tokens:
    """The ClientRequestTokens of the last ten minutes, each with the request that succeeded."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, str]] = {}

    def make(self, original: Any) -> Any:
        def transact_write_items(handler: DynamoHandler) -> ActionResult:
            token = handler.body.get("ClientRequestToken")
            request = json.dumps(handler.body.get("TransactItems"), sort_keys=True, default=repr)
            now = time.monotonic()
            for old in [t for t, (moment, _) in self._seen.items() if now - moment > _TOKEN_LIFETIME_SECONDS]:
                del self._seen[old]
            if token in self._seen:
                if self._seen[token][1] != request:
                    raise IdempotentParameterMismatchError
                return ActionResult({"ConsumedCapacity": [], "ItemCollectionMetrics": {}})
            result: ActionResult = original(handler)
            if token:
                self._seen[token] = (now, request)
            return result

        return transact_write_items
