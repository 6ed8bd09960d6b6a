"""The token server: a request in, an answer out, and what may be logged of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from kyotsu.access.errors import RefusedError
from kyotsu.access.oauth import FormRequest, Introspection, OAuthServer, Revocation
from kyotsu.access.oauth_client import Parts
from kyotsu.access.requests import Request, admitted_form

ENDING = timedelta(days=30)
"""How long before a client's last secret ends operators are told."""
_NEVER_KEPT = {"Content-Type": "application/json", "Cache-Control": "no-store", "Pragma": "no-cache"}


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer. `log` holds ids and codes alone."""

    status: int
    body: Mapping[str, Any] = field(repr=False)
    log: Mapping[str, str]
    refused: bool = False
    secret_ending: bool = False
    """Whether the client's last secret ends soon."""

    def proxied(self) -> dict[str, Any]:
        """Return what a function behind API Gateway returns."""
        headers = dict(_NEVER_KEPT)
        if self.status == 401:
            headers["WWW-Authenticate"] = 'Basic realm="kyotsu"'
        return {"statusCode": self.status, "headers": headers, "body": json.dumps(self.body)}


class TokenServer:
    """Answers the three endpoints. Every refusal of a kind looks the same; `log` tells why."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._oauth = OAuthServer(parts)

    def issue(self, event: Mapping[str, Any]) -> Answer:
        """Answer `POST /oauth2/token` (RFC 6749, 4.4)."""
        return self._answer(event, self._oauth.create_token_response)

    def introspect(self, event: Mapping[str, Any]) -> Answer:
        """Answer `POST /oauth2/introspect` (RFC 7662)."""
        return self._answer(event, self._endpoint(Introspection.ENDPOINT_NAME))

    def revoke(self, event: Mapping[str, Any]) -> Answer:
        """Answer `POST /oauth2/revoke` (RFC 7009)."""
        return self._answer(event, self._endpoint(Revocation.ENDPOINT_NAME))

    def _endpoint(self, name: str) -> Callable[[FormRequest], tuple[int, Any]]:
        return lambda request: self._oauth.create_endpoint_response(name, request)

    def _answer(self, event: Mapping[str, Any], respond: Callable[[FormRequest], tuple[int, Any]]) -> Answer:
        asked: FormRequest | None = None
        try:
            request = Request.of(event)
            form = admitted_form(request)
            asked = FormRequest(form, {"Authorization": "".join(request.headers.get("authorization", ()))})
            status, body = respond(asked)
        except RefusedError as error:
            return _refusal(error, asked)
        return Answer(status, body, _ids(asked), secret_ending=self._is_ending(asked))

    def _is_ending(self, asked: FormRequest) -> bool:
        last = max((secret.ends_at for secret in asked.client.valid_secrets), default=0)
        return last < (self._parts.clock.now() + ENDING).timestamp()


def unavailable() -> dict[str, Any]:
    """Return what a function behind API Gateway returns when it could not do its work."""
    body = json.dumps({"error": "temporarily_unavailable"})
    return {"statusCode": 503, "headers": dict(_NEVER_KEPT), "body": body}


def _refusal(error: RefusedError, asked: FormRequest | None) -> Answer:
    claimed = {name: str(value) for name, value in error.fields.items()}
    log = {**claimed, **_ids(asked), "code": error.code}
    return Answer(error.status, {"error": error.error}, log, refused=True)


def _ids(asked: FormRequest | None) -> dict[str, str]:
    """Return who asked, as far as it is known, and what for. A refused client has claimed, not proved, who it is."""
    if asked is None or asked.client is None:
        return {}
    ids = {"client_id": asked.client.client.client_id, "system": asked.client.client.system}
    if asked.issued:
        ids |= {"token_id": asked.issued.token_id, "scope": " ".join(asked.issued.scopes)}
    return ids
