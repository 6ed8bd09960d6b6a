"""Adapters from `runtime` to the ports of the contexts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from kyotsu.contracts.events import FileAnswered, FileUndone
from kyotsu.linkage.answers import CSV
from kyotsu.linkage.grouping import Group
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.ports import ObjectGoneError, OpenedObject
from kyotsu.linkage.receipts import Receipt
from kyotsu.runtime.events import EventBus
from kyotsu.runtime.executions import Executions
from kyotsu.runtime.objects import S3Objects, VersionGoneError


@dataclass(frozen=True, slots=True)
class LinkageObjects:
    """`kyotsu.linkage.ports.Objects` on S3."""

    s3: S3Objects
    work_bucket: str

    @contextmanager
    def open(self, ref: ObjectRef) -> Iterator[OpenedObject]:
        """Open exactly this version; raises ObjectGoneError."""
        try:
            with self.s3.stream(ref.bucket, ref.key, ref.version_id) as (metadata, blocks):
                yield OpenedObject({name.lower(): value for name, value in metadata.items()}, blocks)
        except VersionGoneError as error:
            raise ObjectGoneError from error

    def read(self, ref: ObjectRef, start: int, end: int) -> bytes:
        """Return bytes [start, end) of exactly this version; raises ObjectGoneError."""
        try:
            return self.s3.read(ref.bucket, ref.key, ref.version_id, start, end)
        except VersionGoneError as error:
            raise ObjectGoneError from error

    def write(self, bucket: str, key: str, body: Iterator[bytes], content_type: str) -> None:
        """Write an object of any size from pieces."""
        self.s3.upload(bucket, key, body, content_type)

    def create(self, bucket: str, key: str, body: bytes, content_type: str) -> bool:
        """Write a small object unless there is one; tell whether it was written."""
        return self.s3.create(bucket, key, body, content_type)

    def find(self, bucket: str, key: str) -> bytes | None:
        """Return a small object, or None."""
        return self.s3.find(bucket, key)

    def delete(self, bucket: str, key: str) -> None:
        """Delete an object; that there is none is no error."""
        self.s3.delete(bucket, key)

    def put_fragment(self, receipt_id: str, index: int, body: bytes) -> None:
        """Keep a chunk's part of the errors file until the file is answered."""
        self.s3.put(self.work_bucket, _fragment_key(receipt_id, index), body, CSV)

    def fragment(self, receipt_id: str, index: int) -> bytes:
        """Return a chunk's part of the errors file; raises ObjectGoneError if it is no longer kept."""
        fragment = self.s3.find(self.work_bucket, _fragment_key(receipt_id, index))
        if fragment is None:
            raise ObjectGoneError
        return fragment


@dataclass(frozen=True, slots=True)
class LinkageEvents:
    """`kyotsu.linkage.ports.Events` on EventBridge."""

    bus: EventBus

    def file_answered(self, event: FileAnswered) -> None:
        """Publish an answer."""
        self.bus.publish([event])

    def file_undone(self, event: FileUndone) -> None:
        """Publish that a file was taken back."""
        self.bus.publish([event])


@dataclass(frozen=True, slots=True)
class LargeFileMachine:
    """`kyotsu.linkage.ports.LargeFiles` on Step Functions."""

    executions: Callable[[], Executions]
    """Asked for when a file is handed over: the machine's own functions don't know the machine."""

    def start(self, receipt: Receipt, groups: Sequence[Group]) -> None:
        """Have a file's groups applied: `statemachines/receive_large_file.asl.json`."""
        numbers = [{"first": group.first, "last": group.last} for group in groups]
        self.executions().start(receipt.receipt_id, {"receipt_id": receipt.receipt_id, "groups": numbers})


def _fragment_key(receipt_id: str, index: int) -> str:
    return f"errors/{receipt_id}/{index:06d}.csv"
