"""Putting messages into the buckets of the sandbox's municipalities: in order for each, by a thread of its own."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Condition, Thread

_LOGGER = logging.getLogger(__name__)
_AGAIN_SECONDS = 0.5


class NotDeliveredError(Exception):
    """An object was not written, as far as the simulator knows."""


def _nothing() -> None:
    """Do nothing."""


@dataclass(frozen=True)
class Mailbox:
    """Where the adapter beside one municipality's CS puts what arrives."""

    codes: tuple[str, ...]
    """市区町村コード it takes: its own and its wards'."""
    aws_endpoint: str
    region: str
    bucket: str
    secret: str
    """With which it sends."""

    def put(self, key: str, body: bytes) -> None:
        """Write one object by the API of S3. Raises NotDeliveredError."""
        import boto3  # here: the simulator starts with each sandbox, and few need it
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError

        client = boto3.client(
            "s3",
            endpoint_url=self.aws_endpoint,
            region_name=self.region,
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - the sandbox's operator, known to everybody
            config=Config(retries={"total_max_attempts": 2}, connect_timeout=5, read_timeout=20),
        )
        try:
            client.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType="application/json")
        except (BotoCoreError, ClientError) as error:
            raise NotDeliveredError(type(error).__name__) from error


@dataclass(frozen=True)
class Delivery:
    """One object for a municipality."""

    message_id: str
    to: str
    key: str
    body: bytes
    done: Callable[[], None] = _nothing
    """Called once it is there."""
    before: Callable[[], None] = _nothing
    """Called when it is about to go."""


@dataclass
class Deliveries:
    """Queues of one sandbox. Somebody who is expected gets what came before they joined."""

    expected: frozenset[str] = frozenset()
    _mailboxes: dict[str, Mailbox] = field(default_factory=dict)
    _waiting: deque[Delivery] = field(default_factory=deque)
    _kept: list[Delivery] = field(default_factory=list)
    _changed: Condition = field(default_factory=Condition)
    _ended: bool = False

    def __post_init__(self) -> None:
        self._thread = Thread(target=self._run, name="juki-net deliveries", daemon=True)
        self._thread.start()

    def join(self, mailbox: Mailbox) -> None:
        """Deliver to a municipality from now on."""
        with self._changed:
            self._mailboxes |= dict.fromkeys(mailbox.codes, mailbox)
            self._changed.notify_all()

    def mailbox(self, code: str) -> Mailbox | None:
        """Return where a municipality's messages go; None: it is a simulated city, or has not joined yet."""
        with self._changed:
            return self._mailboxes.get(code)

    def put(self, deliveries: Sequence[Delivery], *, kept: bool) -> None:
        """Deliver soon, or after `release`."""
        with self._changed:
            if kept:
                self._kept += deliveries
            else:
                self._waiting += deliveries
            self._changed.notify_all()

    def release(self) -> None:
        """Deliver what was kept, the last one first."""
        with self._changed:
            self._waiting += reversed(self._kept)
            self._kept.clear()
            self._changed.notify_all()

    def close(self) -> None:
        """End; what was not delivered is lost with the sandbox."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._ended or self._next() is not None)
                delivery = self._next()
                if self._ended or delivery is None:
                    return
                self._waiting.remove(delivery)
                mailbox = self._mailboxes.get(delivery.to)
            self._deliver(delivery, mailbox)

    def _deliver(self, delivery: Delivery, mailbox: Mailbox | None) -> None:
        delivery.before()
        try:
            if mailbox is not None:
                mailbox.put(delivery.key, delivery.body)
        except NotDeliveredError as error:
            _LOGGER.warning("%s was not delivered: %s", delivery.message_id, error)
            with self._changed:
                self._waiting.appendleft(delivery)
                self._changed.wait_for(lambda: self._ended, _AGAIN_SECONDS)
            return
        delivery.done()

    def _next(self) -> Delivery | None:
        """Return the first delivery to somebody who is there, or will never be."""
        for delivery in self._waiting:
            if delivery.to in self._mailboxes or delivery.to not in self.expected:
                return delivery
        return None
