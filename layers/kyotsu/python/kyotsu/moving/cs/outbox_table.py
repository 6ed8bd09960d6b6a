"""The CS gateway in the `Moving` table. Nothing here tells of a person but the lane's key.

| item | pk | sk |
|---|---|---|
| lane | 団体コード#cs/lane/key | LANE |
| where a message stands | 団体コード#cs/message/id | MESSAGE |
| a case's messages | 団体コード#cs/case/id | message id |
| hold | 団体コード#cs/hold | 市区町村コード, or `*` |
| who held and released | 団体コード#cs/orders | moment#order#whom |
| dealt with | 団体コード#cs/received/sender/message id | RECEIVED |
| put aside | 団体コード#cs/parked | object key |

Lanes are in the index by_kind: 団体コード#cs/open, by the moment their oldest open message was posted, or
団体コード#cs/settled, by that of their last one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain

import msgspec
from pynamodb.exceptions import PutError

from kyotsu.moving.cs.lanes import Lane
from kyotsu.moving.cs.outbox_items import HoldItem, LaneItem, ParkedItem, PlaceItem, ReceivedItem
from kyotsu.moving.cs.ports import Hold, Parked
from kyotsu.runtime.tables import bound

LANE, MESSAGE, RECEIVED = "LANE", "MESSAGE", "RECEIVED"


class OutboxTable:
    """`LaneStore` and `ReceivedStore` on DynamoDB."""

    def __init__(self, table: str, municipality: str) -> None:
        self._municipality = municipality
        self._lanes = bound(LaneItem, table)
        self._places = bound(PlaceItem, table)
        self._holds = bound(HoldItem, table)
        self._received = bound(ReceivedItem, table)
        self._parked = bound(ParkedItem, table)

    def read(self, key: str) -> Lane:
        """Return a lane; one that was never written is empty."""
        try:
            item = self._lanes.get(self._pk(f"lane/{key}"), LANE, consistent_read=True)
        except self._lanes.DoesNotExist:
            return Lane(key=key)
        return _lane(item)

    def write(self, lane: Lane) -> bool:
        """Write a lane as its next revision, unless somebody else wrote it since it was read."""
        after = msgspec.structs.replace(lane, revision=lane.revision + 1)
        moments = [entry.posted_at for entry in lane.open] or [entry.posted_at for entry in lane.entries[-1:]]
        item = self._lanes(
            self._pk(f"lane/{lane.key}"),
            LANE,
            revision=after.revision,
            body=msgspec.json.encode(after).decode(),
            gsi1pk=self._pk("open" if lane.open else "settled"),
            gsi1sk=f"{_moment(min(moments))}#{lane.key}" if moments else lane.key,
        )
        unwritten = self._lanes.pk.does_not_exist()
        try:
            item.save(condition=self._lanes.revision == lane.revision if lane.revision else unwritten)
        except PutError as error:
            _expect_refusal(error)
            return False
        return True

    def note(self, case_id: str, lanes: Mapping[str, str]) -> None:
        """Note in which lanes messages of a case are going to stand."""
        for message_id, lane in lanes.items():
            self._places(self._pk(f"message/{message_id}"), MESSAGE, lane=lane).save()
            self._places(self._pk(f"case/{case_id}"), message_id, lane=lane).save()

    def forget(self, case_id: str, message_ids: Sequence[str]) -> None:
        """Take back notes of messages that never came to stand in their lanes."""
        for message_id in message_ids:
            self._places(self._pk(f"case/{case_id}"), message_id).delete()

    def lane_of(self, message_id: str) -> str | None:
        """Return where a message was noted to stand."""
        try:
            return self._places.get(self._pk(f"message/{message_id}"), MESSAGE, consistent_read=True).lane
        except self._places.DoesNotExist:
            return None

    def messages_of(self, case_id: str) -> dict[str, str]:
        """Return the lanes of a case's messages, by their ids."""
        return {item.sk: item.lane for item in self._places.query(self._pk(f"case/{case_id}"), consistent_read=True)}

    def open_lanes(self) -> Iterator[Lane]:
        """Yield lanes of which somebody has to look at a message again."""
        return map(_lane, self._lanes.by_openness.query(self._pk("open")))

    def all_lanes(self) -> Iterator[Lane]:
        """Yield every lane: open ones first, then the others, the last one first."""
        settled = self._lanes.by_openness.query(self._pk("settled"), scan_index_forward=False)
        return chain(self.open_lanes(), map(_lane, settled))

    def hold(self, hold: Hold) -> None:
        """Keep back what goes to a municipality, or everything; the first hold stays."""
        item = self._holds(self._pk("hold"), hold.to, by=hold.by, at=_moment(hold.at))
        try:
            item.save(condition=self._holds.pk.does_not_exist())
        except PutError as error:
            _expect_refusal(error)

    def release(self, to: str) -> bool:
        """End a hold; tell whether there was one."""
        was = any(hold.to == to for hold in self.holds())
        self._holds(self._pk("hold"), to).delete()
        return was

    def holds(self) -> list[Hold]:
        """Return the holds there are."""
        found = self._holds.query(self._pk("hold"), consistent_read=True)
        return [Hold(item.sk, item.by, datetime.fromisoformat(item.at)) for item in found]

    def note_order(self, order: str, hold: Hold) -> None:
        """Note who ordered a hold or a release, and when; for good."""
        sk = f"{_moment(hold.at)}#{order}#{hold.to}"
        self._holds(self._pk("orders"), sk, by=hold.by, at=_moment(hold.at)).save()

    def orders(self) -> list[tuple[str, Hold]]:
        """Return who held and released, the last order first."""
        found = self._holds.query(self._pk("orders"), consistent_read=True, scan_index_forward=False)
        parts = ((item, item.sk.split("#")) for item in found)
        return [(order, Hold(to, item.by, datetime.fromisoformat(item.at))) for item, (_, order, to) in parts]

    def was_received(self, sender: str, message_id: str) -> bool:
        """Tell whether a message was dealt with."""
        try:
            self._received.get(self._pk(f"received/{sender}/{message_id}"), RECEIVED, consistent_read=True)
        except self._received.DoesNotExist:
            return False
        return True

    def mark(self, sender: str, message_id: str, at: datetime) -> None:
        """Note that a message was dealt with."""
        self._received(self._pk(f"received/{sender}/{message_id}"), RECEIVED, at=_moment(at)).save()

    def park(self, parked: Parked) -> None:
        """Note an object that was put aside, under its key: repeating it tells of the last time."""
        self._parked(self._pk("parked"), parked.key, code=parked.code, at=_moment(parked.at)).save()

    def parked(self) -> list[Parked]:
        """Return what was put aside, the oldest first."""
        found = self._parked.query(self._pk("parked"), consistent_read=True)
        return sorted(
            (Parked(item.sk, item.code, datetime.fromisoformat(item.at)) for item in found), key=lambda one: one.at
        )

    def _pk(self, rest: str) -> str:
        return f"{self._municipality}#cs/{rest}"


def _lane(item: LaneItem) -> Lane:
    return msgspec.json.decode(item.body, type=Lane)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _expect_refusal(error: PutError) -> None:
    """Raise the error again unless a condition was not met."""
    if error.cause_response_code != "ConditionalCheckFailedException":
        raise error
