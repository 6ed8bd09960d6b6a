"""`Idempotency-Key`: what a caller names once happens once, for all calls of the registry alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from kyotsu.addressees.responses import Call
from kyotsu.addressees.rules import RequestError
from kyotsu.addressees.store import Done
from kyotsu.contracts import outcomes
from kyotsu.contracts.api import ApiRequest
from kyotsu.contracts.sealing import Fingerprints

B = TypeVar("B", bound=msgspec.Struct)
_PURPOSE, _KEY = "request", "idempotency-key"


def once_key(request: ApiRequest, fingerprints: Fingerprints) -> str | None:
    """Return what `Done.key` is for a request, or None if it has no key. A system's keys are its own.

    The key itself is not kept, nor what it could be guessed by: callers put into it what they like, even a 個人番号.
    """
    if request.idempotency_key is None:
        return None
    return f"request/{request.system}/{fingerprints.of(_KEY, request.idempotency_key).hex()}"


def content_of(call: Call, body: Mapping[str, object], fingerprints: Fingerprints) -> bytes:
    """Return the keyed fingerprint of what is asked: the same for bodies that mean the same.

    The order of items does not matter, and neither does it whether an item is null, empty or absent.
    """
    given = msgspec.json.encode(_given(body), order="deterministic").decode()
    return fingerprints.of(_PURPOSE, f"{call.path}\n{given}")


def _given(value: object) -> object:
    """Return a value without the items of its objects that are not set; the entries of an array all count."""
    if isinstance(value, Mapping):
        return {name: _given(one) for name, one in value.items() if one is not None and one != ""}
    return [_given(one) for one in value] if isinstance(value, list) else value


def kept(earlier: Done, content: bytes, kind: type[B]) -> B | None:
    """Return the body that a repeat is told again, byte for byte; None: its key is another request's."""
    return msgspec.json.decode(earlier.answer, type=kind) if earlier.content == content else None


def key_reused() -> RequestError:
    """Return the error of a key that another request was done under."""
    outcome = outcomes.KEY_REUSED
    return RequestError("", outcome.code, outcome.sentence())
