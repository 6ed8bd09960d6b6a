"""What the functions that take documents of マイナポータル and watch over cases are made of."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from kyotsu.moving.filing import Filing
from kyotsu.moving.intake import Intake
from kyotsu.moving.receiving_documents import NUMBERS, ReceivingDocuments
from kyotsu.moving.referred_numbers import ReferredNumbers
from kyotsu.moving.watching import Watch
from kyotsu.runtime import clients
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.settings import setting
from kyotsu.wiring.moving import cases, fingerprints, machines, papers, rules, starting
from kyotsu.wiring.moving_status import applicant_status

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_GONE = frozenset({"NoSuchKey", "NoSuchVersion", "404", "MethodNotAllowed", "405"})
_LONGEST_NUMBER = 64


@dataclass(frozen=True, slots=True)
class PortalDocuments:
    """`kyotsu.moving.receiving_documents.Documents` on S3."""

    client: S3Client
    bucket: str

    def read(self, key: str, version_id: str, limit: int) -> bytes | None:
        """Return a version, or its beginning; None: it is gone."""
        try:
            response = self.client.get_object(Bucket=self.bucket, Key=key, VersionId=version_id)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") not in _GONE:
                raise
            return None
        with closing(response["Body"]) as body:
            return bytes(body.read(limit + 1))

    def answer(self, key: str, body: bytes) -> None:
        """Write an answer."""
        self.client.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType="application/json")

    def remove(self, key: str, version_id: str) -> None:
        """Remove a version: the bucket keeps nothing of it."""
        self.client.delete_object(Bucket=self.bucket, Key=key, VersionId=version_id)


@dataclass(frozen=True, slots=True)
class PortalNumbers:
    """`kyotsu.moving.referred_numbers.IndividualNumbers` in objects `inbox/kojinbango/{reference}` of the same bucket.

    Where 個人番号 really come from is not public: another adapter can take this one's place.
    """

    client: S3Client
    bucket: str

    def resolve(self, reference: str) -> str | None:
        """Return what an object holds, if it can be a 個人番号 at all."""
        try:
            response = self.client.get_object(Bucket=self.bucket, Key=NUMBERS + reference)
        except self.client.exceptions.NoSuchKey:
            return None
        with closing(response["Body"]) as body:
            return bytes(body.read(_LONGEST_NUMBER)).decode(errors="replace").strip()

    def discard(self, references: Iterable[str]) -> None:
        """Remove every version of the objects."""
        for reference in references:
            key = NUMBERS + reference
            pages = self.client.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=key)
            for page in pages:
                for version in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
                    if version["Key"] == key:  # the prefix is another reference's, too
                        self.client.delete_object(Bucket=self.bucket, Key=key, VersionId=version["VersionId"])


@functools.cache
def intake() -> Intake:
    """Return what takes documents."""
    return Intake(
        municipality=setting("MUNICIPALITY"),
        filing=Filing(frozenset(setting("ACCEPTED_MUNICIPALITIES").split(",")), rules()),
        cases=cases(),
        papers=papers(),
        starting=starting(),
        numbers=ReferredNumbers(papers(), PortalNumbers(clients.s3(), setting("APPLICATION_BUCKET"))),
        fingerprints=fingerprints(),
        status=applicant_status(),
        clock=SystemClock(),
    )


@functools.cache
def receiving_documents() -> ReceivingDocuments:
    """Return what receives documents."""
    documents = PortalDocuments(clients.s3(), setting("APPLICATION_BUCKET"))
    return ReceivingDocuments(intake(), documents, SystemClock())


def case_watch(failure: Callable[[str, Exception], None]) -> Watch:
    """Return the watch over cases; `failure` is told of cases it could not look at."""
    return Watch(
        cases=cases(),
        machines=machines(),
        starting=starting(),
        clock=SystemClock(),
        most_generations=int(setting("MOST_GENERATIONS")),
        failure=failure,
    )
