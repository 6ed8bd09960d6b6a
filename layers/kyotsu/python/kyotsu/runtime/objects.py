"""S3: exact versions of providers' objects, answers, and fragments of errors files in our own bucket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

BLOCK_BYTES = 1024 * 1024
_GONE = frozenset({"NoSuchKey", "NoSuchVersion", "404", "MethodNotAllowed", "405"})
"""MethodNotAllowed: the version is a delete marker."""


class VersionGoneError(Exception):
    """This version of the object is no longer there."""


@dataclass(frozen=True, slots=True)
class S3Objects:
    """Reads and writes objects."""

    client: S3Client

    @contextmanager
    def stream(self, bucket: str, key: str, version_id: str) -> Iterator[tuple[dict[str, str], Iterator[bytes]]]:
        """Open one version: its user metadata and its blocks of up to 1 MiB. Raises VersionGoneError."""
        response = self._get(Bucket=bucket, Key=key, VersionId=version_id)
        with closing(response["Body"]) as body:
            yield response["Metadata"], body.iter_chunks(BLOCK_BYTES)

    def read(self, bucket: str, key: str, version_id: str, start: int, end: int) -> bytes:
        """Return bytes [start, end) of one version. Raises VersionGoneError."""
        response = self._get(Bucket=bucket, Key=key, VersionId=version_id, Range=f"bytes={start}-{end - 1}")
        with closing(response["Body"]) as body:
            return bytes(body.read())

    def get(self, bucket: str, key: str) -> bytes:
        """Return a whole object of our own."""
        with closing(self.client.get_object(Bucket=bucket, Key=key)["Body"]) as body:
            return body.read()

    def put(self, bucket: str, key: str, body: bytes, content_type: str) -> None:
        """Write a small object."""
        self.client.put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type)

    def create(self, bucket: str, key: str, body: bytes, content_type: str) -> bool:
        """Write a small object unless there is one; tell whether it was written."""
        try:
            self.client.put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type, IfNoneMatch="*")
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != "PreconditionFailed":
                raise
            return False
        return True

    def find(self, bucket: str, key: str) -> bytes | None:
        """Return a whole object, or None."""
        try:
            return self.get(bucket, key)
        except self.client.exceptions.NoSuchKey:
            return None

    def delete(self, bucket: str, key: str) -> None:
        """Delete an object: its bucket keeps the version, and lists the key no more."""
        self.client.delete_object(Bucket=bucket, Key=key)

    def upload(self, bucket: str, key: str, pieces: Iterator[bytes], content_type: str) -> None:
        """Write an object of any size; in several parts if it is large, and then all of it or nothing."""
        self.client.upload_fileobj(
            cast("BinaryIO", _Pieces(pieces)), bucket, key, ExtraArgs={"ContentType": content_type}
        )

    def _get(self, **request: Any) -> Any:
        try:
            return self.client.get_object(**request)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _GONE:
                raise VersionGoneError from error
            raise


class _Pieces:
    """A readable stream over pieces of bytes, for the S3 transfer manager."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, all there are if it is negative, none at the end."""
        parts, wanted = [self._rest], size - len(self._rest)
        while size < 0 or wanted > 0:
            piece = next(self._pieces, None)
            if piece is None:
                break
            parts.append(piece)
            wanted -= len(piece)
        data = b"".join(parts)
        cut = len(data) if size < 0 else size
        self._rest = data[cut:]
        return data[:cut]
