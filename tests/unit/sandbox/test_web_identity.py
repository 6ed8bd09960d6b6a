"""Tokens that prove who a system is, and all that look like it."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from infra.sandbox.access.web_identity import InvalidTokenError, Provider, Verifier

ISSUER, NOW = "https://tokens.example", 1_800_000_000
PROVIDER = Provider("arn:aws:iam::111111111111:oidc-provider/tokens.example", "tokens.example", ("kyotsu",))
RSA, OTHER, EC = (
    RSAKey.generate_key(2048, parameters={"kid": "rsa"}),
    RSAKey.generate_key(2048, parameters={"kid": "rsa"}),
    ECKey.generate_key("P-256", parameters={"kid": "ec"}),
)


class Issuer:
    """The issuer's documents, and how often each was read."""

    def __init__(self) -> None:
        self.keys: list[Any] = [RSA, EC]
        self.name = ISSUER
        self.read: list[str] = []

    def fetch(self, url: str) -> Any:
        self.read.append(url)
        if url == f"{ISSUER}/.well-known/openid-configuration":
            return {"issuer": self.name, "jwks_uri": f"{ISSUER}/jwks"}
        if url == f"{ISSUER}/jwks":
            return KeySet(self.keys).as_dict(private=False)
        raise OSError(url)


def token(key: Any = RSA, algorithm: str = "RS256", header: dict[str, Any] | None = None, **claims: Any) -> str:
    whole = {"iss": ISSUER, "aud": "kyotsu", "sub": "system:001", "iat": NOW, "exp": NOW + 600} | claims
    kept = {name: value for name, value in whole.items() if value is not None}
    return jwt.encode({"alg": algorithm, "kid": key.kid} | (header or {}), kept, key, algorithms=[algorithm])


def verifier(issuer: Issuer | None = None, now: Callable[[], float] = lambda: NOW) -> Verifier:
    return Verifier(lambda name: PROVIDER if name == "tokens.example" else None, (issuer or Issuer()).fetch, now)


def refused(text: str, *, by: Verifier | None = None) -> str:
    with pytest.raises(InvalidTokenError) as error:
        (by or verifier()).verify(text)
    return error.value.code


@pytest.mark.parametrize(("key", "algorithm"), [(RSA, "RS256"), (EC, "ES256")])
def test_a_token_of_the_issuer_is_believed(key: Any, algorithm: str) -> None:
    identity = verifier().verify(token(key, algorithm))
    assert (identity.subject, identity.audience, identity.provider) == ("system:001", "kyotsu", PROVIDER)


def put_together(header: dict[str, Any], signature: Callable[[bytes], bytes]) -> str:
    claims = {"iss": ISSUER, "aud": "kyotsu", "sub": "system:001", "iat": NOW, "exp": NOW + 60}
    signed = b".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
    return (signed + b"." + _encoded(signature(signed))).decode()


def _encoded(part: bytes) -> bytes:
    return base64.urlsafe_b64encode(part).rstrip(b"=")


def unsigned() -> str:
    return put_together({"alg": "none", "kid": "rsa"}, lambda _signed: b"")


def confused() -> str:
    """A token signed with the issuer's public key as if it were a shared secret."""
    secret = RSA.as_pem(private=False)
    return put_together({"alg": "HS256", "kid": "rsa"}, lambda signed: hmac.digest(secret, signed, "sha256"))


@pytest.mark.parametrize(
    "text",
    [
        "garbage",
        "a.b.c",
        "",
        unsigned(),
        confused(),
        token(OTHER),
        token() + "x",
        token()[:-4] + "AAAA",
        token(iss="https://foreign.example"),
        token(iss="tokens.example"),
        token(aud="other"),
        token(aud=["kyotsu", "other"]),
        token(aud=None),
        token(azp="other"),
        token(sub=None),
        token(sub=""),
        token(exp=None),
        token(iat=None),
        token(iat=NOW + 900),
        token(nbf=NOW + 900),
        token(exp="tomorrow"),
        token(header={"kid": "unknown"}),
    ],
)
def test_what_proves_nothing_is_refused(text: str) -> None:
    assert refused(text) == "InvalidIdentityToken"


def test_an_expired_token_is_told_apart() -> None:
    assert refused(token(exp=NOW)) == "ExpiredTokenException"


def test_an_authorized_party_is_the_audience() -> None:
    identity = verifier().verify(token(aud="other", azp="kyotsu"))
    assert (identity.audience, identity.authorized_party) == ("kyotsu", "kyotsu")


def test_keys_are_kept_for_a_minute_and_read_again_for_a_new_one() -> None:
    issuer, clock = Issuer(), [float(NOW)]
    kept = verifier(issuer, lambda: clock[0])
    for _ in range(3):
        kept.verify(token())
    assert len(issuer.read) == 2
    fresh = RSAKey.generate_key(2048, parameters={"kid": "next"})
    issuer.keys.append(fresh)
    assert kept.verify(token(fresh)).subject == "system:001"
    assert len(issuer.read) == 4
    issuer.keys = [EC]
    clock[0] += 61
    assert refused(token(), by=kept) == "InvalidIdentityToken"


def test_an_issuer_that_can_not_be_reached_or_is_another_is_not_believed() -> None:
    issuer = Issuer()
    issuer.name = "https://other.example"
    assert refused(token(), by=verifier(issuer)) == "InvalidIdentityToken"

    def unreachable(_url: str) -> Any:
        raise OSError("no route")

    gone = Verifier(lambda _name: PROVIDER, unreachable, lambda: NOW)
    assert refused(token(), by=gone) == "IDPCommunicationError"
