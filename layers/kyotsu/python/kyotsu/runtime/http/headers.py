"""Headers of a request, by name in small letters."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from kyotsu.contracts import outcomes
from kyotsu.runtime.http.errors import BadRequestError

CORRELATION = "X-Correlation-Id"
IDEMPOTENCY = "Idempotency-Key"
_CORRELATION = re.compile(r"(?=.*[A-Za-z])[0-9A-Za-z][0-9A-Za-z._-]{7,63}")
"""Never digits alone: it is logged, and that could be a 個人番号."""
_KEY = re.compile("[!-~]{1,255}")

Values = Mapping[str, Sequence[str]]


def headers_of(event: Mapping[str, Any]) -> Values:
    """Return all headers of an event of API Gateway."""
    found: dict[str, list[str]] = {}
    for name, values in (event.get("multiValueHeaders") or {}).items():
        found.setdefault(name.lower(), []).extend(values)
    return found


def query_of(event: Mapping[str, Any]) -> Values:
    """Return all query parameters of an event of API Gateway."""
    return event.get("multiValueQueryStringParameters") or {}


def correlation_id(headers: Values) -> str:
    """Return the id that the caller gave the request, if it has the form of one, else a new id."""
    given = headers.get(CORRELATION.lower(), ())
    return given[0] if len(given) == 1 and _CORRELATION.fullmatch(given[0]) else uuid.uuid4().hex


def idempotency_key(headers: Values) -> str | None:
    """Return the key under which the request happens once, or None; raises BadRequestError for two, or a wrong one."""
    given = headers.get(IDEMPOTENCY.lower(), ())
    if not given:
        return None
    if len(given) > 1 or not _KEY.fullmatch(given[0]):
        raise BadRequestError(outcomes.IDEMPOTENCY_KEY_WRONG)
    return given[0]
