"""authlib's authorization server, framework-free: one grant, two client authentications, two endpoints."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    InvalidClientError,
    OAuth2Error,
    OAuth2Request,
    UnsupportedGrantTypeError,
)
from authlib.oauth2.rfc6749.authenticate_client import authenticate_client_secret_basic
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from kyotsu.access.assertions import METHOD as JWT_METHOD
from kyotsu.access.clients import ID_LENGTH, Client
from kyotsu.access.errors import (
    ClientRefusedError,
    GrantTypeRefusedError,
    RequestRefusedError,
    TokenOfAnotherError,
    TokenRefusedError,
)
from kyotsu.access.oauth_client import BASIC_METHOD, Parts, RegisteredClient
from kyotsu.access.scopes import api_audience, grant
from kyotsu.access.tokens import IssuedToken, OwnToken
from kyotsu.contracts import outcomes

_CLIENT_ID = re.compile(f"[0-9A-Za-z]{{{ID_LENGTH}}}")

# At level DEBUG it logs tokens.
logging.getLogger("authlib").setLevel(logging.WARNING)


class FormRequest(OAuth2Request):
    """A request whose form is read already."""

    issued: IssuedToken | None = None

    def __init__(self, form: Mapping[str, str], headers: Mapping[str, str]) -> None:
        # API Gateway takes nothing but HTTPS; the path has no meaning here.
        super().__init__("POST", "https://token-server.invalid/", headers=dict(headers))
        self._form = form
        self.payload = BasicOAuth2Payload(form)

    @property
    def form(self) -> Mapping[str, str]:
        """The fields of the form."""
        return self._form


class ClientCredentials(ClientCredentialsGrant):
    """The one grant. It issues no refresh token."""

    def create_token_response(self) -> tuple[int, Any, Any]:
        """Return a token for what was asked for; raises ScopeRefusedError."""
        issued = self.server.issue(self.request.client.client, self.request.payload.scope)
        self.request.issued = issued
        return 200, issued.body(), self.TOKEN_RESPONSE_HEADER


class Introspection(IntrospectionEndpoint):
    """Tells a provider about tokens for its API (RFC 7662)."""

    def query_token(self, token_string: str, _hint: str | None) -> OwnToken | None:
        """Return the token if it is one of ours for an API, and has neither ended nor been taken back."""
        found: OwnToken | None = self.server.standing_token(token_string)
        return found

    def check_permission(self, token: OwnToken, client: RegisteredClient, _request: FormRequest) -> bool:
        """Tell whether the token is for the client's own API."""
        return token.audience == api_audience(client.client.system)

    def create_introspection_payload(self, token: OwnToken | None) -> dict[str, Any]:
        """Return the claims of a token that holds; of any other that it doesn't."""
        return {"active": False} if token is None else {"active": True, "token_type": "Bearer", **token.claims}


class Revocation(RevocationEndpoint):
    """Takes tokens of the client that asks back (RFC 7009)."""

    def query_token(self, token_string: str, _hint: str | None) -> Any:
        """Return the token, or None for what is none of ours: there is nothing to take back then."""
        try:
            return OwnedToken(self.server.parts.reader.read(token_string, None))
        except TokenRefusedError:
            return None

    def revoke_token(self, token: OwnedToken, _request: FormRequest) -> None:
        """Take the token back."""
        own = token.token
        self.server.parts.revocations.revoke(own.client_id, own.token_id, own.ends_at)


@dataclass(frozen=True, slots=True)
class OwnedToken:
    """A token of which authlib asks whose it is."""

    token: OwnToken

    def check_client(self, client: RegisteredClient) -> bool:
        """Return True; raises TokenOfAnotherError unless the client got the token."""
        if self.token.client_id != client.client.client_id:
            raise TokenOfAnotherError(outcomes.TOKEN_OF_ANOTHER)
        return True


class OAuthServer(AuthorizationServer):
    """The server. Its answers are (status, body); whoever is refused gets a RefusedError."""

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self.parts = parts
        self.register_client_auth_method(JWT_METHOD, parts.assertion)
        self.register_client_auth_method(BASIC_METHOD, _authenticate_basic)
        self.register_grant(ClientCredentials)
        self.register_endpoint(Introspection)
        self.register_endpoint(Revocation)

    def issue(self, client: Client, scope: str | None) -> IssuedToken:
        """Return a token for what a client asks for; raises ScopeRefusedError."""
        requested = [name for name in (scope or "").split(" ") if name]
        return self.parts.issuer.issue(client, grant(self.parts.apis, client.system, requested))

    def standing_token(self, token: str) -> OwnToken | None:
        """Return a token of ours for an API that holds, else None."""
        try:
            own = self.parts.reader.read(token, None)
            self.parts.standings.standing(own.client_id, own.token_id).demand(own.issued_at)
        except TokenRefusedError:
            return None
        return own

    def query_client(self, client_id: str) -> RegisteredClient:
        """Return a client that is registered and not disabled; raises ClientRefusedError."""
        found = self.parts.clients.find(client_id) if _CLIENT_ID.fullmatch(client_id) else None
        if found is None:
            raise ClientRefusedError(outcomes.CLIENT_ID_UNKNOWN)
        if found.disabled:
            raise ClientRefusedError(outcomes.CLIENT_DISABLED, client_id=client_id)
        return RegisteredClient(found, self.parts)

    def authenticate_client(self, request: FormRequest, _methods: Sequence[str], endpoint: str = "token") -> Any:
        """Return the client of a request; raises ClientRefusedError, also if the form names another one.

        All endpoints accept the methods that the parameters allow, whatever authlib's classes name.
        """
        client: RegisteredClient = super().authenticate_client(request, self.parts.methods, endpoint)
        if request.form.get("client_id", client.client.client_id) != client.client.client_id:
            raise ClientRefusedError(outcomes.ASSERTION_ISSUER)
        return client

    def create_oauth2_request(self, request: FormRequest) -> FormRequest:
        """Return the request as it is."""
        return request

    def handle_response(self, status: int, body: Any, _headers: Any) -> tuple[int, Any]:
        """Return what `TokenServer` answers with."""
        return status, body

    def handle_error_response(self, _request: FormRequest, error: OAuth2Error) -> NoReturn:
        """Raise our own refusal in place of authlib's, whose description would tell what was wrong."""
        if isinstance(error, InvalidClientError):
            raise ClientRefusedError(outcomes.NO_CLIENT_AUTHENTICATION) from error
        if isinstance(error, UnsupportedGrantTypeError):
            raise GrantTypeRefusedError(outcomes.GRANT_TYPE_UNSUPPORTED) from error
        raise RequestRefusedError(outcomes.REQUEST_MALFORMED) from error

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Do nothing: nobody listens."""


def _authenticate_basic(query_client: Any, request: FormRequest) -> Any:
    try:
        return authenticate_client_secret_basic(query_client, request)
    except ValueError:  # what stands there is no text
        return None
