"""Queries whose cost doesn't grow with the table.

moto sorts every item of the table for each query. The query of a partition only needs that partition; the query of an
index only needs the items with its hash key, which are picked without sorting the others.
"""

import copy
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

from infra.sandbox.adaptations.patching import Patches


def adapt(patches: Patches) -> None:
    """Show moto's query only the items that can match."""
    patches.replace(Table, "query", _narrowed)


def _narrowed(original: Any) -> Any:
    def query(table: Table, hash_key: DynamoType | None, *args: Any, **kwargs: Any) -> Any:
        view = copy.copy(table)
        conditions = kwargs.get("hash_key_conditions") or []
        index_name = kwargs.get("index_name", args[6] if len(args) > 6 else None)
        vars(view)["items"] = _of_index(table, conditions) if index_name else _of_partition(table, hash_key)
        return original(view, hash_key, *args, **kwargs)

    return query


def _of_partition(table: Table, hash_key: DynamoType | None) -> dict[Any, Any]:
    return {hash_key: table.items[hash_key]} if hash_key in table.items else {}


def _of_index(table: Table, conditions: list[tuple[str, DynamoType]]) -> dict[Any, Any]:
    """Return the items that have every attribute of `conditions`, in the shape of a table's items."""

    def matches(item: Any) -> bool:
        return all(name in item.attrs and _same(item.attrs[name], value) for name, value in conditions)

    if not table.range_key_attr:
        return {key: item for key, item in table.items.items() if matches(item)}
    partitions = (
        (key, {sort: item for sort, item in items.items() if matches(item)}) for key, items in table.items.items()
    )
    return {key: items for key, items in partitions if items}


def _same(found: DynamoType, wanted: DynamoType) -> bool:
    # moto's own comparison converts both sides first, which only numbers need.
    return found.type == wanted.type and (found == wanted if found.is_number() else found.value == wanted.value)
