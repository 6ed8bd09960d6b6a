"""`client_secret_jwt`: a client signs a short-lived assertion with its secret, once (RFC 7523; OpenID Core, 9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from authlib.oauth2.rfc6749 import InvalidClientError
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from joserfc.jwk import KeySet, OctKey

from kyotsu.access.errors import ClientRefusedError
from kyotsu.access.jose import Expected, Reasons, check_claims, header_of, signed_claims
from kyotsu.contracts import outcomes
from kyotsu.contracts.ports import Clock

METHOD = "client_secret_jwt"
ALGORITHM = "HS256"
LONGEST_JTI = 256
_ESSENTIAL = ("sub", "aud", "exp", "jti")
_REASONS = Reasons(
    error=ClientRefusedError,
    malformed=outcomes.ASSERTION_MALFORMED,
    algorithm=outcomes.ASSERTION_ALGORITHM,
    signature=outcomes.ASSERTION_SIGNATURE,
    missing=outcomes.ASSERTION_CLAIM_MISSING,
    issuer=outcomes.ASSERTION_ISSUER,
    audience=outcomes.ASSERTION_AUDIENCE,
    expired=outcomes.ASSERTION_EXPIRED,
    not_yet=outcomes.ASSERTION_NOT_YET,
)


class Assertions(Protocol):
    """Remembers which assertions were used."""

    def use(self, client_id: str, jti: str, until: int) -> bool:
        """Note that an assertion is used, till it ends (seconds since 1970); tell whether it was not before."""
        ...


class ClientSecretJwt(JWTBearerClientAssertion):
    """authlib's client assertion, with HS256 alone, several secrets, and a code for each refusal."""

    CLIENT_AUTH_METHOD = METHOD

    def __init__(
        self, assertions: Assertions, audiences: Sequence[str], clock: Clock, *, leeway: int, longest: int
    ) -> None:
        """`audiences`: what `aud` may be. `longest`: how many seconds ahead `exp` may be."""
        super().__init__(leeway=leeway)
        self._assertions, self._audiences, self._clock = assertions, audiences, clock
        self._longest = longest

    def extract_assertion(self, assertion: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return header and claims, to learn whose secrets to try. Nothing is believed yet."""
        header_of(assertion, ALGORITHM, _REASONS)
        try:
            headers, claims = super().extract_assertion(assertion)
        except (InvalidClientError, RecursionError) as error:  # lists in lists, deeper than Python reads
            raise ClientRefusedError(outcomes.ASSERTION_MALFORMED) from error
        if not isinstance(claims.get("sub"), str):
            raise ClientRefusedError(outcomes.ASSERTION_CLAIM_MISSING)
        return headers, claims

    def resolve_client_public_key(self, client: Any) -> KeySet:
        """Return the client's valid secrets, as keys."""
        return KeySet([OctKey.import_key(secret.value) for secret in client.valid_secrets])

    def process_assertion_claims(self, assertion: str, resolve_key: KeySet) -> dict[str, Any]:
        """Return the claims of an assertion that its client signed for us, just now, and for the first time."""
        secrets = [key for key in resolve_key.keys if isinstance(key, OctKey)]
        claims = signed_claims(assertion, secrets, ALGORITHM, _REASONS)
        self.verify_claims(claims)
        return claims

    def verify_claims(self, claims: dict[str, Any]) -> None:
        """Raise ClientRefusedError unless the claims are what RFC 7523 and our limits demand."""
        now = int(self._clock.now().timestamp())
        subject = str(claims["sub"])
        check_claims(claims, Expected([subject], self._audiences, _ESSENTIAL, now, self.leeway), _REASONS)
        if claims["exp"] > now + self._longest + self.leeway:
            raise ClientRefusedError(outcomes.ASSERTION_TOO_LONG)
        if not 0 < len(claims["jti"]) <= LONGEST_JTI:
            raise ClientRefusedError(outcomes.ASSERTION_CLAIM_MISSING)
        # Last of all: an assertion that is refused otherwise must not use up the `jti` of a good one.
        if not self._assertions.use(subject, claims["jti"], int(claims["exp"])):
            raise ClientRefusedError(outcomes.ASSERTION_REPLAYED)
