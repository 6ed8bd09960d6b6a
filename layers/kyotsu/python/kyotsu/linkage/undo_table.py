"""Undos in the `Linkage` table, beside the receipts they belong to.

| item | pk | sk |
|---|---|---|
| undo | 団体コード#RECEIPT#id | UNDO |
| step | 団体コード#RECEIPT#id | UNDO#STEP#receipt of a file applied again, or nothing#chunk |
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)
from pynamodb.exceptions import DeleteError, PutError
from pynamodb.expressions.condition import Condition

from kyotsu.contracts.rows import TakenBack
from kyotsu.linkage.receipt_items import ContentItem
from kyotsu.linkage.receipts import Receipt
from kyotsu.linkage.table import CONTENT, ReceiptTable
from kyotsu.linkage.undos import Step, Undo
from kyotsu.runtime.tables import TableItem, bound

UNDO = "UNDO"
STEP = "UNDO#STEP#"
_CONDITION = "ConditionalCheckFailedException"


class UndoItem(TableItem):
    """An undo as stored."""

    receipt_id = UnicodeAttribute()
    requested_by = UnicodeAttribute()
    reason = UnicodeAttribute()
    started_at = UTCDateTimeAttribute()
    counts: JSONAttribute = JSONAttribute()
    applied_again: JSONAttribute = JSONAttribute()
    not_applied_again: JSONAttribute = JSONAttribute()
    finished_at = UTCDateTimeAttribute(null=True)
    answered = BooleanAttribute(default=False)


class StepItem(TableItem):
    """A step of an undo."""

    index = NumberAttribute()
    again = UnicodeAttribute(null=True)
    counts: JSONAttribute = JSONAttribute()
    gone = BooleanAttribute(default=False)


class UndoTable:
    """`Undos` on DynamoDB. Conditions let the first of several writers win; the others read what it wrote."""

    def __init__(self, table: str, municipality: str) -> None:
        self._municipality = municipality
        self._receipts = ReceiptTable(table, municipality)
        self._undos = bound(UndoItem, table)
        self._steps = bound(StepItem, table)
        self._contents = bound(ContentItem, table)

    def begin(self, undo: Undo) -> Undo:
        """Store an undo unless there is one of its receipt; return the one that is there."""
        self._put_once(self._item(undo))
        return self._stored(undo.receipt_id)

    def find(self, receipt_id: str) -> Undo | None:
        """Return the undo of a receipt, or None."""
        try:
            return self._stored(receipt_id)
        except self._undos.DoesNotExist:
            return None

    def steps(self, receipt_id: str) -> list[Step]:
        """Return the steps done so far, in the order of their chunks."""
        found = self._steps.query(self._pk(receipt_id), self._steps.sk.startswith(STEP), consistent_read=True)
        return [Step(int(item.index), item.again or "", TakenBack(**item.counts), item.gone) for item in found]

    def record(self, receipt_id: str, step: Step) -> None:
        """Note a step; the first note of a step stays."""
        sort_key = f"{STEP}{step.again}#{'GONE' if step.gone else ''}{step.index:06d}"
        self._put_once(
            self._steps(
                self._pk(receipt_id),
                sort_key,
                index=step.index,
                again=step.again or None,
                counts=step.counts.as_dict(),
                gone=step.gone,
            )
        )

    def decide(self, undo: Undo) -> Undo:
        """Store the outcome unless one is stored already; return the one that is there."""
        self._save(self._item(undo), self._undos.finished_at.does_not_exist())
        return self._stored(undo.receipt_id)

    def close(self, undo: Undo) -> None:
        """Note that the answer is out."""
        self._undos(self._pk(undo.receipt_id), UNDO).update([self._undos.answered.set(True)])

    def release_content(self, receipt: Receipt) -> None:
        """Forget that a file's content was accepted, so that the same content is no duplicate any more."""
        item = self._contents(self._receipts.content_pk(receipt, receipt.sha256), CONTENT)
        try:
            item.delete(condition=self._contents.receipt_id == receipt.receipt_id)
        except DeleteError as error:
            _expect(error)

    def receipt(self, receipt_id: str) -> Receipt | None:
        """Return a receipt, or None."""
        return self._receipts.find(receipt_id)

    def received(self, provider: str) -> Iterator[Receipt]:
        """Yield all receipts of a provider. One of the last second may still be missing."""
        return self._receipts.listed(provider, None)

    def _stored(self, receipt_id: str) -> Undo:
        item = self._undos.get(self._pk(receipt_id), UNDO, consistent_read=True)
        return Undo(
            receipt_id=item.receipt_id,
            by=item.requested_by,
            reason=item.reason,
            started_at=_moment(item.started_at),
            counts=TakenBack(**item.counts),
            applied_again=tuple(item.applied_again),
            not_applied_again=tuple(item.not_applied_again),
            finished_at=_moment(item.finished_at) if item.finished_at else None,
            answered=item.answered,
        )

    def _item(self, undo: Undo) -> UndoItem:
        return self._undos(
            self._pk(undo.receipt_id),
            UNDO,
            receipt_id=undo.receipt_id,
            requested_by=undo.by,
            reason=undo.reason,
            started_at=undo.started_at,
            counts=undo.counts.as_dict(),
            applied_again=list(undo.applied_again),
            not_applied_again=list(undo.not_applied_again),
            finished_at=undo.finished_at,
        )

    def _put_once(self, item: TableItem) -> None:
        self._save(item, type(item).pk.does_not_exist())

    def _save(self, item: TableItem, condition: Condition) -> None:
        try:
            item.save(condition=condition)
        except PutError as error:
            _expect(error)

    def _pk(self, receipt_id: str) -> str:
        return f"{self._municipality}#RECEIPT#{receipt_id}"


def _expect(error: PutError | DeleteError) -> None:
    """Raise the error again unless a condition was not met."""
    if error.cause_response_code != _CONDITION:
        raise error


def _moment(value: datetime) -> datetime:
    return value if value.tzinfo else value.replace(tzinfo=UTC)
