"""authlib as a linked system's OAuth client, and an operator who changes its secrets, against the sandbox."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import ClientSecretJWT

from tests.flows.conftest import Sandbox

NUMBERS = "031:app_submit/v10/jutogaishaatenabangofuban:Create"
FEDERATE = "030:object_storage:Federate"
SYSTEM = "039"
"""No other test uses it."""


def fetched(sandbox: Sandbox, client: dict[str, str], method: str, scope: str = NUMBERS, **claims: Any) -> Any:
    """Return the token of a client that authenticates by a method."""
    url = sandbox.endpoints["token_url"]
    said = {"exp": int(time.time()) + 60, **claims}
    authenticate = ClientSecretJWT(url, claims=said) if method == "client_secret_jwt" else method
    names = client["client_id"], client["client_secret"]
    with OAuth2Session(*names, token_endpoint_auth_method=authenticate) as session:
        return session.fetch_token(url, grant_type="client_credentials", scope=scope)


def refused(sandbox: Sandbox, client: dict[str, str], **named: Any) -> str:
    with pytest.raises(OAuthError) as error:
        fetched(sandbox, client, "client_secret_jwt", **named)
    assert not error.value.description, "nobody learns which part was wrong"
    return str(error.value.error)


def printed(sandbox: Sandbox, *arguments: str) -> list[dict[str, Any]]:
    """Return what `kyotsu access client …` prints as JSON."""
    done = sandbox.kyotsu("access", "client", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("method", ["client_secret_jwt", "client_secret_basic"])
@pytest.mark.parametrize("scope", [NUMBERS, FEDERATE])
def test_authlib_gets_tokens(sandbox: Sandbox, method: str, scope: str) -> None:
    token = fetched(sandbox, sandbox.endpoints["clients"]["001"], method, scope)
    assert (token["token_type"], token["expires_in"], token["scope"]) == ("Bearer", 600, scope)
    assert "refresh_token" not in token


def test_attacks_are_refused_alike(sandbox: Sandbox) -> None:
    client = sandbox.endpoints["clients"]["001"]
    now = int(time.time())
    assert fetched(sandbox, client, "client_secret_jwt", jti="flow-once")
    answers = {
        refused(sandbox, client, jti="flow-once"),
        refused(sandbox, client, exp=now - 60),
        refused(sandbox, client, nbf=now + 3600),
        refused(sandbox, client, aud="https://elsewhere.example"),
        refused(sandbox, client, sub=sandbox.endpoints["clients"]["002"]["client_id"]),
        refused(sandbox, {**client, "client_secret": "0" * 64}),
    }
    assert answers == {"invalid_client"}
    assert refused(sandbox, client, scope=f"{NUMBERS} {FEDERATE}") == "invalid_scope"


def test_an_operator_rotates_disables_and_enables_a_client(sandbox: Sandbox) -> None:
    former = sandbox.endpoints["clients"][SYSTEM]
    (new,) = printed(sandbox, "rotate", SYSTEM)
    for client in (former, new):
        assert fetched(sandbox, client, "client_secret_jwt")
    assert printed(sandbox, "disable", SYSTEM)[0]["disabled"] is True
    assert refused(sandbox, new) == "invalid_client"
    assert printed(sandbox, "enable", SYSTEM)[0]["disabled"] is False
    assert fetched(sandbox, new, "client_secret_jwt")
    listed = printed(sandbox, "list")
    (state,) = [state for state in listed if state["system"] == SYSTEM]
    assert (state["client_id"], state["disabled"], len(state["ends_at"])) == (new["client_id"], False, 2)
    assert new["client_secret"] not in str(listed)
