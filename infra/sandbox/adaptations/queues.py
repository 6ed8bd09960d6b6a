"""SQS with one lock and a wake-up.

moto's queues lose a message when one thread deletes while another sends (the list is rebuilt), and its long poll looks
once a second. Here every change of a queue happens under one lock and wakes whoever waits, and a waiter sleeps until
exactly the next message becomes visible.
moto counts a queue's messages whenever it looks at any attribute, and asks a slow clock for each message: a seventh of
a sandbox's time. Here the clock is quick.
"""

import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from moto.sqs import models
from moto.sqs.models import Message, Queue, SQSBackend

from infra.sandbox.adaptations.patching import Patches

_CHANGES = ("send_message", "send_message_batch", "delete_message", "change_message_visibility", "purge_queue")


class QueueWatch:
    """The lock and wake-up of all queues in this process."""

    def __init__(self, patches: Patches) -> None:
        self._changed = threading.Condition(threading.RLock())
        for name in _CHANGES:
            patches.replace(SQSBackend, name, self._notifying)
        patches.replace(SQSBackend, "receive_message", self._long_poll)
        patches.replace(models, "unix_time_millis", lambda _original: _now)
        patches.replace(models, "camelcase_to_underscores", cache)

    def wake(self) -> None:
        """Make every waiter look at its queue and its `stopped` again."""
        with self._changed:
            self._changed.notify_all()

    def receive(self, backend: SQSBackend, queue: Queue, count: int, stopped: Callable[[], bool]) -> list[Message]:
        """Wait for up to `count` messages of `queue`; empty only when `stopped` says so (see `wake`)."""
        visibility = int(vars(queue)["visibility_timeout"])

        def attempt() -> list[Message]:
            return backend.receive_message(queue.name, count, 0, visibility, ["All"])

        return self._wait(attempt, queue, time.monotonic() + threading.TIMEOUT_MAX, stopped)

    def _notifying(self, original: Any) -> Any:
        def change(*args: Any, **kwargs: Any) -> Any:
            with self._changed:
                result = original(*args, **kwargs)
                self._changed.notify_all()
                return result

        return change

    def _long_poll(self, original: Any) -> Any:
        def receive(
            backend: SQSBackend, queue_name: str, count: int, wait_seconds_timeout: int, *args: Any, **kwargs: Any
        ) -> list[Message]:
            queue = backend.get_queue(queue_name)
            deadline = time.monotonic() + int(wait_seconds_timeout or 0)

            def attempt() -> list[Message]:
                found: list[Message] = original(backend, queue_name, count, 0, *args, **kwargs)
                return found

            return self._wait(attempt, queue, deadline, lambda: False)

        return receive

    def _wait(
        self, attempt: Callable[[], list[Message]], queue: Queue, deadline: float, stopped: Callable[[], bool]
    ) -> list[Message]:
        with self._changed:
            while not stopped():
                dead = queue.dead_letter_queue
                buried = len(dead._messages) if dead else 0
                found = attempt()
                if dead and len(dead._messages) > buried:
                    self._changed.notify_all()
                left = deadline - time.monotonic()
                if found or left <= 0:
                    return found
                self._changed.wait(min(left, _seconds_to_next(queue), threading.TIMEOUT_MAX))
        return []


def _seconds_to_next(queue: Queue) -> float:
    """Return the seconds until the first hidden message of `queue` may be received, infinite if there is none."""
    now = _now()
    due = (max(message.visible_at, message.delayed_until) for message in queue._messages)
    return min(((moment - now) / 1000 + 0.002 for moment in due if moment >= now), default=float("inf"))


def _now() -> float:
    """Return the milliseconds since 1970."""
    return time.time() * 1000
