"""Receipts: what is known of a received file, from its arrival to its answer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from kyotsu.contracts.errors import KyotsuError
from kyotsu.contracts.rows import Counts
from kyotsu.japanese.dates import JST
from kyotsu.linkage.keys import ObjectRef


class Status(StrEnum):
    """How a file ended."""

    ACCEPTED = "ACCEPTED"
    PARTIALLY_ACCEPTED = "PARTIALLY_ACCEPTED"
    REJECTED = "REJECTED"
    DUPLICATE = "DUPLICATE"


@dataclass(frozen=True, slots=True)
class Chunk:
    """A row-aligned range of a file: bytes [start, end), whose first byte is on physical line `line`."""

    index: int
    start: int
    end: int
    line: int
    starts_group: bool = False
    """Nobody has rows both before this chunk and from it on, so that both sides may be applied at the same time."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What one pass over the whole file, before any effect, has found."""

    rows: int
    sha256: str
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True, slots=True)
class ChunkResult:
    """Ledger entry of an applied chunk."""

    index: int
    counts: Counts
    problems: int
    """Lines in the chunk's fragment of the errors file."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a file was not simply accepted."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """One version of one object on its way. `status` is None until the outcome is decided."""

    ref: ObjectRef
    municipality: str
    provider: str
    received_at: datetime
    interface: str = ""
    branch: str = ""
    mode: str = ""
    version: str = ""
    status: Status | None = None
    counts: Counts = field(default_factory=Counts)
    sha256: str = ""
    problems: int = 0
    reason: Reason | None = None
    answered_at: datetime | None = None
    answered: bool = False
    """The answer and its event are out; a repeat of the notification changes nothing more."""
    scan: Scan | None = None
    holds: bool = False
    """It may protect people: no delivery on whose people a decision is asked goes out until it is applied."""

    @property
    def receipt_id(self) -> str:
        """The id the answer shows."""
        return self.ref.receipt_id

    def refused(self, error: KyotsuError, now: datetime) -> Receipt:
        """Return the receipt as rejected for an outcome."""
        return self.decided(Status.REJECTED, now, reason=Reason(error.code, str(error)))

    def decided(self, status: Status, now: datetime, **changes: Any) -> Receipt:
        """Return the receipt with its outcome."""
        return replace(self, status=status, answered_at=now, **changes)

    def answer(self) -> dict[str, Any]:
        """Return the answer as it stands beside the file: Japanese time, names as in the published contract."""
        return {
            "receipt_id": self.receipt_id,
            "object_key": self.ref.key,
            "version_id": self.ref.version_id,
            "interface": self.interface,
            "branch": self.branch,
            "mode": self.mode,
            "version": self.version,
            "status": self.status,
            "counts": self.counts.as_dict(),
            "sha256": self.sha256,
            "received_at": _japanese(self.received_at),
            "answered_at": _japanese(self.answered_at),
            "reason": {"code": self.reason.code, "message": self.reason.message} if self.reason else None,
        }


def _japanese(moment: datetime | None) -> str | None:
    return moment.astimezone(JST).isoformat(timespec="milliseconds") if moment else None
