"""Tokens for clients that prove who they are, and what the tokens say."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from kyotsu.access.checking import Caller
from kyotsu.access.server import Answer
from kyotsu.contracts import outcomes
from tests.fakes.access import (
    AUDIENCE,
    CANDIDATES,
    CATALOGUE,
    FEDERATE,
    INTEGRATED,
    ISSUER,
    NUMBERS,
    AccessWorld,
    code,
    event,
)


@pytest.fixture
def world() -> AccessWorld:
    return AccessWorld()


def parts(token: str) -> list[dict[str, Any]]:
    return [json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]]


def test_a_token_lets_its_bearer_in_where_its_scope_says(world: AccessWorld) -> None:
    client = world.registry().register("001")
    token = world.token(client)
    caller = world.checker.check({"authorization": [f"Bearer {token}"]}, {}, NUMBERS)
    assert caller == Caller("001", client.client_id, caller.token_id)


def test_a_token_says_whose_it_is_and_what_for_and_holds_ten_minutes(world: AccessWorld) -> None:
    client = world.registry().register("001")
    header, claims = parts(world.token(client, f"{NUMBERS} {CANDIDATES}"))
    assert header == {"alg": "RS256", "typ": "at+jwt", "kid": "ours"}
    assert claims.pop("jti")
    now = world.clock.seconds()
    assert claims == {
        "iss": ISSUER,
        "sub": "001",
        "client_id": client.client_id,
        "aud": "kyotsu-api-031",
        "scope": f"{NUMBERS} {CANDIDATES}",
        "iat": now,
        "exp": now + 600,
    }


def test_a_token_for_sts_is_of_another_kind(world: AccessWorld) -> None:
    header, claims = parts(world.token(world.registry().register("001"), FEDERATE))
    assert header["typ"] == "JWT"
    assert (claims["aud"], claims["sub"]) == (AUDIENCE, "system:001")


def test_the_answer_is_that_of_the_standard_and_has_no_refresh_token(world: AccessWorld) -> None:
    client = world.registry().register("001")
    answer = world.server.issue(event(world.form(client)))
    assert answer.body.keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert (answer.body["token_type"], answer.body["expires_in"], answer.body["scope"]) == ("Bearer", 600, NUMBERS)
    proxied = answer.proxied()
    assert proxied["headers"]["Cache-Control"] == "no-store"
    assert json.loads(proxied["body"]) == answer.body


def test_nothing_that_may_be_logged_holds_the_token_or_the_secret(world: AccessWorld) -> None:
    client = world.registry().register("001")
    form = world.form(client)
    answer = world.server.issue(event(form))
    logged = repr(answer) + json.dumps(dict(answer.log))
    assert str(answer.body["access_token"]) not in logged
    assert client.client_secret not in logged
    assert form["client_assertion"] not in logged
    assert answer.log.keys() == {"client_id", "system", "token_id", "scope"}


def basic(world: AccessWorld, client_id: str, secret: str, **fields: str) -> Answer:
    pair = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    form = {"grant_type": "client_credentials", "scope": NUMBERS, **fields}
    return world.server.issue(event(form, {"Authorization": f"Basic {pair}"}))


def test_basic_is_accepted_only_where_the_parameters_say_so() -> None:
    world = AccessWorld()
    client = world.registry().register("001")
    assert basic(world, client.client_id, client.client_secret).status == 200
    strict = AccessWorld(store=world.store, allow_basic=False)
    assert code(basic(strict, client.client_id, client.client_secret)) == outcomes.NO_CLIENT_AUTHENTICATION.code


def test_the_server_knows_its_issuer_and_its_token_endpoint_as_audience(world: AccessWorld) -> None:
    client = world.registry().register("001")
    for audience in (ISSUER, [ISSUER]):
        form = world.form(client, client_assertion=world.assertion(client, aud=audience))
        assert world.server.issue(event(form)).status == 200


def test_both_secrets_of_a_rotation_are_accepted_till_the_former_one_ends(world: AccessWorld) -> None:
    former = world.registry().register("001")
    new = world.registry().rotate("001")
    for client in (former, new):
        assert world.token(client)
        assert basic(world, client.client_id, client.client_secret).status == 200
    world.clock.forward(days=7)
    assert world.token(new)
    assert code(world.server.issue(event(world.form(former)))) == outcomes.ASSERTION_SIGNATURE.code
    assert code(basic(world, former.client_id, former.client_secret)) == outcomes.SECRET_WRONG.code


def test_operators_are_told_of_a_last_secret_that_ends_soon(world: AccessWorld) -> None:
    client = world.registry().register("001")
    world.clock.forward(days=334)
    assert not world.server.issue(event(world.form(client))).secret_ending
    world.clock.forward(days=2)
    assert world.server.issue(event(world.form(client))).secret_ending
    new = world.registry().rotate("001")
    assert not world.server.issue(event(world.form(new))).secret_ending


@pytest.mark.parametrize(
    ("scope", "reason"),
    [
        ("", outcomes.SCOPE_MISSING),
        ("031:app_submit/v10/jutogaishaatenabangofuban:Delete", outcomes.SCOPE_UNKNOWN),
        (f"{NUMBERS} all", outcomes.SCOPE_UNKNOWN),
        (f"{NUMBERS} {INTEGRATED}", outcomes.SCOPE_OF_TWO_PROVIDERS),
        (f"{NUMBERS} {FEDERATE}", outcomes.SCOPE_OF_TWO_PROVIDERS),
    ],
)
def test_scopes_that_nobody_may_have_together_are_refused(
    world: AccessWorld, scope: str, reason: outcomes.Outcome
) -> None:
    answer = world.server.issue(event(world.form(world.registry().register("001"), scope)))
    assert (answer.status, answer.body) == (400, {"error": "invalid_scope"})
    assert code(answer) == reason.code
    assert answer.log["system"] == "001"


def test_a_scope_without_the_parameter_is_missing(world: AccessWorld) -> None:
    form = world.form(world.registry().register("001"))
    del form["scope"]
    assert code(world.server.issue(event(form))) == outcomes.SCOPE_MISSING.code


def test_only_systems_that_the_catalogue_names_get_a_scope(world: AccessWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    import msgspec

    api = msgspec.structs.replace(CATALOGUE.apis[NUMBERS], systems=("002", "A0b"))
    monkeypatch.setitem(CATALOGUE.apis, NUMBERS, api)
    registry = world.registry()
    assert world.token(registry.register("002"))
    answer = world.server.issue(event(world.form(registry.register("001"))))
    assert code(answer) == outcomes.SCOPE_NOT_ALLOWED.code
    assert api.allows("a0B")
