"""What a recipient and a provider read about deliveries: Japanese, with the times of Japan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome
from kyotsu.japanese.dates import JST
from kyotsu.linkage.deliveries import Delivery, End, Part, State, key_of

ACK_SUFFIX = ".ack.json"
ACK_ERROR_SUFFIX = ".ack-error.json"


def body_of(document: Any) -> bytes:
    """Return a document as JSON, indented for the person who opens it."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def manifest(delivery: Delivery, part: Part) -> dict[str, Any]:
    """Return what stands beside a part. It depends on nothing but the part and what went before it."""
    after = delivery.offering(part)
    return {
        "delivery_id": delivery.delivery_id,
        "receipt_id": delivery.receipt_id,
        "provider": delivery.provider,
        "recipient": delivery.recipient,
        "interface": delivery.interface,
        "source_file": delivery.source_key.rpartition("/")[2],
        "attempt": delivery.attempt,
        "replaces": f"{delivery.lane}-{delivery.reoffer_of:06d}" if delivery.reoffer_of else None,
        "object_key": key_of(delivery.stem, part.part),
        "part": part.part,
        "last": part.last,
        "parts": part.part if part.last else None,
        "rows": part.rows,
        "rows_so_far": after.rows,
        "rows_without_address": part.withheld_rows,
        "size": part.size,
        "sha256": part.sha256,
        "columns": list(part.columns),
        "offered_at": part.made_at,
        "deadline": japanese(after.deadline),
        "how_to_acknowledge": (
            f"受領後、{key_of(delivery.stem, part.part, ACK_SUFFIX)} に"
            f'{{"state":"ACKNOWLEDGED","sha256":"{part.sha256}"}} を置いてください。'
            "取得のみの場合は FETCHED、受け取れない場合は REFUSED と message を設定してください。"
        ),
    }


def undone_notice(delivery: Delivery) -> dict[str, Any]:
    """Return what tells a recipient that the file of a delivery was taken back."""
    return {
        "delivery_id": delivery.delivery_id,
        "receipt_id": delivery.receipt_id,
        "state": "UNDONE",
        "undone_at": japanese(delivery.undone_at),
        "code": outcomes.DELIVERY_UNDONE.code,
        "message": outcomes.DELIVERY_UNDONE.sentence(),
    }


def undelivered_report(deliveries: Sequence[Delivery]) -> dict[str, Any]:
    """Return what tells a provider which recipients did not get a file of its."""
    first = deliveries[0]
    return {
        "receipt_id": first.receipt_id,
        "object_key": first.source_key,
        "status": "UNDELIVERED",
        "recipients": [_undelivered(d) for d in sorted(deliveries, key=lambda d: (d.recipient, d.number))],
    }


def why(delivery: Delivery) -> Outcome:
    """Return why a delivery did not reach its recipient."""
    if delivery.ended is End.SOURCE_GONE:
        return outcomes.DELIVERY_SOURCE_GONE
    if delivery.state is State.REFUSED or delivery.refused:
        return outcomes.DELIVERY_REFUSED
    if delivery.ended is End.SET_ASIDE or not delivery.complete:
        return outcomes.DELIVERY_NOT_OFFERED
    return outcomes.DELIVERY_NOT_ACKNOWLEDGED


def japanese(moment: datetime | None) -> str | None:
    """Return a moment as contracts show it."""
    return moment.astimezone(JST).isoformat(timespec="milliseconds") if moment else None


def _undelivered(delivery: Delivery) -> dict[str, Any]:
    outcome = why(delivery)
    return {
        "recipient": delivery.recipient,
        "delivery_id": delivery.delivery_id,
        "offered_parts": delivery.parts,
        "deadline": japanese(delivery.deadline),
        "not_delivered_at": japanese(delivery.not_delivered_at),
        "code": outcome.code,
        "message": outcome.sentence(),
    }
