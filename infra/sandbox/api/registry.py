"""Every REST API of the sandbox, and which URL is whose."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from infra.sandbox.api.model import RestApi, Stage

_WHOLE_URL = re.compile(
    r"https://(?P<api>[0-9a-z]+)\.execute-api\.[0-9a-z-]+\.amazonaws\.com(?:/(?P<stage>[0-9A-Za-z_-]+))?"
)


@dataclass(frozen=True)
class Address:
    """A request's API and stage, and the path behind them."""

    api: RestApi
    stage: Stage
    path: str


@dataclass
class Apis:
    """The APIs in the order of their making. `base` is where they are served; the first API needs no prefix there."""

    base: str = ""
    by_id: dict[str, RestApi] = field(default_factory=dict)

    def url(self, api_id: str) -> str:
        """Return an API's base URL, without a slash at the end."""
        first = next(iter(self.by_id), None)
        return self.base if api_id == first else f"{self.base}/{api_id}"

    def locate(self, path: str) -> Address | None:
        """Return what a path (as sent) addresses: /{api id}/{stage}/…, each of which may be missing; else None."""
        head, _, rest = path.removeprefix("/").partition("/")
        if head in self.by_id:
            return self._staged(self.by_id[head], f"/{rest}")
        first = next(iter(self.by_id.values()), None)
        return self._staged(first, path) if first else None

    def _staged(self, api: RestApi, path: str) -> Address | None:
        head, _, rest = path.removeprefix("/").partition("/")
        if head in api.stages:
            return Address(api, api.stages[head], f"/{rest}")
        only = next(iter(api.stages.values()), None)
        return Address(api, only, path) if only else None

    def on_loopback(self, text: str) -> str:
        """Return `text` with AWS's addresses, where they stand as whole URLs, as this machine's."""

        def local(match: re.Match[str]) -> str:
            return self.url(match["api"]) if match["api"] in self.by_id else match[0]

        return _WHOLE_URL.sub(local, text).replace("https://127.0.0.1:", "http://127.0.0.1:")
