"""Requests to the token server as they arrive, and what is refused before anything of them is believed."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from kyotsu.access.errors import ClientRefusedError, RequestRefusedError
from kyotsu.contracts import outcomes

LARGEST_BODY = 16_384
LARGEST_HEADERS = 8_192
"""Bytes of all headers together; no client of ours needs half of it."""
MOST_FIELDS = 20
FORM = "application/x-www-form-urlencoded"
_CREDENTIALS = {"access_token", "client_assertion", "client_id", "client_secret", "scope", "token"}


@dataclass(frozen=True, slots=True)
class Request:
    """A POST request. Its parts are never logged."""

    headers: Mapping[str, Sequence[str]] = field(repr=False)
    """By name in small letters."""
    query: Mapping[str, Sequence[str]] = field(repr=False)
    body: bytes = field(repr=False)

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Request:
        """Return the request of an event of API Gateway (REST API, Lambda proxy); raises RequestRefusedError."""
        headers: dict[str, list[str]] = {}
        for name, values in (event.get("multiValueHeaders") or {}).items():
            headers.setdefault(name.lower(), []).extend(values)
        body = (event.get("body") or "").encode()
        if event.get("isBase64Encoded"):
            try:
                body = base64.b64decode(body, validate=True)
            except binascii.Error as error:
                raise RequestRefusedError(outcomes.REQUEST_MALFORMED) from error
        return cls(headers, event.get("multiValueQueryStringParameters") or {}, body)

    def form(self) -> dict[str, str]:
        """Return the form in the body; raises RequestRefusedError, also for a field that stands twice."""
        kind = "".join(self.headers.get("content-type", ())).partition(";")[0].strip().lower()
        if kind != FORM or len(self.body) > LARGEST_BODY:
            raise RequestRefusedError(outcomes.REQUEST_MALFORMED)
        try:
            fields = parse_qsl(
                self.body.decode(),
                keep_blank_values=True,
                strict_parsing=True,
                errors="strict",
                max_num_fields=MOST_FIELDS,
            )
        except ValueError as error:
            raise RequestRefusedError(outcomes.REQUEST_MALFORMED) from error
        if len({name for name, _ in fields}) != len(fields):
            raise RequestRefusedError(outcomes.REQUEST_MALFORMED)
        return dict(fields)


def admitted_form(request: Request) -> dict[str, str]:
    """Return the form of a request that authenticates its client in one allowed way, at most.

    Raises ClientRefusedError for anything that puts credentials where they may be seen, and for two ways at once.
    """
    if sum(len(name) + len(value) for name, values in request.headers.items() for value in values) > LARGEST_HEADERS:
        raise ClientRefusedError(outcomes.HEADERS_TOO_LARGE)
    if request.query:
        hidden = _CREDENTIALS & {name.lower() for name in request.query}
        if hidden:
            raise ClientRefusedError(outcomes.CREDENTIALS_IN_QUERY)
        raise RequestRefusedError(outcomes.REQUEST_MALFORMED)
    form = request.form()
    authorizations = len(request.headers.get("authorization", ()))
    assertions = int("client_assertion" in form or "client_assertion_type" in form)
    if authorizations + assertions + ("client_secret" in form) > 1:
        raise ClientRefusedError(outcomes.TWO_CLIENT_AUTHENTICATIONS)
    if "client_secret" in form:
        raise ClientRefusedError(outcomes.SECRET_IN_BODY)
    return form
