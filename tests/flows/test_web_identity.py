"""Tokens at STS: the federation token of a system opens its role; whatever only looks like one opens nothing."""

from __future__ import annotations

import base64
import json
import urllib.parse
import urllib.request
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.flows.conftest import Sandbox

FEDERATE = "030:object_storage:Federate"
API = "031:app_submit/v10/jutogaishaatenabangofuban:Create"


def issued(sandbox: Sandbox, scope: str) -> str:
    """Return a token of the token server for system 001."""
    client = sandbox.endpoints["clients"]["001"]
    pair = base64.b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()
    body = urllib.parse.urlencode({"grant_type": "client_credentials", "scope": scope}).encode()
    request = urllib.request.Request(  # noqa: S310 # the sandbox's own address
        sandbox.endpoints["token_url"], data=body, headers={"Authorization": f"Basic {pair}"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310 # as above
        return str(json.load(answer)["access_token"])


def assume(sandbox: Sandbox, token: str) -> str:
    """Return whom STS makes of a token."""
    sts = boto3.client(
        "sts",
        endpoint_url=sandbox.endpoints["aws_endpoint"],
        region_name=sandbox.endpoints["region"],
        config=Config(signature_version=UNSIGNED),
    )
    answer = sts.assume_role_with_web_identity(
        RoleArn=sandbox.endpoints["outputs"]["FederatedRole001"], RoleSessionName="test", WebIdentityToken=token
    )
    return answer["AssumedRoleUser"]["Arn"]


def parts(token: str) -> list[dict[str, Any]]:
    """Return the header and the claims of a token."""
    return [json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]]


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


@pytest.fixture(scope="module")
def genuine(sandbox: Sandbox) -> str:
    """A token that STS believes."""
    token = issued(sandbox, FEDERATE)
    assert assume(sandbox, token).endswith("/test")
    return token


@pytest.mark.parametrize("what", ["garbage", "alg none", "changed", "own key", "foreign issuer", "for our APIs"])
def test_what_only_looks_like_a_token_is_refused(sandbox: Sandbox, genuine: str, what: str) -> None:
    header, claims = parts(genuine)
    signature, mine = genuine.split(".")[2], RSAKey.generate_key(2048)
    forged = {
        "garbage": "garbage",
        "alg none": f"{encoded(header | {'alg': 'none'})}.{encoded(claims)}.",
        "changed": f"{encoded(header)}.{encoded(claims | {'sub': 'system:010'})}.{signature}",
        "own key": jwt.encode({"alg": "RS256", "kid": header["kid"]}, claims, mine),
        "foreign issuer": jwt.encode({"alg": "RS256"}, claims | {"iss": "https://foreign.example"}, mine),
        "for our APIs": "",
    }[what] or issued(sandbox, API)
    with pytest.raises(ClientError) as refused:
        assume(sandbox, forged)
    assert refused.value.response["Error"]["Code"] in ("InvalidIdentityToken", "AccessDenied")
