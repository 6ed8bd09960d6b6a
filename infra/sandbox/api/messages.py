"""HTTP requests and answers as the gateway sees them: repeated headers stay apart, targets stay as sent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Request:
    """One request. `target` is path and query as sent, `source` the client's address; `body` is whole or oversized."""

    method: str
    target: str
    headers: Headers
    body: bytes = b""
    source: str = "127.0.0.1"
    protocol: str = "HTTP/1.1"

    @property
    def path(self) -> str:
        """The path as sent, still percent-encoded; "" if the target is no path."""
        target = self.target
        if "://" in target.partition("?")[0]:  # the absolute form, which a proxy's client sends
            target = "/" + target.partition("://")[2].partition("/")[2]
        path = target.partition("?")[0].partition("#")[0]
        return path if path.startswith("/") else ""

    @property
    def query(self) -> str:
        """The query as sent, without its question mark."""
        return self.target.partition("?")[2].partition("#")[0]

    def header(self, name: str) -> str | None:
        """Return the last value of a header, or None."""
        values = self.values(name)
        return values[-1] if values else None

    def values(self, name: str) -> list[str]:
        """Return every value of a header, in order."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


@dataclass(frozen=True)
class Response:
    """One answer; Content-Length and Connection are the server's."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    def with_headers(self, *more: tuple[str, str]) -> Response:
        """Return the same answer with more headers."""
        return Response(self.status, (*self.headers, *more), self.body)


def json_response(status: int, content: Any, *headers: tuple[str, str]) -> Response:
    """Return an answer with JSON in it."""
    return Response(status, (("Content-Type", "application/json"), *headers), json.dumps(content).encode())
