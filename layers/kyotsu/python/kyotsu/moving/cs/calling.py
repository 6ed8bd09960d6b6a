"""The CS by HTTP: `POST /messages/{id}`, `GET /messages/{id}`, a bearer secret. Nothing sent gets into an error.

| answer to POST | means |
|---|---|
| 200, 201, 202 | taken, now or before |
| 400, 409, 413, 422 `{"reason": code}` | refused for good |
| other 4xx, or no connection | surely not taken: tried again |
| 3xx, 5xx, an answer that breaks off or does not come | unclear: asked about before it is tried again |

`GET` answers 200 `{"state": "taken" | "accepted" | "rejected", "reason"}`, or 404 `{"state": "unknown"}`: a 404 without
it is somebody else's, and no answer.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from kyotsu.moving.cs.ports import Found, Sent, UnclearError, UnreachableError

_TAKEN, _REFUSED = frozenset({200, 201, 202}), frozenset({400, 409, 413, 422})
_REASON = re.compile(r"[A-Za-z0-9_-]{1,32}")
_LARGEST_ANSWER = 64 * 1024
_STATES: dict[str, bool | None] = {"taken": None, "accepted": True, "rejected": False}
PAUSE = 10.0
"""Seconds in which a CS that could not be reached is not tried again: lanes must not queue up behind its silence."""


def _pool() -> urllib3.PoolManager:
    # The outbox decides what is tried again; a library that does it too would hide an unclear send.
    return urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=5, read=20), maxsize=1)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    members: dict[str, Any]


@dataclass(slots=True)
class HttpCommunicationServer:
    """`CommunicationServer`."""

    url: str
    """Without slash at its end; "": none is configured, and nothing can be sent."""
    secret: Callable[[], str]
    """Asked for with each call: a secret that was changed counts at once, as far as its reader does not keep it."""
    pool: urllib3.PoolManager = field(default_factory=_pool)
    monotonic: Callable[[], float] = time.monotonic
    _silent_until: float = field(default=0.0, init=False)

    def send(self, message_id: str, body: bytes) -> Sent:
        """Send a message. Raises UnreachableError or UnclearError."""
        response = self._call("POST", message_id, body)
        if response.status in _TAKEN:
            return Sent(taken=True)
        if response.status in _REFUSED:
            return Sent(taken=False, reason=_reason(response.members) or str(response.status))
        if 400 <= response.status < 500:
            raise UnreachableError(f"status {response.status}")
        raise UnclearError(f"status {response.status}")

    def inquire(self, message_id: str) -> Found:
        """Ask what became of a message. Raises UnreachableError."""
        try:
            response = self._call("GET", message_id)
        except UnclearError as error:
            raise UnreachableError(str(error)) from None
        said = response.members
        state = said.get("state")
        if response.status == 404 and state == "unknown":
            return Found(known=False)
        if response.status == 200 and isinstance(state, str) and state in _STATES:
            return Found(known=True, accepted=_STATES[state], reason=_reason(said))
        raise UnreachableError(f"status {response.status}")

    def _call(self, method: str, message_id: str, body: bytes | None = None) -> _Answer:
        if not self.url:
            raise UnreachableError("not configured")
        if self.monotonic() < self._silent_until:
            raise UnreachableError("silent a moment ago")
        headers = {
            "Authorization": f"Bearer {self.secret()}",
            "Content-Type": "application/json",
            # A function sleeps between its events: a connection that was kept may be gone, and the send unclear.
            "Connection": "close",
        }
        place = f"{self.url}/messages/{message_id}"
        try:
            response = self.pool.request(
                method, place, body=body, headers=headers, redirect=False, preload_content=False
            )
            return _Answer(response.status, _members(response.read(_LARGEST_ANSWER + 1)))
        except (NewConnectionError, ConnectTimeoutError) as error:
            self._silent_until = self.monotonic() + PAUSE
            raise UnreachableError(type(error).__name__) from None
        except (HTTPError, OSError) as error:
            raise UnclearError(type(error).__name__) from None


def _members(body: bytes) -> dict[str, Any]:
    if len(body) > _LARGEST_ANSWER:
        return {}
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _reason(said: dict[str, Any]) -> str:
    """Return the CS's code; anything else it says stays outside."""
    reason = said.get("reason")
    return reason if isinstance(reason, str) and _REASON.fullmatch(reason) else ""
