"""The bucket of the audit trail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class AuditBucket:
    """Objects that are written once. Needs PutObject to write; GetObject and ListBucket to read."""

    client: S3Client
    bucket: str

    def create(self, key: str, body: bytes, content_type: str = _TYPE) -> bool:
        """Write an object durably unless there is one; tell whether it was written."""
        try:
            # The checksum is what a bucket with Object Lock asks of every write.
            self.client.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=body,
                ContentType=content_type,
                IfNoneMatch="*",
                ChecksumAlgorithm="SHA256",
            )
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != "PreconditionFailed":
                raise
            return False
        return True

    def find(self, key: str) -> bytes | None:
        """Return an object, or None."""
        try:
            with closing(self.client.get_object(Bucket=self.bucket, Key=key)["Body"]) as body:
                return body.read()
        except self.client.exceptions.NoSuchKey:
            return None

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys below a prefix, in order."""
        for page in self._pages(Prefix=prefix):
            yield from (entry["Key"] for entry in page.get("Contents", []))

    def folders(self, prefix: str) -> Iterator[str]:
        """Yield what stands between a prefix and the next slash, in order."""
        for page in self._pages(Prefix=prefix, Delimiter="/"):
            found = (entry["Prefix"] for entry in page.get("CommonPrefixes", []))
            yield from (name.removeprefix(prefix).removesuffix("/") for name in found)

    def _pages(self, **request: Any) -> Iterator[Any]:
        return iter(self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, **request))
