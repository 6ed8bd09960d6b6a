"""JSON documents in Secrets Manager, and in a bucket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_secretsmanager import SecretsManagerClient

_NAMESPACE = UUID("6f1f9f5c-1f7d-4f0f-9f59-0a6a4f6c6a50")


class RevisionTakenError(Exception):
    """Somebody else wrote another content as this revision."""


@dataclass(frozen=True, slots=True)
class SecretDocuments:
    """Documents under names with a common prefix."""

    client: SecretsManagerClient
    prefix: str
    key: str = ""
    """ARN of the key that new ones are encrypted with; only who makes new ones needs it."""

    def read(self, name: str) -> bytes | None:
        """Return a document, or None if there is none."""
        try:
            return self.client.get_secret_value(SecretId=self.prefix + name)["SecretString"].encode()
        except self.client.exceptions.ResourceNotFoundException:
            return None

    def write(self, name: str, revision: int, content: bytes) -> None:
        """Keep a document's revision, counted from 1; writing the same again changes nothing.

        Raises RevisionTakenError if this revision has another content already.
        """
        # Secrets Manager knows a version by this token, and refuses another content under it.
        token = str(uuid5(_NAMESPACE, f"{self.prefix}{name}#{revision}"))
        text = content.decode()
        taken = self.client.exceptions.ResourceExistsException
        try:
            if revision == 1:
                self.client.create_secret(
                    Name=self.prefix + name, KmsKeyId=self.key, SecretString=text, ClientRequestToken=token
                )
            else:
                self.client.put_secret_value(SecretId=self.prefix + name, SecretString=text, ClientRequestToken=token)
        except taken as error:
            raise RevisionTakenError from error


@dataclass(frozen=True, slots=True)
class BucketDocuments:
    """Documents that a public origin serves."""

    client: S3Client
    bucket: str

    def put(self, key: str, content: bytes, *, seconds: int) -> bool:
        """Write a document unless it stands there already; tell whether it was written.

        `seconds`: how long whoever reads it may keep it.
        """
        if self._read(key) == content:
            return False
        self.client.put_object(
            Bucket=self.bucket,
            Key=key,
            Body=content,
            ContentType="application/json",
            CacheControl=f"public, max-age={seconds}",
        )
        return True

    def _read(self, key: str) -> bytes | None:
        try:
            return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except self.client.exceptions.NoSuchKey:
            return None
