"""What the functions of the CS gateway are made of. Built once per worker, on its first event."""

from __future__ import annotations

import functools
import json
import uuid
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kyotsu.moving.cs.calling import HttpCommunicationServer
from kyotsu.moving.cs.gateway import Gateway
from kyotsu.moving.cs.outbox_table import OutboxTable
from kyotsu.moving.cs.posting import CsOutbox
from kyotsu.moving.cs.receiving import Receiving
from kyotsu.moving.cs.sweeping import Sweep
from kyotsu.moving.cs.telling import Telling
from kyotsu.runtime import clients
from kyotsu.runtime.batches import batches
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.fingerprints import secret_key
from kyotsu.runtime.settings import setting
from kyotsu.wiring.moving import cases, machines, papers

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_sqs import SQSClient

_SEND_BATCH = 10


class NotWokenError(Exception):
    """SQS did not take all messages; sending all of them again is safe."""


@dataclass(frozen=True, slots=True)
class CsLanes:
    """`kyotsu.moving.cs.ports.Wakeups` on a FIFO queue: a group for each lane, so that one waits for none."""

    client: SQSClient
    url: str

    def wake(self, lanes: Sequence[str]) -> None:
        """Send a message to each lane; raises NotWokenError if one of them was not taken."""
        for batch in batches(lanes, _SEND_BATCH):
            entries: list[Any] = [_entry(str(index), lane) for index, lane in enumerate(batch)]
            failed = self.client.send_message_batch(QueueUrl=self.url, Entries=entries).get("Failed", [])
            if failed:
                raise NotWokenError(", ".join(sorted({entry["Code"] for entry in failed})))


def _entry(entry_id: str, lane: str) -> dict[str, str]:
    return {
        "Id": entry_id,
        "MessageBody": json.dumps({"lane": lane}),
        "MessageGroupId": lane,
        # SQS drops a repeat of an id: a lane that is woken again was woken for another reason.
        "MessageDeduplicationId": uuid.uuid4().hex,
    }


@dataclass(frozen=True, slots=True)
class JukiObjects:
    """`kyotsu.moving.cs.ports.ReceivedObjects`."""

    client: S3Client
    bucket: str

    def read(self, key: str, limit: int) -> bytes | None:
        """Return an object, of a longer one no more than `limit` + 1 bytes; None: there is none."""
        try:
            response = self.client.get_object(Bucket=self.bucket, Key=key)
        except self.client.exceptions.NoSuchKey:
            return None
        with closing(response["Body"]) as body:
            return bytes(body.read(limit + 1))

    def delete(self, key: str) -> None:
        """Delete an object, if it is there."""
        self.client.delete_object(Bucket=self.bucket, Key=key)

    def put_aside(self, key: str, to: str) -> None:
        """Move an object; one that is gone was moved before."""
        try:
            self.client.copy_object(Bucket=self.bucket, Key=to, CopySource={"Bucket": self.bucket, "Key": key})
        except self.client.exceptions.ClientError as error:
            if error.response.get("Error", {}).get("Code") not in ("NoSuchKey", "404"):
                raise
            return
        self.delete(key)


@functools.cache
def posted_outbox() -> CsOutbox:
    """Return the outbox, for whoever posts messages."""
    return CsOutbox(_store(), papers(), _lanes(), SystemClock())


@functools.cache
def gateway() -> Gateway:
    """Return what works on lanes."""
    server = HttpCommunicationServer(setting("CS_URL"), _secret)
    return Gateway(_store(), papers(), server, _telling(), SystemClock())


@functools.cache
def sweep() -> Sweep:
    """Return what looks after lanes."""
    return Sweep(_store(), _telling(), _lanes(), SystemClock())


@functools.cache
def receiving() -> Receiving:
    """Return what takes messages from the CS."""
    # Here: only this function needs the cases' side of what comes in.
    from kyotsu.wiring.moving_received import ReceivedNotices, certificate_receiver

    store = _store()
    return Receiving(
        accepted=frozenset(setting("ACCEPTED_MUNICIPALITIES").split(",")),
        store=store,
        lanes=store,
        objects=JukiObjects(clients.s3(), setting("JUKI_BUCKET")),
        telling=_telling(),
        certificates=certificate_receiver(),
        notices=ReceivedNotices(),
        clock=SystemClock(),
    )


@functools.cache
def _store() -> OutboxTable:
    return OutboxTable(setting("MOVING_TABLE"), setting("MUNICIPALITY"))


def _telling() -> Telling:
    return Telling(_store(), cases(), machines(), _lanes(), SystemClock())


def _lanes() -> CsLanes:
    return CsLanes(clients.sqs(), setting("CS_LANES_QUEUE"))


def _secret() -> str:
    """Return the bearer secret as it is now: messages are few, and a changed secret counts at once."""
    return secret_key(clients.secrets(), setting("CS_SECRET")).decode()
