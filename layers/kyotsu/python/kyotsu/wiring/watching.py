"""What the functions that watch over file linkage are made of. Built once per worker, on its first event."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from kyotsu.catalogue.loading import layer_root, load_catalogue
from kyotsu.linkage.continuity import Continuity
from kyotsu.linkage.keys import OUTBOX, ObjectRef
from kyotsu.linkage.sweep import Page, Stored, Sweep
from kyotsu.linkage.watch_table import WatchTable
from kyotsu.runtime import clients
from kyotsu.runtime.batches import batches
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.events import EventBus
from kyotsu.runtime.settings import setting

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_sqs import SQSClient

_SEND_BATCH = 10


class NotSentError(Exception):
    """SQS did not take all notifications; sending all of them again is safe."""


@dataclass(frozen=True, slots=True)
class S3Outboxes:
    """`kyotsu.linkage.sweep.Outboxes` on S3."""

    client: S3Client

    def page(self, bucket: str, after: tuple[str, str] | None) -> Page:
        """Return the next 1,000 versions or delete markers below `outbox/`, without the latter."""
        start = {"KeyMarker": after[0], "VersionIdMarker": after[1]} if after else {}
        request: dict[str, Any] = {"Bucket": bucket, "Prefix": OUTBOX, **start}
        found = self.client.list_object_versions(**request)
        versions = [
            Stored(ObjectRef(bucket, version["Key"], version["VersionId"]), version["LastModified"])
            for version in found.get("Versions", [])
        ]
        following = (found["NextKeyMarker"], found["NextVersionIdMarker"]) if found["IsTruncated"] else None
        return Page(versions, following)


@dataclass(frozen=True, slots=True)
class ReceiveQueue:
    """`kyotsu.linkage.sweep.Notifications` on SQS: the messages that the rule for S3's events sends."""

    client: SQSClient
    url: str

    def send(self, refs: Sequence[ObjectRef]) -> None:
        """Notify of versions as S3 does; raises NotSentError if one of them was not taken."""
        for batch in batches(refs, _SEND_BATCH):
            entries: list[Any] = [{"Id": str(i), "MessageBody": _notification(ref)} for i, ref in enumerate(batch)]
            failed = self.client.send_message_batch(QueueUrl=self.url, Entries=entries).get("Failed", [])
            if failed:
                raise NotSentError(", ".join(sorted({entry["Code"] for entry in failed})))


@functools.cache
def sweep(*, at_once: bool = False) -> Sweep:
    """Return the sweep of the outboxes; `at_once` gives new files no time of grace."""
    return Sweep(
        outboxes=S3Outboxes(clients.s3()),
        notes=WatchTable(setting("LINKAGE_TABLE"), setting("MUNICIPALITY")),
        notifications=ReceiveQueue(clients.sqs(), setting("RECEIVE_QUEUE")),
        clock=SystemClock(),
        grace=_minutes("GRACE_MINUTES", at_once=at_once),
        stuck=_minutes("STUCK_MINUTES"),
        pages=int(setting("PAGES_PER_BUCKET")),
    )


def provider_buckets() -> list[str]:
    """Return the bucket of every system of the catalogue."""
    return [setting("BUCKET_PREFIX") + system for system in load_catalogue(layer_root()).systems]


@functools.cache
def continuity(*, at_once: bool = False) -> Continuity:
    """Return the watch over 連番; `at_once` has no patience with numbers that may still arrive."""
    municipality = setting("MUNICIPALITY")
    return Continuity(
        catalogue=load_catalogue(layer_root()),
        municipality=municipality,
        numberings=WatchTable(setting("LINKAGE_TABLE"), municipality),
        events=EventBus(clients.events(), setting("EVENT_BUS")),
        clock=SystemClock(),
        patience=_minutes("PATIENCE_MINUTES", at_once=at_once),
        from_one=setting("NUMBERS_START_AT_ONE") == "true",
    )


def _minutes(name: str, *, at_once: bool = False) -> timedelta:
    return timedelta() if at_once else timedelta(minutes=float(setting(name)))


def _notification(ref: ObjectRef) -> str:
    item = {"key": ref.key, "version-id": ref.version_id}
    detail = {"bucket": {"name": ref.bucket}, "object": item, "reason": "Sweep"}
    return json.dumps({"source": "kyotsu", "detail-type": "Object Created", "detail": detail}, ensure_ascii=False)
