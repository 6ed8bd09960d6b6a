"""A request as the tables of the services read it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, unquote


class UnmappedError(Exception):
    """The sandbox doesn't know what permission an operation needs; the text names it."""


@dataclass(frozen=True)
class Asked:
    """One request: `service` as its signature names it, the raw path and query, headers in lower case."""

    service: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    read: Callable[[], bytes]

    @property
    def target(self) -> str:
        """The operation of the JSON protocols, with the service's prefix."""
        return self.headers.get("x-amz-target", "")

    @property
    def operation(self) -> str:
        """The operation of the JSON protocols."""
        return self.target.rpartition(".")[2]

    @cached_property
    def body(self) -> dict[str, Any]:
        """The body of the JSON protocols."""
        try:
            body = json.loads(self.read() or b"{}")
        except ValueError as error:
            raise UnmappedError(f"{self.service}: body is no JSON") from error
        if not isinstance(body, dict):
            raise UnmappedError(f"{self.service}: body is no object")
        return body

    @cached_property
    def form(self) -> dict[str, str]:
        """The parameters of the query protocol, from the body and the URL."""
        pairs = parse_qs(self.read().decode("utf-8", "replace"), keep_blank_values=True)
        return {name: values[0] for name, values in (parse_qs(self.query, keep_blank_values=True) | pairs).items()}

    @cached_property
    def parameters(self) -> dict[str, str]:
        """The URL's query."""
        return {name: values[0] for name, values in parse_qs(self.query, keep_blank_values=True).items()}

    @cached_property
    def segments(self) -> tuple[str, str]:
        """The first part of the path, and the rest, decoded."""
        first, _, rest = self.path.removeprefix("/").partition("/")
        return unquote(first), unquote(rest)
