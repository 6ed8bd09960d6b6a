"""In-memory adapters of the ports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from kyotsu.contracts.events import FileAnswered
from kyotsu.linkage.grouping import Group
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.ports import ObjectGoneError, OpenedObject
from kyotsu.linkage.receipts import ChunkResult, Receipt, Scan, Status
from kyotsu.residents.applier import Head, StoredVersion
from kyotsu.residents.versions import Entry


@dataclass
class MemoryObjects:
    """Versioned buckets."""

    versions: dict[ObjectRef, tuple[dict[str, str], bytes]] = field(default_factory=dict)
    written: dict[tuple[str, str], bytes] = field(default_factory=dict)
    fragments: dict[tuple[str, int], bytes] = field(default_factory=dict)
    block_bytes: int = 7_000

    def put(self, bucket: str, key: str, body: bytes, metadata: dict[str, str] | None = None) -> ObjectRef:
        """Store a new version and return its reference."""
        ref = ObjectRef(bucket, key, f"v{len(self.versions) + 1}")
        self.versions[ref] = (metadata or {}, body)
        return ref

    @contextmanager
    def open(self, ref: ObjectRef) -> Iterator[OpenedObject]:
        metadata, body = self._get(ref)
        size = self.block_bytes
        yield OpenedObject(metadata, (body[i : i + size] for i in range(0, len(body), size)))

    def read(self, ref: ObjectRef, start: int, end: int) -> bytes:
        return self._get(ref)[1][start:end]

    def write(self, bucket: str, key: str, body: Iterator[bytes], content_type: str) -> None:
        self.written[bucket, key] = b"".join(body)

    def create(self, bucket: str, key: str, body: bytes, content_type: str) -> bool:
        return self.written.setdefault((bucket, key), body) is body

    def find(self, bucket: str, key: str) -> bytes | None:
        return self.written.get((bucket, key))

    def delete(self, bucket: str, key: str) -> None:
        self.written.pop((bucket, key), None)

    def put_fragment(self, receipt_id: str, index: int, body: bytes) -> None:
        self.fragments[receipt_id, index] = body

    def fragment(self, receipt_id: str, index: int) -> bytes:
        if (receipt_id, index) not in self.fragments:
            raise ObjectGoneError
        return self.fragments[receipt_id, index]

    def _get(self, ref: ObjectRef) -> tuple[dict[str, str], bytes]:
        if ref not in self.versions:
            raise ObjectGoneError
        return self.versions[ref]


@dataclass
class MemoryReceipts:
    """Receipts, ledger and accepted content."""

    receipts: dict[str, Receipt] = field(default_factory=dict)
    chunks: dict[str, dict[int, ChunkResult]] = field(default_factory=dict)
    contents: dict[tuple[str, ...], tuple[str, str]] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)

    def open(self, receipt: Receipt) -> Receipt:
        if receipt.receipt_id not in self.receipts and receipt.holds:
            self.held.add(receipt.receipt_id)
        return self.receipts.setdefault(receipt.receipt_id, receipt)

    def let_go(self, receipt: Receipt) -> None:
        self.held.discard(receipt.receipt_id)

    def holding(self) -> bool:
        return bool(self.held)

    def find(self, receipt_id: str) -> Receipt | None:
        return self.receipts.get(receipt_id)

    def get(self, receipt_id: str) -> Receipt:
        return self.receipts[receipt_id]

    def save_scan(self, receipt: Receipt, scan: Scan) -> None:
        self.receipts[receipt.receipt_id] = replace(self.receipts[receipt.receipt_id], scan=scan)

    def ledger(self, receipt: Receipt) -> Sequence[ChunkResult]:
        chunks = self.chunks.get(receipt.receipt_id, {})
        return [chunks[index] for index in sorted(chunks)]

    def record_chunk(self, receipt: Receipt, result: ChunkResult) -> None:
        self.chunks.setdefault(receipt.receipt_id, {}).setdefault(result.index, result)

    def accepted_content(self, receipt: Receipt, sha256: str) -> tuple[str, str] | None:
        found = self.contents.get(_content(receipt, sha256))
        return None if found is None or found[0] == receipt.receipt_id else found

    def decide(self, receipt: Receipt) -> Receipt:
        stored = self.receipts[receipt.receipt_id]
        if stored.status is None:
            self.receipts[receipt.receipt_id] = replace(receipt, scan=stored.scan)
        return self.receipts[receipt.receipt_id]

    def claim_content(self, receipt: Receipt) -> None:
        self.contents.setdefault(_content(receipt, receipt.sha256), (receipt.receipt_id, receipt.ref.key))

    def close(self, receipt: Receipt) -> None:
        self.receipts[receipt.receipt_id] = replace(self.receipts[receipt.receipt_id], answered=True)


@dataclass
class MemoryResidents:
    """The append-only set of residents."""

    stored: dict[str, Head] = field(default_factory=dict)
    versions: dict[tuple[str, tuple[object, ...]], StoredVersion] = field(default_factory=dict)
    retractions: set[tuple[str, str]] = field(default_factory=set)
    writes: int = 0

    def heads(self, numbers: Iterable[str]) -> dict[str, Head]:
        return {number: self.stored.get(number, Head(number, 0, ())) for number in numbers}

    def put_versions(self, versions: Sequence[StoredVersion]) -> None:
        for version in versions:
            self.writes += 1
            self.versions[version.addressee_number, version.entry.identity] = version

    def put_retractions(self, numbers: Sequence[str], receipt_id: str) -> None:
        self.retractions |= {(number, receipt_id) for number in numbers}

    def replace_heads(self, heads: Sequence[Head]) -> set[str]:
        lost = set()
        for head in heads:
            stored = self.stored.get(head.addressee_number)
            if (stored.revision if stored else 0) != head.revision - 1:
                lost.add(head.addressee_number)
                continue
            self.stored[head.addressee_number] = head
        return lost

    def values(self, number: str, entry: Entry) -> tuple[str, list[str]]:
        version = self.versions[number, entry.identity]
        return version.layout, list(version.values)


@dataclass
class MemoryLargeFiles:
    """Files handed over, with the groups they came in; whoever plays the state machine takes them from here."""

    started: dict[str, Sequence[Group]] = field(default_factory=dict)

    def start(self, receipt: Receipt, groups: Sequence[Group]) -> None:
        self.started.setdefault(receipt.receipt_id, tuple(groups))


@dataclass
class MemoryEvents:
    """Published events by id."""

    answered: list[FileAnswered] = field(default_factory=list)

    def file_answered(self, event: FileAnswered) -> None:
        self.answered.append(event)


@dataclass
class FixedClock:
    """A clock that only moves when told."""

    moment: datetime = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def move(self, by: timedelta) -> None:
        self.moment += by


def _content(receipt: Receipt, sha256: str) -> tuple[str, ...]:
    return (receipt.interface, receipt.branch, receipt.mode, receipt.version, sha256)


__all__ = [
    "FixedClock",
    "MemoryEvents",
    "MemoryLargeFiles",
    "MemoryObjects",
    "MemoryReceipts",
    "MemoryResidents",
    "Status",
]
