"""S3's "Object Created" events in the shape AWS documents.

moto gives every event the same id, sequencer and request id, spells `etag` as `eTag`, sends the time as a number and
the reason as the notification's name; it announces an object before its metadata is stored, a multipart upload twice,
and tags that nobody set.
Source of the shape: Amazon S3 User Guide, "EventBridge event message structure".
"""

import itertools
import secrets
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from moto.events.models import events_backends
from moto.events.utils import EventMessageType
from moto.s3 import notifications
from moto.s3.models import FakeBucket, FakeKey

from infra.sandbox.adaptations.patching import Patches

_REASONS = {
    "Put": "PutObject",
    "Post": "POST Object",
    "Copy": "CopyObject",
    "CompleteMultipartUpload": "CompleteMultipartUpload",
    "Delete": "DeleteObject",
    "DeleteMarkerCreated": "DeleteObject",
}


class ObjectEvents:
    """Sends a bucket's events to the default bus: at the end of the request that caused them, each once."""

    def __init__(self, patches: Patches) -> None:
        self._request = threading.local()
        # The clock alone could repeat within its resolution; the counter keeps later events greater.
        self._sequence = itertools.count(time.time_ns())
        patches.replace(notifications, "_send_event_bridge_message", lambda _original: self._announce)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold back this thread's events until the block ends, when the objects they speak of are complete."""
        events: list[tuple[str, EventMessageType]] = []
        self._request.events = events
        try:
            yield
        finally:
            self._request.events = None
        created = {event["detail"]["object"]["key"] for _, event in events if event["detail-type"] == "Object Created"}
        for account, event in events:
            if event["detail-type"] != "Object Tags Added" or event["detail"]["object"]["key"] not in created:
                _publish(account, event)

    def _announce(self, account: str, bucket: FakeBucket, event_name: str, key: FakeKey) -> None:
        action = event_name.split(":")[-1]
        if action == "Put" and key.multipart is not None:
            return  # the completion of the upload announces itself
        event = self._event(account, bucket, event_name, key)
        held = getattr(self._request, "events", None)
        if held is None:
            _publish(account, event)
        else:
            held.append((account, event))

    def _event(self, account: str, bucket: FakeBucket, event_name: str, key: FakeKey) -> EventMessageType:
        item: dict[str, Any] = {"key": key.name}
        if "ObjectRemoved" not in event_name:
            item |= {"size": key.size, "etag": (key.etag or "").strip('"')}
        if bucket.is_versioned:
            item["version-id"] = key.version_id
        item["sequencer"] = f"{next(self._sequence):018X}"
        action = event_name.split(":")[-1]
        return {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": notifications._detail_type(event_name),
            "source": "aws.s3",
            "account": account,
            "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": bucket.region_name,
            "resources": [bucket.arn],
            "detail": {
                "version": "0",
                "bucket": {"name": bucket.name},
                "object": item,
                "request-id": secrets.token_hex(8).upper(),
                "requester": account,
                "source-ip-address": "127.0.0.1",
                "reason": _REASONS.get(action, action),
            },
        }


def _publish(account: str, event: EventMessageType) -> None:
    bus = events_backends[account][event["region"]].event_buses["default"]
    for rule in list(bus.rules.values()):
        rule.send_to_targets(event)
