"""What an applicant reads in マイナポータル: `status/{application number}.json` in the portal's bucket."""

from __future__ import annotations

import functools
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import ClientError

from kyotsu.contracts.outcomes import by_code
from kyotsu.japanese.dates import JST
from kyotsu.runtime import clients
from kyotsu.runtime.settings import setting

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_ATTEMPTS = 10
_OTHERS_FIRST = frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict", "409"})


class StatusContendedError(Exception):
    """Others wrote the status first each time; trying again later is safe."""


class _Shown(msgspec.Struct):
    order: int


@dataclass(frozen=True, slots=True)
class BucketStatus:
    """`ApplicantStatus` on S3: each write replaces the object that was read, or reads again."""

    client: S3Client
    bucket: str

    def show(self, application_number: str, status: str, reason: str, at: datetime, order: int) -> None:
        """Show a status, unless a newer one is shown."""
        key = f"status/{application_number}.json"
        document: dict[str, Any] = {
            "application_number": application_number,
            "status": status,
            "reason": {"code": reason, "message": _sentence(reason)} if reason else None,
            "at": at.astimezone(JST).isoformat(timespec="seconds"),
            "order": order,
        }
        body = msgspec.json.encode(document)
        for _ in range(_ATTEMPTS):
            shown, tag = self._shown(key)
            if shown is not None and shown >= order and not shown == order == 0:
                return
            if self._replaced(key, body, tag):
                return
        raise StatusContendedError(application_number)

    def _shown(self, key: str) -> tuple[int | None, str]:
        try:
            response = self.client.get_object(Bucket=self.bucket, Key=key)
        except self.client.exceptions.NoSuchKey:
            return None, ""
        with closing(response["Body"]) as body:
            return msgspec.json.decode(body.read(), type=_Shown).order, response["ETag"]

    def _replaced(self, key: str, body: bytes, tag: str) -> bool:
        condition: Any = {"IfMatch": tag} if tag else {"IfNoneMatch": "*"}
        try:
            self.client.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType="application/json", **condition)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") not in _OTHERS_FIRST:
                raise
            return False
        return True


def _sentence(code: str) -> str:
    """Return an outcome's sentence. Which item it is about stands in the answer beside the document."""
    return by_code(code).sentence(place="内容")


@functools.cache
def applicant_status() -> BucketStatus:
    """Return what applicants are shown. Setting: APPLICATION_BUCKET."""
    return BucketStatus(clients.s3(), setting("APPLICATION_BUCKET"))
