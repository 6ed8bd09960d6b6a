"""Bringing a decided outcome to its readers: the answer beside the file, the errors file, the event."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kyotsu.contracts.events import FileAnswered
from kyotsu.linkage import answers, keys
from kyotsu.linkage.ports import Events, Objects, Receipts
from kyotsu.linkage.receipts import Receipt, Status


def publish(receipt: Receipt, objects: Objects, receipts: Receipts, events: Events) -> None:
    """Write a decided receipt's answer, tell the event bus and close the receipt. A repeat writes the same again."""
    if receipt.holds:
        # Its rows are applied, and whoever hears of the answer may wake what waited.
        receipts.let_go(receipt)
    if receipt.status is Status.ACCEPTED and receipt.counts.read:
        receipts.claim_content(receipt)
    _answer(receipt, objects, receipts)
    events.file_answered(_event(receipt))
    receipts.close(receipt)


def _answer(receipt: Receipt, objects: Objects, receipts: Receipts) -> None:
    ref, body = receipt.ref, answers.answer_body(receipt)
    # Nearly every file is the first of its name and has nothing to tell about its rows: one call.
    if not receipt.problems and objects.create(ref.bucket, keys.answer_key(ref), body, answers.JSON):
        return
    taken = is_taken(receipt, objects.find(ref.bucket, keys.answer_key(ref)))
    errors = keys.errors_key(ref, taken=taken)
    if receipt.problems:
        objects.write(ref.bucket, errors, _errors(receipt, objects, receipts), answers.CSV)
    else:
        objects.delete(ref.bucket, errors)  # of an attempt that this one corrects
    objects.write(ref.bucket, keys.answer_key(ref, taken=taken), iter([body]), answers.JSON)


def is_taken(receipt: Receipt, found: bytes | None) -> bool:
    """Tell whether the answer that stands there is that of another key whose file came in.

    Two keys can have one name: in two folders, or as `.csv` and `.CSV`. An answer that only tells of a rejection may be
    overwritten: so does the file that was put into the right folder at last get its place.
    """
    try:
        standing = msgspec.json.decode(found or b"", type=_Standing)
    except msgspec.DecodeError:
        return False  # nothing, or nothing of ours
    return standing.object_key != receipt.ref.key and standing.status != Status.REJECTED


class _Standing(msgspec.Struct):
    """What matters of an answer that is there already."""

    object_key: str
    status: str


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
        interface=receipt.interface,
        branch=receipt.branch,
        mode=receipt.mode,
    )
