"""The `Linkage` table: receipts, their ledger, and which content was accepted first.

| item | pk | sk |
|---|---|---|
| receipt | 団体コード#RECEIPT#id | RECEIPT (index by_provider: 団体コード#PROVIDER#id, received_at#id) |
| ledger | 団体コード#RECEIPT#id | CHUNK#index |
| content | 団体コード#CONTENT#interface-branch#mode#version#sha256 | CONTENT |
| held back for | 団体コード#HOLDING | receipt id |
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from pynamodb.exceptions import PutError, UpdateError
from pynamodb.expressions.update import Action

from kyotsu.contracts.rows import Counts
from kyotsu.linkage.holding_table import HoldingTable
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.receipt_items import ChunkItem, ContentItem, ReceiptItem
from kyotsu.linkage.receipts import Chunk, ChunkResult, Reason, Receipt, Scan, Status
from kyotsu.runtime.tables import bound

RECEIPT = "RECEIPT"
CONTENT = "CONTENT"


class ReceiptTable:
    """`Receipts` on DynamoDB. Conditions let the first of several writers win; the others read what it wrote."""

    def __init__(self, table: str, municipality: str) -> None:
        self._municipality = municipality
        self._receipts = bound(ReceiptItem, table)
        self._chunks = bound(ChunkItem, table)
        self._contents = bound(ContentItem, table)
        self._holding = HoldingTable(table, municipality)

    def open(self, receipt: Receipt) -> Receipt:
        """Store a receipt unless it is there already; return the one that is there."""
        pk = self._pk(receipt.receipt_id)
        item = self._receipts(
            pk,
            RECEIPT,
            gsi1pk=f"{self._municipality}#PROVIDER#{receipt.provider}",
            gsi1sk=f"{_sort_key(receipt.received_at)}#{receipt.receipt_id}",
            bucket=receipt.ref.bucket,
            object_key=receipt.ref.key,
            version_id=receipt.ref.version_id,
            municipality=receipt.municipality,
            provider=receipt.provider,
            received_at=receipt.received_at,
            holds=receipt.holds,
        )
        absent = self._receipts.pk.does_not_exist()
        stored = self._holding.save(item, receipt, absent) if receipt.holds else _unless_there(item, absent)
        return receipt if stored else self.get(receipt.receipt_id)

    def let_go(self, receipt: Receipt) -> None:
        """Hold no delivery back for it any more; may be repeated."""
        self._holding.let_go(receipt)

    def holding(self) -> bool:
        """Tell whether a file that protects people was received and is not applied yet."""
        return self._holding.holding()

    def get(self, receipt_id: str) -> Receipt:
        """Return a receipt; raises DoesNotExist of the model."""
        return _receipt(self._receipts.get(self._pk(receipt_id), RECEIPT, consistent_read=True))

    def find(self, receipt_id: str) -> Receipt | None:
        """Return a receipt, or None."""
        try:
            return self.get(receipt_id)
        except self._receipts.DoesNotExist:
            return None

    def listed(self, provider: str, limit: int | None) -> Iterator[Receipt]:
        """Yield a provider's receipts (None: all), latest first. One of the last second may still be missing."""
        partition = f"{self._municipality}#PROVIDER#{provider}"
        for item in self._receipts.by_provider.query(partition, scan_index_forward=False, limit=limit):
            yield _receipt(item)

    def received(self, provider: str, since: datetime, until: datetime) -> Iterator[Receipt]:
        """Yield a provider's receipts from one moment until another. One of the last second may be missing."""
        partition, keys = f"{self._municipality}#PROVIDER#{provider}", self._receipts.gsi1sk
        # Ids sort after nothing, so that the end itself stays outside.
        for item in self._receipts.by_provider.query(partition, keys.between(_sort_key(since), _sort_key(until))):
            yield _receipt(item)

    def save_scan(self, receipt: Receipt, scan: Scan) -> None:
        """Keep how the file is cut into chunks."""
        chunks = [[chunk.start, chunk.end, chunk.line, chunk.starts_group] for chunk in scan.chunks]
        value = {"rows": scan.rows, "sha256": scan.sha256, "chunks": chunks}
        self._item(receipt).update([self._receipts.scan_result.set(value)])

    def ledger(self, receipt: Receipt) -> Sequence[ChunkResult]:
        """Return the results of the chunks applied so far, in order."""
        condition = self._chunks.sk.startswith("CHUNK#")
        found = self._chunks.query(self._pk(receipt.receipt_id), condition, consistent_read=True)
        return [ChunkResult(int(item.index), Counts(**item.counts), int(item.problems)) for item in found]

    def record_chunk(self, receipt: Receipt, result: ChunkResult) -> None:
        """Note that a chunk has been applied; the first note of a chunk stays."""
        item = self._chunks(
            self._pk(receipt.receipt_id),
            f"CHUNK#{result.index:06d}",
            index=result.index,
            counts=result.counts.as_dict(),
            problems=result.problems,
        )
        _unless_there(item, self._chunks.pk.does_not_exist())

    def accepted_content(self, receipt: Receipt, sha256: str) -> tuple[str, str] | None:
        """Return receipt id and key of the file whose same content was ACCEPTED first, or None."""
        try:
            item = self._contents.get(self.content_pk(receipt, sha256), CONTENT, consistent_read=True)
        except self._contents.DoesNotExist:
            return None
        return None if item.receipt_id == receipt.receipt_id else (item.receipt_id, item.object_key)

    def decide(self, receipt: Receipt) -> Receipt:
        """Store the outcome unless one is stored already; return the one that is there."""
        model = self._receipts
        outcome: list[Action] = [
            model.interface.set(receipt.interface),
            model.branch.set(receipt.branch),
            model.mode.set(receipt.mode),
            model.version.set(receipt.version),
            model.status.set(str(receipt.status)),
            model.counts.set(receipt.counts.as_dict()),
            model.sha256.set(receipt.sha256),
            model.problems.set(receipt.problems),
        ]
        if receipt.answered_at:
            outcome.append(model.answered_at.set(receipt.answered_at))
        if receipt.reason:
            outcome.append(model.reason.set({"code": receipt.reason.code, "message": receipt.reason.message}))
        try:
            self._item(receipt).update(outcome, condition=model.status.does_not_exist())
        except UpdateError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise
            return self.get(receipt.receipt_id)
        return receipt

    def claim_content(self, receipt: Receipt) -> None:
        """Note an ACCEPTED file's content, unless another file has it already."""
        pk = self.content_pk(receipt, receipt.sha256)
        item = self._contents(pk, CONTENT, receipt_id=receipt.receipt_id, object_key=receipt.ref.key)
        _unless_there(item, self._contents.pk.does_not_exist())

    def close(self, receipt: Receipt) -> None:
        """Note that the answer is out."""
        self._item(receipt).update([self._receipts.answered.set(True)])

    def _item(self, receipt: Receipt) -> ReceiptItem:
        return self._receipts(self._pk(receipt.receipt_id), RECEIPT)

    def _pk(self, receipt_id: str) -> str:
        return f"{self._municipality}#RECEIPT#{receipt_id}"

    def content_pk(self, receipt: Receipt, sha256: str) -> str:
        """Return the partition that tells whose content was accepted first."""
        name = f"{receipt.interface}-{receipt.branch}#{receipt.mode}#{receipt.version}"
        return f"{self._municipality}#CONTENT#{name}#{sha256}"


def _sort_key(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _unless_there(item: Any, absent: Any) -> bool:
    """Store an item unless it is there; tell whether it was stored."""
    try:
        item.save(condition=absent)
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return False
    return True


def _receipt(item: ReceiptItem) -> Receipt:
    return Receipt(
        ref=ObjectRef(item.bucket, item.object_key, item.version_id),
        municipality=item.municipality,
        provider=item.provider,
        received_at=_moment(item.received_at),
        interface=item.interface,
        branch=item.branch,
        mode=item.mode,
        version=item.version,
        status=Status(item.status) if item.status else None,
        counts=Counts(**(item.counts or {})),
        sha256=item.sha256,
        problems=int(item.problems),
        reason=Reason(**item.reason) if item.reason else None,
        answered_at=_moment(item.answered_at) if item.answered_at else None,
        answered=item.answered,
        scan=_scan(item.scan_result) if item.scan_result else None,
        holds=bool(item.holds),
    )


def _scan(value: dict[str, Any]) -> Scan:
    chunks = tuple(Chunk(index, *position) for index, position in enumerate(value["chunks"]))
    return Scan(value["rows"], value["sha256"], chunks)


def _moment(value: datetime) -> datetime:
    return value if value.tzinfo else value.replace(tzinfo=UTC)
