"""Bringing a decided outcome to its readers: the answer beside the file, the errors file, the event."""

from __future__ import annotations

from collections.abc import Iterator

from kyotsu.contracts.events import FileAnswered
from kyotsu.linkage import answers, keys
from kyotsu.linkage.ports import Events, Objects, Receipts
from kyotsu.linkage.receipts import Receipt, Status


def publish(receipt: Receipt, objects: Objects, receipts: Receipts, events: Events) -> None:
    """Write a decided receipt's answer, tell the event bus and close the receipt. A repeat writes the same again."""
    if receipt.status is Status.ACCEPTED and receipt.counts.read:
        receipts.claim_content(receipt)
    bucket = receipt.ref.bucket
    if receipt.problems:
        objects.write(bucket, keys.errors_key(receipt.ref), _errors(receipt, objects, receipts), answers.CSV)
    body = answers.answer_body(receipt)
    objects.write(bucket, keys.answer_key(receipt.ref), iter([body]), answers.JSON)
    events.file_answered(_event(receipt))
    receipts.close(receipt)


def _errors(receipt: Receipt, objects: Objects, receipts: Receipts) -> Iterator[bytes]:
    yield answers.ERRORS_HEADER
    for result in receipts.ledger(receipt):
        if result.problems:
            yield objects.fragment(receipt.receipt_id, result.index)


def _event(receipt: Receipt) -> FileAnswered:
    return FileAnswered(
        event_id=receipt.receipt_id,
        municipality=receipt.municipality,
        receipt_id=receipt.receipt_id,
        provider=receipt.provider,
        object_key=receipt.ref.key,
        version_id=receipt.ref.version_id,
        status=str(receipt.status),
        answered_at=str(receipt.answer()["answered_at"]),
    )
