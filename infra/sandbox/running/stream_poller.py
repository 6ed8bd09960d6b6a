"""Feeds a function from a table's stream: in order, in batches, with bisection, retries and a queue for the lost."""

import base64
import json
import logging
import threading
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import StreamShard, Table
from moto.sqs.models import sqs_backends

from infra.sandbox.running.failures import failed_identifiers
from infra.sandbox.running.functions import Functions
from infra.sandbox.running.mapping import Mapping

if TYPE_CHECKING:
    from infra.sandbox.adaptations.tables import TableWatch

_LOGGER = logging.getLogger(__name__)
_RETRY_SECONDS = 0.5  # before a failed batch is tried again


class StreamPoller:
    """Follows one stream, one batch at a time."""

    def __init__(self, mapping: Mapping, functions: Functions, watch: "TableWatch", *, sole: bool) -> None:
        """`sole`: nobody else follows the stream, so what is done may be forgotten."""
        self._account, self._region = mapping.source.split(":")[4], mapping.source.split(":")[3]
        backend = dynamodb_backends[self._account][self._region]
        self._table: Table = backend.get_table(mapping.source.split("/")[1])
        if self._table.stream_shard is None:
            raise ValueError(f"{mapping.source} is not a stream")
        self._shard: StreamShard = self._table.stream_shard
        self._mapping, self._functions, self._watch, self._sole = mapping, functions, watch, sole
        self._position = len(self._shard.items) if mapping.latest else 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"follow {self._table.name}", daemon=True)

    def start(self) -> None:
        """Start following."""
        self._thread.start()

    def stop(self) -> None:
        """Take no further batch; a running one ends with its function."""
        self._stopped.set()
        self._watch.wake()

    def join(self) -> None:
        """Wait until the thread has ended."""
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            batch = self._watch.records(self._shard, self._position, self._mapping.batch_size, self._stopped.is_set)
            self._handle([_shaped(record, self._mapping.source) for record in batch], tries_left=self._mapping.retries)
            if self._sole:
                self._watch.forget(self._shard, self._position + len(batch))
                self._position = 0
            else:
                self._position += len(batch)

    def _handle(self, batch: list[dict[str, Any]], tries_left: int | None) -> None:
        """Deliver `batch` until each record is done or given up; halves are tried in order."""
        while batch and not self._stopped.is_set():
            done = self._invoke(batch)
            if done == len(batch):
                return
            if done:
                batch, tries_left = batch[done:], self._mapping.retries
                continue
            if self._mapping.bisects and len(batch) > 1:  # not counted as a try
                middle = len(batch) // 2
                self._handle(batch[:middle], tries_left)
                batch = batch[middle:]
                continue
            if tries_left == 0:
                self._give_up(batch)
                return
            tries_left = None if tries_left is None else tries_left - 1
            self._stopped.wait(_RETRY_SECONDS)

    def _invoke(self, batch: list[dict[str, Any]]) -> int:
        """Return how many records from the start are done: all before the first failed one."""
        answer = self._functions.invoke(self._mapping.function, {"Records": batch})
        if answer.error is not None and not self._stopped.is_set():
            _LOGGER.warning("%s failed: %s", self._mapping.function, answer.error["errorType"])
        numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
        failed = failed_identifiers(answer, numbers, reports=self._mapping.reports_failures)
        return next((index for index, number in enumerate(numbers) if number in failed), len(batch))

    def _give_up(self, batch: list[dict[str, Any]]) -> None:
        _LOGGER.error("%s gave up %d records of %s", self._mapping.function, len(batch), self._table.name)
        if self._mapping.on_failure is None:
            return
        first, last = (record["dynamodb"]["SequenceNumber"] for record in (batch[0], batch[-1]))
        notice = {
            "requestContext": {
                "requestId": str(uuid.uuid4()),
                "functionArn": self._mapping.function,
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": (self._mapping.retries or 0) + 1,
            },
            "version": "1.0",
            "DDBStreamBatchInfo": {
                "shardId": self._shard.id,
                "startSequenceNumber": first,
                "endSequenceNumber": last,
                "batchSize": len(batch),
                "streamArn": self._mapping.source,
            },
        }
        queue = self._mapping.on_failure.rsplit(":", 1)[1]
        sqs_backends[self._account][self._region].send_message(queue, json.dumps(notice))


def _shaped(record: dict[str, Any], source: str) -> dict[str, Any]:
    """Return a record as Lambda passes it: time in epoch seconds, binary values as text, and the stream's ARN."""
    moment: datetime = record["dynamodb"]["ApproximateCreationDateTime"]
    change = record["dynamodb"] | {"ApproximateCreationDateTime": moment.timestamp()}
    shaped: dict[str, Any] = _text_only(record | {"dynamodb": change, "eventSourceARN": source})
    return shaped


def _text_only(value: Any) -> Any:
    """Return `value` with binary attributes as Base64, as they stand in the event's JSON."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {key: _text_only(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_text_only(item) for item in value]
    return value
