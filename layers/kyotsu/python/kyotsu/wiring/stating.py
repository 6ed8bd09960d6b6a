"""Statements of completeness of a deployment."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from kyotsu.catalogue.loading import layer_root, load_catalogue
from kyotsu.linkage.answers import JSON
from kyotsu.linkage.delivery_table import DeliveryTable
from kyotsu.linkage.stating import Stating
from kyotsu.linkage.table import ReceiptTable
from kyotsu.runtime import clients
from kyotsu.runtime.audit.store import AuditBucket
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.objects import S3Objects
from kyotsu.runtime.settings import setting

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class Statements:
    """`kyotsu.linkage.statement_chain.StatementObjects` on S3: the audit trail's bucket, and the providers'."""

    client: S3Client
    audit_bucket: str
    provider_prefix: str

    def create(self, key: str, body: bytes) -> bool:
        """Write an object durably unless there is one; tell whether it was written."""
        return self._audit.create(key, body, JSON)

    def find(self, key: str) -> bytes | None:
        """Return an object, or None."""
        return self._audit.find(key)

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys below a prefix, in order."""
        return self._audit.keys(prefix)

    def folders(self, prefix: str) -> Iterator[str]:
        """Yield what stands between a prefix and the next slash, in order."""
        return self._audit.folders(prefix)

    def copy(self, provider: str, key: str, body: bytes) -> None:
        """Write a provider's copy, unless it is there."""
        S3Objects(self.client).create(self.provider_prefix + provider, key, body, JSON)

    @property
    def _audit(self) -> AuditBucket:
        return AuditBucket(self.client, self.audit_bucket)


@functools.cache
def stating(*, at_once: bool = False) -> Stating:
    """Return what makes statements; `at_once` has no patience with receipts of files from before midnight."""
    municipality, table = setting("MUNICIPALITY"), setting("LINKAGE_TABLE")
    return Stating(
        municipality=municipality,
        catalogue=load_catalogue(layer_root()),
        receipts=ReceiptTable(table, municipality),
        deliveries=DeliveryTable(table, municipality),
        objects=Statements(clients.s3(), setting("AUDIT_BUCKET"), setting("BUCKET_PREFIX")),
        clock=SystemClock(),
        grace=timedelta() if at_once else timedelta(minutes=int(setting("GRACE_MINUTES"))),
        patience=int(setting("OPEN_DAYS")),
    )
