"""The audit trail of a deployment."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from kyotsu.contracts.audit import AuditTrail
from kyotsu.runtime import clients
from kyotsu.runtime.audit.digests import Digesting
from kyotsu.runtime.audit.index import AuditTable
from kyotsu.runtime.audit.seeing import Seeing
from kyotsu.runtime.audit.store import AuditBucket
from kyotsu.runtime.audit.verifying import Verifying
from kyotsu.runtime.audit.writing import ChainedTrail
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.settings import setting

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


@functools.cache
def audit_trail() -> AuditTrail:
    """Return the trail that this function adds to. Needs the settings MUNICIPALITY, AUDIT_BUCKET, AUDIT_TABLE,
    AUDIT_DAYS and POWERTOOLS_SERVICE_NAME, and the rights of infra.constructs.audit_access."""
    return ChainedTrail(
        setting("MUNICIPALITY"),
        source_of(setting("POWERTOOLS_SERVICE_NAME")),
        AuditBucket(clients.s3(), setting("AUDIT_BUCKET")),
        AuditTable(setting("AUDIT_TABLE"), setting("MUNICIPALITY"), timedelta(days=int(setting("AUDIT_DAYS")))),
        SystemClock(),
    )


@functools.cache
def digesting(*, at_once: bool = False) -> Digesting:
    """Return what makes digests; `at_once` has no patience with records from before midnight."""
    municipality = setting("MUNICIPALITY")
    return Digesting(
        municipality,
        AuditBucket(clients.s3(), setting("AUDIT_BUCKET")),
        AuditTable(setting("AUDIT_TABLE"), municipality, timedelta(days=int(setting("AUDIT_DAYS")))),
        SystemClock(),
        timedelta() if at_once else timedelta(minutes=int(setting("GRACE_MINUTES"))),
    )


def source_of(function: str) -> str:
    """Return what a function is called in the trail: `linkage/deliver_files` is `linkage-deliver_files`."""
    return function.replace("/", "-")


def operators_trail(client: S3Client, municipality: str, outputs: Mapping[str, str]) -> AuditTrail:
    """Return the trail that the `kyotsu` command adds to, by the outputs of the deployment's stacks."""
    objects, index = _stored(client, municipality, outputs)
    return ChainedTrail(municipality, "cli", objects, index, SystemClock())


def seeing(client: S3Client, municipality: str, outputs: Mapping[str, str]) -> Seeing:
    """Return what reads the trail by person."""
    return Seeing(*_stored(client, municipality, outputs))


def verifying(client: S3Client, municipality: str, outputs: Mapping[str, str]) -> Verifying:
    """Return what looks for anything that was changed in the trail."""
    return Verifying(municipality, *_stored(client, municipality, outputs))


def _stored(client: S3Client, municipality: str, outputs: Mapping[str, str]) -> tuple[AuditBucket, AuditTable]:
    kept = timedelta(days=int(outputs["AuditDays"]))
    return AuditBucket(client, outputs["AuditBucket"]), AuditTable(outputs["AuditTable"], municipality, kept)
