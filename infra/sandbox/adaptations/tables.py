"""DynamoDB under one lock, with real transactions, streams that show each change once, and queries that stay cheap.

moto handles requests of different threads at the same time without a lock, so conditional writes are not atomic.
"""

import threading
from collections.abc import Callable
from typing import Any

from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import StreamRecord, StreamShard
from moto.dynamodb.responses import DynamoHandler
from moto.dynamodbstreams.responses import DynamoDBStreamsHandler

from infra.sandbox.adaptations import queries, transactions
from infra.sandbox.adaptations.patching import Patches


class TableWatch:
    """The lock of all tables in this process, and the wake-up of those who follow a stream."""

    def __init__(self, patches: Patches) -> None:
        self._changed = threading.Condition(threading.RLock())
        for handler in (DynamoHandler, DynamoDBStreamsHandler):
            patches.replace(handler, "call_action", self._locked)
        patches.replace(StreamShard, "add", self._changes)
        transactions.adapt(patches)
        queries.adapt(patches)

    def wake(self) -> None:
        """Make every waiter look at its stream and its `stopped` again."""
        with self._changed:
            self._changed.notify_all()

    def records(self, shard: StreamShard, start: int, limit: int, stopped: Callable[[], bool]) -> list[dict[str, Any]]:
        """Wait for up to `limit` records from position `start` on (0 = the oldest kept); empty only when `stopped`."""
        with self._changed:
            while not stopped():
                if len(shard.items) > start:
                    return [record.to_json() for record in shard.items[start : start + limit]]
                self._changed.wait()
        return []

    def forget(self, shard: StreamShard, count: int) -> None:
        """Drop the `count` oldest records, so that a long-lived sandbox doesn't keep every change it ever made."""
        with self._changed:
            del shard.items[:count]
            shard.starting_sequence_number += count

    def _locked(self, original: Any) -> Any:
        def call_action(*args: Any, **kwargs: Any) -> Any:
            with self._changed:
                return original(*args, **kwargs)

        return call_action

    def _changes(self, _original: Any) -> Any:
        def add(shard: StreamShard, old: Item | None, new: Item | None) -> None:
            if old is not None and new is not None and old.attrs == new.attrs:
                return  # AWS writes no record when nothing changed, moto writes MODIFY
            shard.items.append(_record(shard, old, new))
            # The waiters get the lock only after the whole request, so they never see a part of a transaction.
            self._changed.notify_all()

        return add


def _record(shard: StreamShard, old: Item | None, new: Item | None) -> StreamRecord:
    name = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
    view = (shard.table.stream_specification or {})["StreamViewType"]
    record = StreamRecord(shard.table, view, name, old, new, shard.starting_sequence_number + len(shard.items))
    record.record["awsRegion"] = shard.table.region_name  # moto always says us-east-1
    return record
