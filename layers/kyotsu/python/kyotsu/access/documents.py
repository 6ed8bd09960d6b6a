"""The public documents: where our endpoints are (RFC 8414, OpenID Connect Discovery), and our public keys."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from joserfc.jwk import RSAKey

from kyotsu.access.assertions import ALGORITHM as ASSERTION_ALGORITHM
from kyotsu.access.tokens import ALGORITHM

SERVER = ".well-known/oauth-authorization-server"
OPENID = ".well-known/openid-configuration"
"""What STS reads; we are no OpenID provider for people, and name no endpoint for them."""
KEYS = ".well-known/jwks.json"


def public_documents(
    *, issuer: str, api_url: str, scopes: Sequence[str], methods: Sequence[str], keys: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Return the documents by their paths. `keys`: public keys (DER) by `kid`."""
    algorithms = [ASSERTION_ALGORITHM]
    server: dict[str, Any] = {"issuer": issuer, "jwks_uri": f"{issuer}/{KEYS}", "response_types_supported": ["token"]}
    endpoints = {"token": "token", "introspection": "introspect", "revocation": "revoke"}
    for name, path in endpoints.items():
        server[f"{name}_endpoint"] = f"{api_url}/oauth2/{path}"
        server[f"{name}_endpoint_auth_methods_supported"] = list(methods)
        server[f"{name}_endpoint_auth_signing_alg_values_supported"] = algorithms
    server |= {"grant_types_supported": ["client_credentials"], "scopes_supported": list(scopes)}
    openid = server | {
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "claims_supported": ["aud", "exp", "iat", "iss", "jti", "sub"],
    }
    jwks = {"keys": [_published(kid, key) for kid, key in public_key_set(keys).items()]}
    return {name: _json(document) for name, document in ((SERVER, server), (OPENID, openid), (KEYS, jwks))}


def public_key_set(keys: Mapping[str, bytes]) -> dict[str, RSAKey]:
    """Return public keys (DER) as keys that signatures are verified with, by `kid`."""
    return {kid: RSAKey.import_key(_pem(der)) for kid, der in keys.items()}


def _published(kid: str, key: RSAKey) -> dict[str, Any]:
    return {**key.as_dict(private=False), "kid": kid, "use": "sig", "alg": ALGORITHM}


def _pem(der: bytes) -> bytes:
    return b"-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(der) + b"-----END PUBLIC KEY-----\n"


def _json(document: Mapping[str, Any]) -> bytes:
    # The same content gives the same bytes, or it would be written again and again.
    return json.dumps(document, sort_keys=True, indent=1).encode()
