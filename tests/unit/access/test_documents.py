"""The public documents: what others check our tokens with, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oidc.discovery import OpenIDProviderMetadata
from cryptography.hazmat.primitives import serialization
from joserfc import jwt
from joserfc.jwk import KeySet

from kyotsu.access.documents import KEYS, OPENID, SERVER, public_documents
from tests.fakes.access import API_URL, CATALOGUE, FEDERATE, ISSUER, AccessWorld, private_key


def der(name: str) -> bytes:
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    return private_key(name).public_key().public_bytes(serialization.Encoding.DER, kind)


@pytest.fixture
def documents() -> dict[str, Any]:
    made = public_documents(
        issuer=ISSUER,
        api_url=API_URL,
        scopes=sorted(CATALOGUE.apis),
        methods=["client_secret_jwt"],
        keys={"ours": der("ours"), "next": der("next")},
    )
    return {name: json.loads(content) for name, content in made.items()}


def test_the_metadata_is_valid_by_rfc_8414(documents: dict[str, Any]) -> None:
    metadata = AuthorizationServerMetadata(documents[SERVER])
    metadata.validate()
    assert metadata["token_endpoint"] == f"{API_URL}/oauth2/token"
    assert metadata["token_endpoint_auth_signing_alg_values_supported"] == ["HS256"]
    assert metadata["grant_types_supported"] == ["client_credentials"]
    assert FEDERATE in metadata["scopes_supported"]


def test_the_discovery_document_has_what_sts_reads(documents: dict[str, Any]) -> None:
    openid = OpenIDProviderMetadata(documents[OPENID])
    openid.validate_jwks_uri()
    openid.validate_subject_types_supported()
    openid.validate_id_token_signing_alg_values_supported()
    assert openid["issuer"] == ISSUER
    assert openid["jwks_uri"] == f"{ISSUER}/{KEYS}"
    assert openid["id_token_signing_alg_values_supported"] == ["RS256"]
    assert "authorization_endpoint" not in openid, "nobody signs in here"


def test_both_keys_of_a_rotation_are_published_without_anything_private(documents: dict[str, Any]) -> None:
    assert [key["kid"] for key in documents[KEYS]["keys"]] == ["ours", "next"]
    for key in documents[KEYS]["keys"]:
        assert key.keys() == {"kty", "n", "e", "kid", "use", "alg"}
        assert (key["kty"], key["use"], key["alg"]) == ("RSA", "sig", "RS256")


@pytest.mark.parametrize("scope", [FEDERATE, "031:app_submit/v10/jutogaishaatenabangofuban:Create"])
def test_a_stranger_verifies_our_tokens_with_the_published_keys(documents: dict[str, Any], scope: str) -> None:
    world = AccessWorld()
    token = world.token(world.registry().register("001"), scope)
    keys = KeySet.import_key_set(documents[KEYS])
    assert jwt.decode(token, keys, algorithms=["RS256"]).claims["iss"] == ISSUER


def test_the_same_content_is_the_same_bytes() -> None:
    def made() -> dict[str, bytes]:
        return public_documents(issuer=ISSUER, api_url=API_URL, scopes=["a"], methods=["b"], keys={"k": der("ours")})

    assert made() == made()
