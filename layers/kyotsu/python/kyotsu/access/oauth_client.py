"""What the token server is made of, and a client as authlib wants to see it."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from authlib.oauth2.rfc6749 import ClientMixin

from kyotsu.access.assertions import METHOD as JWT_METHOD
from kyotsu.access.assertions import ClientSecretJwt
from kyotsu.access.clients import Client, Clients, Secret, SecretStore
from kyotsu.access.errors import ClientRefusedError
from kyotsu.access.standing import Standings
from kyotsu.access.tokens import TokenIssuer, TokenReader
from kyotsu.catalogue.model import Api
from kyotsu.contracts import outcomes
from kyotsu.contracts.ports import Clock

GRANT = "client_credentials"
BASIC_METHOD = "client_secret_basic"


class Revocations(Protocol):
    """Remembers tokens that were taken back."""

    def revoke(self, client_id: str, jti: str, until: int) -> None:
        """Take a token back; it ends at a moment (seconds since 1970) by itself."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What the server is made of."""

    clients: Clients
    secrets: SecretStore
    revocations: Revocations
    standings: Standings
    assertion: ClientSecretJwt
    reader: TokenReader
    issuer: TokenIssuer
    apis: Mapping[str, Api]
    clock: Clock
    allow_basic: bool

    @property
    def methods(self) -> list[str]:
        """Client authentication methods that are accepted."""
        return [JWT_METHOD, *([BASIC_METHOD] if self.allow_basic else [])]


class RegisteredClient(ClientMixin):
    """A client as authlib wants to see it."""

    def __init__(self, client: Client, parts: Parts) -> None:
        self.client = client
        self._parts = parts

    @cached_property
    def valid_secrets(self) -> Sequence[Secret]:
        """The secrets that have not ended, as they were when first asked for."""
        kept = self._parts.secrets.read(self.client.system)
        return () if kept is None else kept.valid(self._parts.clock.now())

    def check_client_secret(self, client_secret: str) -> bool:
        """Return True; raises ClientRefusedError if it is none of the client's secrets."""
        given = client_secret.encode()
        # All of them are compared, so that time tells nothing.
        if not sum(hmac.compare_digest(secret.value.encode(), given) for secret in self.valid_secrets):
            raise ClientRefusedError(outcomes.SECRET_WRONG, client_id=self.client.client_id)
        return True

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """Tell whether clients may authenticate so, at any endpoint."""
        return method in self._parts.methods

    def check_grant_type(self, grant_type: str) -> bool:
        """Tell whether clients may use a grant."""
        return grant_type == GRANT
