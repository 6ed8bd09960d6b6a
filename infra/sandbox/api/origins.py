"""Distributions: the objects of a bucket under a loopback address of their own, for whoever its policy lets read."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import ClientError

from infra.sandbox.api.callers import Callers
from infra.sandbox.api.listener import Listener
from infra.sandbox.api.messages import Request, Response

SERVICE = "cloudfront.amazonaws.com"
_LARGEST_BODY = 1 << 16
_REFUSED = Response(403, (("Content-Type", "application/xml"),), b"<Error><Code>AccessDenied</Code></Error>")
# Any: moto's clients have no type here.
Client = Callable[[str], Any]


class Origins:
    """The distributions of a sandbox, each with a port of its own, from their making to the end of the context."""

    def __init__(self) -> None:
        self._at_end = ExitStack()

    def __enter__(self) -> Origins:
        return self

    def __exit__(self, *_: object) -> None:
        self._at_end.close()

    def serve(self, distribution: Distribution) -> str:
        """Serve a distribution on a free port and return its authority (`127.0.0.1:50123`)."""
        listener = Listener(0, distribution.answer, largest_body=_LARGEST_BODY)
        return self._at_end.enter_context(listener).authority


@dataclass(frozen=True)
class Distribution:
    """One bucket to the public, object by object; `client` gives the operator's client of a service."""

    arn: str
    bucket: str
    client: Client
    callers: Callers

    def answer(self, request: Request) -> Response:
        """Answer with the object that the path names. What may not be read and what is not there look the same."""
        key = unquote(request.path.removeprefix("/"))
        if request.method not in ("GET", "HEAD") or not key or not self._may_read(key):
            return _REFUSED
        try:
            found = self.client("s3").get_object(Bucket=self.bucket, Key=key)
        except ClientError:
            return _REFUSED
        headers = [("Content-Type", found["ContentType"]), ("ETag", found["ETag"])]
        headers.append(("Last-Modified", format_datetime(found["LastModified"].astimezone(UTC), usegmt=True)))
        if "CacheControl" in found:
            headers.append(("Cache-Control", found["CacheControl"]))
        return Response(200, tuple(headers), found["Body"].read())

    def _may_read(self, key: str) -> bool:
        return self.callers.lets(SERVICE, "s3:GetObject", f"arn:aws:s3:::{self.bucket}/{key}", self.arn)
