"""Reading JSON Web Tokens: one algorithm, known keys, and a reason for each refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, ClaimError, ExpiredTokenError, JoseError, MissingClaimError
from joserfc.jwk import OctKey, RSAKey

from kyotsu.access.errors import RefusedError
from kyotsu.contracts.outcomes import Outcome

LONGEST = 8192
"""Characters of a token that is read at all."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """How a kind of token is refused: the exception, and an outcome for each reason."""

    error: type[RefusedError]
    malformed: Outcome
    algorithm: Outcome
    signature: Outcome
    missing: Outcome
    issuer: Outcome
    audience: Outcome
    expired: Outcome
    not_yet: Outcome


@dataclass(frozen=True, slots=True)
class Expected:
    """What claims must say. `iss` and `aud` have one of the values; all of `essential` are there."""

    issuers: Sequence[str]
    audiences: Sequence[str] | None
    """None: whoever asked finds out by itself."""
    essential: Sequence[str]
    now: int
    leeway: int


def header_of(token: str, algorithm: str, reasons: Reasons) -> Mapping[str, Any]:
    """Return the header of a token that claims to be signed by the algorithm. Nothing is verified yet."""
    if len(token) > LONGEST:
        raise reasons.error(reasons.malformed)
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError) as error:
        raise reasons.error(reasons.malformed) from error
    if header.get("alg") != algorithm:
        raise reasons.error(reasons.algorithm)
    return header


def signed_claims(token: str, keys: Sequence[OctKey | RSAKey], algorithm: str, reasons: Reasons) -> dict[str, Any]:
    """Return the claims of a token that one of the keys has signed by the algorithm."""
    header_of(token, algorithm, reasons)
    for key in keys:
        try:
            return jwt.decode(token, key, algorithms=[algorithm]).claims
        except BadSignatureError:
            continue
        except (JoseError, ValueError, RecursionError) as error:
            raise reasons.error(reasons.malformed) from error
    raise reasons.error(reasons.signature)


def check_claims(claims: dict[str, Any], expected: Expected, reasons: Reasons) -> None:
    """Raise unless the claims are for us, from who they should be, and hold now."""
    options: dict[str, jwt.ClaimsOption] = {name: {"essential": True} for name in expected.essential}
    options["iss"] = {"essential": True, "values": list(expected.issuers)}
    if expected.audiences is not None:
        options["aud"] = {"essential": True, "values": list(expected.audiences)}
        _only_one_audience(claims, reasons)
    try:
        jwt.JWTClaimsRegistry(now=expected.now, leeway=expected.leeway, **options).validate(claims)
    except ClaimError as error:
        raise reasons.error(_reason(error, reasons)) from error


def _only_one_audience(claims: Mapping[str, Any], reasons: Reasons) -> None:
    """Refuse what is meant for others as well: any of them could use it here."""
    audience = claims.get("aud")
    if isinstance(audience, list) and len(audience) != 1:
        raise reasons.error(reasons.audience)


def _reason(error: ClaimError, reasons: Reasons) -> Outcome:
    if isinstance(error, MissingClaimError):
        return reasons.missing
    if isinstance(error, ExpiredTokenError):
        return reasons.expired
    by_claim = {"iss": reasons.issuer, "aud": reasons.audience, "nbf": reasons.not_yet, "iat": reasons.not_yet}
    return by_claim.get(error.claim, reasons.missing)
