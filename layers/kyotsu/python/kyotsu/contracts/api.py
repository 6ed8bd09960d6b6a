"""What stands between HTTP and the contexts: one call of an API, as its context gets it, and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """A request whose caller was authenticated, and whose body is a JSON object. Nothing else was checked."""

    body: Mapping[str, object] = field(repr=False)
    system: str
    """業務ID or local system's id of the caller, spelt as in the catalogue."""
    received_at: datetime
    request_id: str
    """Of this attempt; a repeat by the caller has another one. It names the request in logs and in the audit trail."""
    idempotency_key: str | None = None
    """`Idempotency-Key`, checked for its form alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiAnswer:
    """What a call came to. `codes` are the outcomes it tells of, for the log; it holds no personal data."""

    status: int
    body: msgspec.Struct
    codes: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    """Addressee numbers it is about, for the log."""


class ApiCall(Protocol):
    """One call of a provider. Whatever it did is durable before it answers."""

    def answer(self, request: ApiRequest) -> ApiAnswer:
        """Answer a request: 200 or 400. It raises only what the caller may not be told: that becomes 503."""
        ...
