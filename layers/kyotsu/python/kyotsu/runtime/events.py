"""The domain event bus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from kyotsu.contracts.events import SOURCE
from kyotsu.runtime.batches import batches

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient

_BATCH = 10


class EventsRefusedError(Exception):
    """EventBridge did not take all events; publishing all of them again is safe."""


@dataclass(frozen=True, slots=True)
class EventBus:
    """Publishes domain events; their type's name is the detail-type."""

    client: EventBridgeClient
    name: str

    def publish(self, events: Sequence[msgspec.Struct]) -> None:
        """Publish all events or raise EventsRefusedError. Some may then be out already: a repeat has the same ids."""
        for batch in batches(events, _BATCH):
            entries: list[Any] = [
                {
                    "EventBusName": self.name,
                    "Source": SOURCE,
                    "DetailType": type(event).__name__,
                    "Detail": msgspec.json.encode(event).decode(),
                }
                for event in batch
            ]
            response = self.client.put_events(Entries=entries)
            if response["FailedEntryCount"]:
                codes = sorted({entry.get("ErrorCode", "") for entry in response["Entries"]} - {""})
                raise EventsRefusedError(", ".join(codes))
