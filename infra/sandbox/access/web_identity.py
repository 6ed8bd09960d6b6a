"""Web-identity tokens: signed by an issuer that IAM knows, for an audience that it accepts, and current.

Source: OpenID Connect Core 3.1.3.7, OpenID Connect Discovery 4; IAM User Guide, "Create an OIDC identity provider".
"""

import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

ALGORITHMS = ["RS256", "ES256"]
_LEEWAY_SECONDS = 300
_KEPT_SECONDS = 60.0
_MOST_BYTES = 1 << 20
_TIMEOUT_SECONDS = 5


class InvalidTokenError(Exception):
    """A token doesn't prove anything; `code` is the error of STS."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Provider:
    """An OIDC provider as IAM keeps it: its ARN, its URL without scheme, and the audiences it may speak to."""

    arn: str
    name: str
    audiences: tuple[str, ...]


@dataclass(frozen=True)
class WebIdentity:
    """What a verified token says."""

    provider: Provider
    subject: str
    audience: str
    authorized_party: str | None = None


def fetched(url: str) -> Any:
    """Return the JSON at `url`. Raises OSError or ValueError."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")):
        raise ValueError("an issuer is reached by https, or on this machine")
    with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310  the scheme was looked at
        return json.loads(answer.read(_MOST_BYTES))


class Verifier:
    """Verifies tokens; an issuer's keys are kept for a minute, and fetched again for a key that isn't among them."""

    def __init__(
        self,
        provider_of: Callable[[str], Provider | None],
        fetch: Callable[[str], Any] = fetched,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`provider_of` finds a provider by its issuer's URL without scheme."""
        self._provider_of, self._fetch, self._now = provider_of, fetch, now
        self._keys: dict[str, tuple[float, KeySet]] = {}

    def verify(self, token: str) -> WebIdentity:
        """Return what `token` says. Raises InvalidTokenError."""
        issuer, key_id = _unverified(token)
        provider = self._provider_of(issuer.split("://", 1)[-1])
        if provider is None or "://" not in issuer:
            raise _invalid("No OpenIDConnect provider found in your account for the token's issuer")
        claims = self._claims(token, issuer, key_id)
        self._check_times(claims)
        audience, party = _audience(claims)
        if audience not in provider.audiences:
            raise _invalid("Incorrect token audience")
        subject = claims.get("sub")
        if not isinstance(subject, str) or not subject:
            raise _invalid("Missing a required claim: sub")
        return WebIdentity(provider, subject, audience, party)

    def _claims(self, token: str, issuer: str, key_id: str | None) -> Mapping[str, Any]:
        keys = self._keys_of(issuer, refresh=False)
        if key_id is not None and key_id not in [key.kid for key in keys.keys]:
            keys = self._keys_of(issuer, refresh=True)
        try:
            return jwt.decode(token, keys, algorithms=ALGORITHMS, registry=JWSRegistry(algorithms=ALGORITHMS)).claims
        except (JoseError, ValueError) as error:
            raise _invalid("Couldn't verify signature of the token") from error

    def _keys_of(self, issuer: str, *, refresh: bool) -> KeySet:
        kept_at, keys = self._keys.get(issuer, (float("-inf"), None))
        if keys is not None and not refresh and self._now() - kept_at < _KEPT_SECONDS:
            return keys
        try:
            document = self._fetch(issuer.rstrip("/") + "/.well-known/openid-configuration")
            if document["issuer"] != issuer:
                raise _invalid("The discovery document is another issuer's")
            keys = KeySet.import_key_set(self._fetch(document["jwks_uri"]))
        except (OSError, ValueError, KeyError, TypeError, JoseError) as error:
            raise InvalidTokenError("IDPCommunicationError", "Couldn't retrieve the issuer's keys") from error
        self._keys[issuer] = (self._now(), keys)
        return keys

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._now()
        for name in ("exp", "iat"):
            if not _is_number(claims.get(name)):
                raise _invalid(f"Missing a required claim: {name}")
        if claims["exp"] <= now:
            raise InvalidTokenError("ExpiredTokenException", "Token expired")
        not_before = claims.get("nbf", claims["iat"])
        if not _is_number(not_before) or max(not_before, claims["iat"]) > now + _LEEWAY_SECONDS:
            raise _invalid("Token is not yet valid")


def _unverified(token: str) -> tuple[str, str | None]:
    """Return the issuer and key id that a token claims, having refused algorithms that prove nothing."""
    try:
        header = json.loads(_decoded(token.split(".")[0]))
        claims = json.loads(_decoded(token.split(".")[1]))
        issuer, key_id = claims["iss"], header.get("kid")
        algorithm = header["alg"]
    except (ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        raise _invalid("The ID Token provided is not a valid JWT") from error
    if token.count(".") != 2 or algorithm not in ALGORITHMS or not isinstance(issuer, str):
        raise _invalid("The ID Token provided is not a valid JWT, or its algorithm is not supported")
    return issuer, key_id


def _audience(claims: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return the token's audience, and its authorized party; IAM reads `azp` as the audience if there is one."""
    given = claims.get("aud")
    party = claims.get("azp")
    if isinstance(party, str):
        return party, party
    if isinstance(given, str):
        return given, None
    if isinstance(given, list) and len(given) == 1 and isinstance(given[0], str):
        return given[0], None
    raise _invalid("The token needs one audience")


def _decoded(part: str) -> bytes:

    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _invalid(text: str) -> InvalidTokenError:
    return InvalidTokenError("InvalidIdentityToken", text)
