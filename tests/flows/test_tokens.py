"""A system without an SDK: a token by plain HTTP, and whoever checks it finds the keys at the issuer."""

import base64
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from infra.systems import catalogue
from tests.flows.conftest import Sandbox

SCOPE = "031:app_submit/v10/jutogaishaatenabangofuban:Create"


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def fetch(url: str, form: dict[str, str] | None = None, **headers: str) -> Answered:
    """GET, or POST a form."""
    body = None if form is None else urllib.parse.urlencode(form).encode()
    try:
        request = urllib.request.Request(url, body, headers)  # noqa: S310 - on loopback
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - on loopback
            return Answered(answer.status, dict(answer.headers.items()), answer.read())
    except urllib.error.HTTPError as refusal:
        return Answered(refusal.code, dict(refusal.headers.items()), refusal.read())


def basic(sandbox: Sandbox, system: str, **changed: str) -> str:
    """The Authorization header of a system's client."""
    client = sandbox.endpoints["clients"][system] | changed
    pair = f"{client['client_id']}:{client['client_secret']}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def token(sandbox: Sandbox, system: str = "001") -> str:
    form = {"grant_type": "client_credentials", "scope": SCOPE}
    answered = fetch(sandbox.endpoints["token_url"], form, Authorization=basic(sandbox, system))
    assert answered.status == 200, answered
    assert answered.json["token_type"].lower() == "bearer"
    return str(answered.json["access_token"])


def test_every_system_has_a_client_of_its_own(sandbox: Sandbox) -> None:
    clients = sandbox.endpoints["clients"]
    assert set(clients) == set(catalogue().systems)
    assert all(re.fullmatch("[0-9A-Za-z]{32}", client["client_id"]) for client in clients.values())
    assert all(re.fullmatch("[0-9A-Za-z]{32,}", client["client_secret"]) for client in clients.values())
    assert len({(client["client_id"], client["client_secret"]) for client in clients.values()}) == len(clients)
    assert sandbox.endpoints["token_url"] == sandbox.endpoints["outputs"]["TokenUrl"]


def test_token_is_what_the_published_documents_say(sandbox: Sandbox) -> None:
    issuer = sandbox.endpoints["outputs"]["Issuer"]
    discovery = fetch(f"{issuer}/.well-known/openid-configuration").json
    server = fetch(f"{issuer}/.well-known/oauth-authorization-server").json
    assert discovery["issuer"] == server["issuer"] == issuer
    assert server["token_endpoint"] == sandbox.endpoints["token_url"]
    keys = KeySet.import_key_set(fetch(discovery["jwks_uri"]).json)
    read = jwt.decode(token(sandbox), keys, algorithms=discovery["id_token_signing_alg_values_supported"])
    assert read.claims["iss"] == issuer
    assert SCOPE in read.claims["scope"].split()
    assert 0 < read.claims["exp"] - read.claims["iat"] <= 600


def test_provider_learns_that_a_token_is_good_until_it_is_taken_back(sandbox: Sandbox) -> None:
    taken, outputs = token(sandbox), sandbox.endpoints["outputs"]
    provider, owner = basic(sandbox, "031"), basic(sandbox, "001")
    assert fetch(outputs["IntrospectionUrl"], {"token": taken}, Authorization=provider).json["active"] is True
    assert fetch(outputs["RevocationUrl"], {"token": taken}, Authorization=owner).status == 200
    assert fetch(outputs["IntrospectionUrl"], {"token": taken}, Authorization=provider).json == {"active": False}


@pytest.mark.parametrize(
    "changed", [{"client_secret": "0" * 64}, {"client_id": "0" * 32}, {"client_id": "0" * 32, "client_secret": ""}]
)
def test_wrong_credentials_are_refused_without_saying_which_part(sandbox: Sandbox, changed: dict[str, str]) -> None:
    form = {"grant_type": "client_credentials", "scope": SCOPE}
    answered = fetch(sandbox.endpoints["token_url"], form, Authorization=basic(sandbox, "001", **changed))
    assert (answered.status, answered.json) == (401, {"error": "invalid_client"})


@pytest.mark.parametrize("path", ["/", "/oauth2", "/oauth2/token", "/oauth2/token/more", "/oauth2%2Ftoken", "/nothing"])
def test_nothing_but_the_published_calls_is_there(sandbox: Sandbox, path: str) -> None:
    answered = fetch(f"{sandbox.endpoints['outputs']['ApiUrl']}{path}")
    assert (answered.status, answered.json) == (403, {"message": "Missing Authentication Token"})


@pytest.mark.parametrize("path", ["/", "/.well-known/", "/.well-known/nothing.json", "/index.html"])
def test_nothing_but_the_documents_is_public(sandbox: Sandbox, path: str) -> None:
    assert fetch(f"{sandbox.endpoints['outputs']['Issuer']}{path}").status == 403
