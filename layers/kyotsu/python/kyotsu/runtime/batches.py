"""Many DynamoDB items at a time: batched, in parallel or in a transaction, and complete or an error."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

WRITE_BATCH = 25
READ_BATCH = 100
THREADS = 8
_ATTEMPTS = 8
_FIRST_PAUSE = 0.05
_CONDITION = "ConditionalCheckFailed"

Item = Mapping[str, Mapping[str, Any]]
T = TypeVar("T")
R = TypeVar("R")


class ThroughputExhaustedError(Exception):
    """DynamoDB kept refusing a part of a batch; trying again later is safe."""


def all_written(client: DynamoDBClient, *actions: Any) -> bool:
    """Write all or nothing; False if a condition does not hold. Whatever else went wrong is raised.

    After a time-out botocore repeats the request with its client token.
    """
    try:
        client.transact_write_items(TransactItems=list(actions))
    except ClientError as error:
        reasons: Any = error.response.get("CancellationReasons", [])
        codes = {reason.get("Code", "None") for reason in reasons}
        if _CONDITION in codes and codes <= {_CONDITION, "None"}:
            return False
        raise
    return True


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield lists of at most `size` items."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def in_parallel(work: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """Return the results in order; the first error ends it once all are through."""
    if len(items) <= 1:
        return [work(item) for item in items]
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, items))


def put_all(client: DynamoDBClient, table: str, items: Sequence[Item]) -> None:
    """Put all items, without conditions; returns when all are durable."""

    def put(batch: Sequence[Item]) -> None:
        requests: Any = {table: [{"PutRequest": {"Item": item}} for item in batch]}
        for pause in pauses():
            requests = client.batch_write_item(RequestItems=requests).get("UnprocessedItems")
            if not requests:
                return
            time.sleep(pause)  # DynamoDB asks for less speed, and there is no event that tells when it is enough
        raise ThroughputExhaustedError

    in_parallel(put, list(batches(items, WRITE_BATCH)))


def get_all(
    client: DynamoDBClient, table: str, keys: Sequence[Item], attributes: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Return the items there are, in no order, with strongly consistent reads; of each these attributes, or all."""

    return get_across(client, {table: keys}, attributes)[table]


def get_across(
    client: DynamoDBClient, wanted: Mapping[str, Sequence[Item]], attributes: Sequence[str] = ()
) -> dict[str, list[dict[str, Any]]]:
    """Return the items there are of several tables, in no order, with strongly consistent reads."""
    projection = {"ProjectionExpression": ", ".join(attributes)} if attributes else {}
    keys = [(table, key) for table, of_table in wanted.items() for key in of_table]

    def get(batch: Sequence[tuple[str, Item]]) -> list[tuple[str, dict[str, Any]]]:
        found: list[tuple[str, dict[str, Any]]] = []
        requests: Any = {table: {"Keys": [], "ConsistentRead": True, **projection} for table, _ in batch}
        for table, key in batch:
            requests[table]["Keys"].append(key)
        for pause in pauses():
            response = client.batch_get_item(RequestItems=requests)
            found += [(table, item) for table, items in response["Responses"].items() for item in items]
            requests = response.get("UnprocessedKeys")
            if not requests:
                return found
            time.sleep(pause)  # as above
        raise ThroughputExhaustedError

    by_table: dict[str, list[dict[str, Any]]] = {table: [] for table in wanted}
    for part in in_parallel(get, list(batches(keys, READ_BATCH))):
        for table, item in part:
            by_table[table].append(item)
    return by_table


def get_readable(
    client: DynamoDBClient,
    table: str,
    keys: Sequence[Item],
    told: Callable[[Exception], None],
    attributes: Sequence[str] = (),
) -> tuple[list[dict[str, Any]], list[Item]]:
    """Return the items there are, in no order, with strongly consistent reads, and the keys that could not be read.

    Keys differ. Of each item these attributes come, or all. It raises nothing that AWS or the network did: `told` hears
    of it, once per batch.
    """

    projection = {"ProjectionExpression": ", ".join(attributes)} if attributes else {}

    def get(batch: Sequence[Item]) -> tuple[list[dict[str, Any]], list[Item]]:
        found: list[dict[str, Any]] = []
        left: list[Item] = list(batch)
        try:
            for pause in pauses():
                requests: Any = {table: {"Keys": left, "ConsistentRead": True, **projection}}
                response = client.batch_get_item(RequestItems=requests)
                found += response["Responses"].get(table, [])
                unprocessed: Any = response.get("UnprocessedKeys", {}).get(table)
                if not unprocessed:
                    return found, []
                left = unprocessed["Keys"]
                time.sleep(pause)  # as above
        except (BotoCoreError, ClientError) as error:
            told(error)
            return found, left
        told(ThroughputExhaustedError())
        return found, left

    parts = in_parallel(get, list(batches(keys, READ_BATCH)))
    return [item for found, _ in parts for item in found], [key for _, left in parts for key in left]


def pauses() -> Iterator[float]:
    """Yield growing pauses in seconds, with full jitter."""
    return (random.uniform(0, _FIRST_PAUSE * 2**attempt) for attempt in range(_ATTEMPTS))  # noqa: S311 - no secret
