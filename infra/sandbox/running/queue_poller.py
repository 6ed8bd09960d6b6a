"""Feeds a function from a queue: batches, partial failures, redelivery after the visibility timeout, redrive."""

import logging
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from moto.sqs.exceptions import ReceiptHandleIsInvalid
from moto.sqs.models import Message, Queue, sqs_backends

from infra.sandbox.running.failures import failed_identifiers
from infra.sandbox.running.functions import Functions
from infra.sandbox.running.mapping import Mapping

if TYPE_CHECKING:
    from infra.sandbox.adaptations.queues import QueueWatch

_LOGGER = logging.getLogger(__name__)


class QueuePoller:
    """Polls one queue with as many threads as its mapping may run batches at once."""

    def __init__(self, mapping: Mapping, functions: Functions, watch: "QueueWatch") -> None:
        _, _, _, region, account, name = mapping.source.split(":")
        self._mapping, self._functions, self._watch = mapping, functions, watch
        self._backend = sqs_backends[account][region]
        self._queue: Queue = self._backend.get_queue(name)
        self._stopped = threading.Event()
        count = min(mapping.concurrency or functions.concurrency, functions.concurrency)
        self._threads = [threading.Thread(target=self._run, name=f"poll {name}", daemon=True) for _ in range(count)]

    def start(self) -> None:
        """Start polling."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Take no further batch; a running one ends with its function."""
        self._stopped.set()
        self._watch.wake()

    def join(self) -> None:
        """Wait until every thread has ended."""
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            batch = self._watch.receive(self._backend, self._queue, self._mapping.batch_size, self._stopped.is_set)
            if batch:
                self._handle(batch)

    def _handle(self, batch: list[Message]) -> None:
        answer = self._functions.invoke(
            self._mapping.function, {"Records": [_record(self._queue, message) for message in batch]}
        )
        if answer.error is not None and not self._stopped.is_set():
            _LOGGER.warning("%s failed: %s", self._mapping.function, answer.error["errorType"])
        failed = failed_identifiers(answer, [message.id for message in batch], reports=self._mapping.reports_failures)
        for message in batch:
            # A failed one stays hidden until its visibility timeout, which the function may have changed.
            if message.id not in failed:
                with suppress(ReceiptHandleIsInvalid):  # someone purged the queue meanwhile
                    self._backend.delete_message(self._queue.name, str(message.receipt_handle))


def _record(queue: Queue, message: Message) -> dict[str, Any]:
    attributes = {
        "ApproximateReceiveCount": str(message.approximate_receive_count),
        "SentTimestamp": str(message.sent_timestamp),
        "SenderId": message.sender_id,
        "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
    }
    if message.group_id:
        attributes["MessageGroupId"] = message.group_id
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": attributes,
        "messageAttributes": {name: _attribute(value) for name, value in message.message_attributes.items()},
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue.queue_arn,
        "awsRegion": queue.region,
    }


def _attribute(value: dict[str, Any]) -> dict[str, Any]:
    return {"stringValue": value.get("StringValue"), "dataType": value["DataType"]}
