"""The tokens we issue: what they say, and whether one is ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from joserfc.jwk import RSAKey
from joserfc.util import json_b64encode, urlsafe_b64encode

from kyotsu.access.clients import Client
from kyotsu.access.errors import TokenRefusedError
from kyotsu.access.jose import Expected, Reasons, check_claims, header_of, signed_claims
from kyotsu.access.scopes import Grant, api_audience
from kyotsu.contracts import outcomes
from kyotsu.contracts.ports import Clock

ALGORITHM = "RS256"
API_TYPE = "at+jwt"
"""`typ` of tokens for APIs (RFC 9068)."""
WEB_IDENTITY_TYPE = "JWT"
_ESSENTIAL = ("sub", "client_id", "aud", "exp", "iat", "jti", "scope")
_REASONS = Reasons(
    error=TokenRefusedError,
    malformed=outcomes.TOKEN_MALFORMED,
    algorithm=outcomes.TOKEN_ALGORITHM,
    signature=outcomes.TOKEN_SIGNATURE,
    missing=outcomes.TOKEN_CLAIM_MISSING,
    issuer=outcomes.TOKEN_ISSUER,
    audience=outcomes.TOKEN_AUDIENCE,
    expired=outcomes.TOKEN_EXPIRED,
    not_yet=outcomes.TOKEN_NOT_YET,
)


class Signer(Protocol):
    """Makes RS256 signatures."""

    @property
    def key_id(self) -> str:
        """The key's name in the published set of keys."""
        ...

    def sign(self, content: bytes) -> bytes:
        """Return the signature."""
        ...


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token and what may be logged of it: everything but the token."""

    token: str = field(repr=False)
    token_id: str
    seconds: int
    scopes: tuple[str, ...]

    def body(self) -> dict[str, object]:
        """Return the answer of the token endpoint (RFC 6749, 5.1). There is no refresh token."""
        return {
            "access_token": self.token,
            "token_type": "Bearer",
            "expires_in": self.seconds,
            "scope": " ".join(self.scopes),
        }


@dataclass(frozen=True, slots=True)
class TokenIssuer:
    """Makes tokens. `seconds`: how long they hold."""

    signer: Signer
    issuer: str
    seconds: int
    web_identity_audience: str
    clock: Clock
    new_id: Callable[[], str]

    def issue(self, client: Client, grant: Grant) -> IssuedToken:
        """Return a token for what was granted: for one provider's API, or for STS."""
        now, token_id = int(self.clock.now().timestamp()), self.new_id()
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": client.system,
            "aud": api_audience(grant.provider),
            "client_id": client.client_id,
            "scope": " ".join(grant.scopes),
            "jti": token_id,
            "iat": now,
            "exp": now + self.seconds,
        }
        typ = API_TYPE
        if grant.kind == "federation":
            # Another audience, subject and type: whoever takes one kind of token refuses the other on all three.
            typ = WEB_IDENTITY_TYPE
            claims |= {"sub": f"system:{client.system}", "aud": self.web_identity_audience}
        return IssuedToken(self._signed(typ, claims), token_id, self.seconds, grant.scopes)

    def _signed(self, typ: str, claims: Mapping[str, Any]) -> str:
        header = {"alg": ALGORITHM, "typ": typ, "kid": self.signer.key_id}
        content = json_b64encode(header) + b"." + json_b64encode(dict(claims))
        return (content + b"." + urlsafe_b64encode(self.signer.sign(content))).decode()


@dataclass(frozen=True, slots=True)
class OwnToken:
    """A token for an API that we issued and that has not ended. What has become of it since is not known yet."""

    claims: Mapping[str, Any] = field(repr=False)

    @property
    def system(self) -> str:
        """Whose token it is: 業務ID or local system's id."""
        return str(self.claims["sub"])

    @property
    def client_id(self) -> str:
        """The client it was issued to."""
        return str(self.claims["client_id"])

    @property
    def token_id(self) -> str:
        """Its `jti`."""
        return str(self.claims["jti"])

    @property
    def audience(self) -> str:
        """The provider's API it is for."""
        return str(self.claims["aud"])

    @property
    def issued_at(self) -> int:
        """Seconds since 1970."""
        return int(self.claims["iat"])

    @property
    def ends_at(self) -> int:
        """Seconds since 1970."""
        return int(self.claims["exp"])

    @property
    def scopes(self) -> tuple[str, ...]:
        """What it allows."""
        return tuple(str(self.claims["scope"]).split(" "))


@dataclass(frozen=True, slots=True)
class TokenReader:
    """Tells our own tokens for APIs from everything else."""

    keys: Callable[[], Mapping[str, RSAKey]]
    """Public keys by `kid`."""
    issuer: str
    clock: Clock
    leeway: int

    def read(self, token: str, audiences: Sequence[str] | None) -> OwnToken:
        """Return a token of ours for one of the audiences (None: whichever); raises TokenRefusedError."""
        header = header_of(token, ALGORITHM, _REASONS)
        kid = header.get("kid")
        key = self.keys().get(kid) if isinstance(kid, str) else None
        if key is None:
            raise TokenRefusedError(outcomes.TOKEN_KEY)
        claims = signed_claims(token, [key], ALGORITHM, _REASONS)
        if header.get("typ") != API_TYPE:
            raise TokenRefusedError(outcomes.TOKEN_TYPE)
        now = int(self.clock.now().timestamp())
        check_claims(claims, Expected([self.issuer], audiences, _ESSENTIAL, now, self.leeway), _REASONS)
        return OwnToken(claims)
