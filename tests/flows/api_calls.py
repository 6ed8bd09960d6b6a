"""Calling the numbering APIs as a linked system does: with a token, or with the signature of its role."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ISSUE = "031:app_submit/v10/jutogaishaatenabangofuban:Create"


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """By name in small letters."""
    body: bytes

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Systems:
    """The linked systems of a sandbox, by its `endpoints.json`."""

    endpoints: Mapping[str, Any]

    def token(self, system: str, scope: str) -> str:
        """Return a token of a system's client."""
        client = self.endpoints["clients"][system]
        pair = f"{client['client_id']}:{client['client_secret']}"
        form = urllib.parse.urlencode({"grant_type": "client_credentials", "scope": scope}).encode()
        headers = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        answered = fetch(self.endpoints["token_url"], form, headers)
        assert answered.status == 200, answered
        return str(answered.json["access_token"])

    def call(self, scope: str, body: object, *, system: str = "010", **headers: str) -> Answered:
        """Make the call that a scope names, with a new token for it."""
        token = self.token(system, scope)
        return self.post(scope.split(":")[1], body, Authorization=f"Bearer {token}", **headers)

    def post(self, call: str, body: object, **headers: str) -> Answered:
        """Make a call with the given headers alone."""
        return fetch(f"{self.endpoints['api_url']}/{call}", content(body), JSON | headers)

    def sign_and_post(self, system: str, call: str, body: object) -> Answered:
        """Make a call of the API that wants signatures, as the role of a linked system."""
        keys = self.endpoints["credentials"][system]
        credentials = Credentials(keys["aws_access_key_id"], keys["aws_secret_access_key"])
        request = AWSRequest("POST", f"{self.endpoints['iam_api_url']}/{call}", headers=JSON, data=content(body))
        SigV4Auth(credentials, "execute-api", self.endpoints["region"]).add_auth(request)
        return fetch(str(request.url), content(body), dict(request.headers.items()))


JSON = {"Content-Type": "application/json;charset=UTF-8"}


def content(body: object) -> bytes:
    """Return a body as it is sent."""
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def fetch(url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
    """POST a body."""
    try:
        request = urllib.request.Request(url, body, dict(headers))  # noqa: S310 - on loopback
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - on loopback
            return _answered(answer.status, answer)
    except urllib.error.HTTPError as refusal:
        return _answered(refusal.code, refusal)


def _answered(status: int, answer: Any) -> Answered:
    return Answered(status, {name.lower(): value for name, value in answer.headers.items()}, answer.read())


def operated() -> dict[str, str]:
    """Return 操作者ID, 操作年月日 and 操作時刻 of now."""
    return {"sosashaid": "123456", "sosanengappi": f"{datetime.now(UTC):%Y-%m-%d}", "sosajikoku": "00:00:00"}
