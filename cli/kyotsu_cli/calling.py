"""Calls of the numbering APIs as a linked system makes them: with a token of its client, and tried again safely."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import urllib3

from kyotsu_cli.failure import CommandError

IDEMPOTENCY_KEY = "Idempotency-Key"
_ATTEMPTS = 4
_TIMEOUT = urllib3.Timeout(connect=10, read=35)
"""API Gateway ends a request after 29 seconds."""
_OK, _REFUSED, _UNAUTHORIZED, _TOO_MANY = 200, 400, 401, 429


class Answered(NamedTuple):
    """What a call was answered: status 200 or 400, and the published body."""

    status: int
    body: dict[str, Any]

    @property
    def done(self) -> bool:
        """Whether the call was done."""
        return self.status == _OK


@dataclass(frozen=True, kw_only=True)
class Api:
    """The APIs of a deployment; `token` returns a new token of the caller."""

    url: str
    token: Callable[[], str]
    pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(timeout=_TIMEOUT, retries=False))
    wait: Callable[[float], None] = time.sleep

    def call(self, path: str, body: bytes, key: str) -> Answered:
        """Make a call once: the key makes it safe to try again when nobody knows what became of it.

        Raises CommandError for whatever is neither done nor refused by its rules; it names the key wherever an attempt
        may have been done.
        """
        headers = {"Content-Type": "application/json", IDEMPOTENCY_KEY: key, "Authorization": f"Bearer {self.token()}"}
        problem = ""
        for attempt in range(_ATTEMPTS):
            if attempt:
                self.wait(2.0 ** (attempt - 1))
            try:
                answer = self.pool.request("POST", f"{self.url.rstrip('/')}/{path}", body=body, headers=headers)
            except urllib3.exceptions.HTTPError as error:
                problem = type(error).__name__  # its text may hold what was sent
                continue
            if answer.status in (_OK, _REFUSED):
                return Answered(answer.status, _json(answer.data, key))
            known = "" if not problem else _again(key)
            if answer.status == _UNAUTHORIZED:
                raise CommandError(
                    f"APIがアクセストークンを認めませんでした（401）。クライアントと業務IDを確認してください。{known}"
                )
            if answer.status < 500 and answer.status != _TOO_MANY:
                told = f"APIが要求を受け付けませんでした（{answer.status}）。URL {self.url} を確認してください。"
                raise CommandError(told + known)
            problem = str(answer.status)
        raise CommandError(f"APIの結果が分かりません（{problem}）。{_again(key)}")


def _again(key: str) -> str:
    return f"同じ要求を --idempotency-key {key} でもう一度実行してください（二重に付番されることはありません）。"


def _json(body: bytes, key: str) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, Mapping):
        raise CommandError(f"APIの応答がJSONではありません。URLを確認し、{_again(key)}")
    return dict(found)
