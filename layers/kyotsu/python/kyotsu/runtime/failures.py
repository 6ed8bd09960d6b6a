"""Why a message of a queue last failed: kept for operators in the `Linkage` table, by the message's id.

| item | pk | sk |
|---|---|---|
| failure | 団体コード#FAILURE#message id | FAILURE |

A message keeps its id on the way to its dead letters, so that `kyotsu dlq` finds the reason, even of one that nobody
can read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pynamodb.attributes import NumberAttribute, TTLAttribute, UnicodeAttribute, UTCDateTimeAttribute

from kyotsu.runtime.tables import TableItem, bound

FAILURE = "FAILURE"
KEPT = timedelta(days=30)
"""Longer than any message lives in a queue and then in its dead letters."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed attempt at a message. Holds no text of an error: a library may have put a received value into it."""

    message_id: str
    attempt: int
    """1 for the first one since the message was sent (or sent back)."""
    error: str
    """An outcome code, or the name of an exception's class."""
    receipt_id: str
    """Of the file the message is about; empty if nobody can tell."""
    at: datetime


class FailureItem(TableItem):
    """A failure as stored; a later attempt's takes its place."""

    attempt = NumberAttribute()
    error = UnicodeAttribute()
    receipt_id = UnicodeAttribute()
    at = UTCDateTimeAttribute()
    expires_at = TTLAttribute()


class FailureTable:
    """The last failure of each message."""

    def __init__(self, table: str, municipality: str) -> None:
        self._municipality = municipality
        self._items = bound(FailureItem, table)

    def note(self, failure: Failure) -> None:
        """Keep a failure for 30 days."""
        self._items(
            self._pk(failure.message_id),
            FAILURE,
            attempt=failure.attempt,
            error=failure.error,
            receipt_id=failure.receipt_id,
            at=failure.at,
            expires_at=KEPT,
        ).save()

    def find(self, message_id: str) -> Failure | None:
        """Return a message's last failure, or None."""
        try:
            item = self._items.get(self._pk(message_id), FAILURE, consistent_read=True)
        except self._items.DoesNotExist:
            return None
        at = item.at if item.at.tzinfo else item.at.replace(tzinfo=UTC)
        return Failure(message_id, int(item.attempt), item.error, item.receipt_id, at)

    def _pk(self, message_id: str) -> str:
        return f"{self._municipality}#FAILURE#{message_id}"
