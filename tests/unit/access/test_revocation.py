"""Tokens that were taken back, and who is told what about a token."""

from __future__ import annotations

import pytest

from kyotsu.access.clients import Issued
from kyotsu.access.errors import TokenRefusedError
from kyotsu.access.server import Answer
from kyotsu.contracts import outcomes
from tests.fakes.access import FEDERATE, INTEGRATED, NUMBERS, AccessWorld, code, event

FRESH = 60


@pytest.fixture
def world() -> AccessWorld:
    return AccessWorld()


@pytest.fixture
def client(world: AccessWorld) -> Issued:
    return world.registry().register("001")


def asked(world: AccessWorld, client: Issued, endpoint: str, token: str, **fields: str) -> Answer:
    form = {name: value for name, value in world.form(client).items() if name.startswith("client_")}
    answer: Answer = getattr(world.server, endpoint)(event({**form, "token": token, **fields}))
    return answer


def refusal(world: AccessWorld, token: str) -> str:
    with pytest.raises(TokenRefusedError) as refused:
        world.checker.check({"Authorization": [f"Bearer {token}"]}, {}, NUMBERS)
    return refused.value.code


def let_in(world: AccessWorld, token: str) -> bool:
    return world.checker.check({"Authorization": [f"Bearer {token}"]}, {}, NUMBERS).system == "001"


def test_a_revoked_token_is_refused_within_the_set_time(world: AccessWorld, client: Issued) -> None:
    token, other = world.token(client), world.token(client)
    assert let_in(world, token)
    assert asked(world, client, "revoke", token).status == 200
    world.clock.forward(seconds=FRESH - 1)
    assert let_in(world, token), "what is known may be so old"
    world.clock.forward(seconds=1)
    assert refusal(world, token) == outcomes.TOKEN_REVOKED.code
    assert let_in(world, other)


def test_what_is_known_is_not_asked_again_and_never_of_another_token(world: AccessWorld, client: Issued) -> None:
    token = world.token(client)
    for _ in range(5):
        assert let_in(world, token)
    assert world.store.asked == 1
    assert let_in(world, world.token(client))
    assert world.store.asked == 2


def test_a_clock_that_was_set_back_does_not_make_old_knowledge_fresh(world: AccessWorld, client: Issued) -> None:
    token = world.token(client)
    assert let_in(world, token)
    world.clock.forward(seconds=-10)
    world.store.revoke(client.client_id, "x", 0)
    assert let_in(world, token)
    assert world.store.asked == 2


def test_disabling_a_client_takes_all_its_tokens_back_and_enabling_returns_none(
    world: AccessWorld, client: Issued
) -> None:
    token = world.token(client)
    world.registry().disable("001")
    assert refusal(world, token) == outcomes.TOKEN_OF_DISABLED_CLIENT.code
    world.clock.forward(seconds=FRESH)
    world.registry().enable("001")
    assert refusal(world, token) == outcomes.TOKEN_REVOKED.code
    world.clock.forward(seconds=1)
    assert let_in(world, world.token(client))


def test_disabling_closes_the_role_and_goes_on_where_it_broke_off(world: AccessWorld, client: Issued) -> None:
    world.roles.broken = True
    with pytest.raises(ConnectionError):
        world.registry().disable("001")
    assert world.store.clients["001"].disabled, "no new token, whatever becomes of the role"
    world.roles.broken = False
    for _ in range(2):
        assert world.registry().disable("001").disabled
        assert world.roles.closed == {"001"}
    world.roles.broken = True
    with pytest.raises(ConnectionError):
        world.registry().enable("001")
    world.roles.broken = False
    assert not world.registry().enable("001").disabled
    assert world.roles.closed == set()


def test_revoking_again_or_revoking_nothing_is_no_error(world: AccessWorld, client: Issued) -> None:
    token = world.token(client)
    for _ in range(2):
        assert asked(world, client, "revoke", token, token_type_hint="access_token").status == 200
    assert asked(world, client, "revoke", "x").status == 200
    assert len(world.store.revoked) == 1


def test_nobody_takes_another_clients_token_back(world: AccessWorld, client: Issued) -> None:
    token = world.token(client)
    answer = asked(world, world.registry().register("002"), "revoke", token)
    assert (answer.status, answer.body) == (400, {"error": "invalid_grant"})
    assert code(answer) == outcomes.TOKEN_OF_ANOTHER.code
    assert world.store.revoked == set()


def test_a_request_without_token_is_malformed(world: AccessWorld, client: Issued) -> None:
    for endpoint in ("revoke", "introspect"):
        form = {name: value for name, value in world.form(client).items() if name.startswith("client_")}
        answer: Answer = getattr(world.server, endpoint)(event(form))
        assert (answer.status, code(answer)) == (400, outcomes.REQUEST_MALFORMED.code)


INACTIVE = {"active": False}


def test_a_provider_is_told_about_tokens_for_its_api(world: AccessWorld, client: Issued) -> None:
    provider = world.registry().register("031")
    answer = asked(world, provider, "introspect", world.token(client))
    assert answer.status == 200
    told = {name: answer.body[name] for name in ("active", "sub", "client_id", "scope", "aud", "token_type")}
    assert told == {
        "active": True,
        "sub": "001",
        "client_id": client.client_id,
        "scope": NUMBERS,
        "aud": "kyotsu-api-031",
        "token_type": "Bearer",
    }


def test_nobody_is_told_about_any_other_token(world: AccessWorld, client: Issued) -> None:
    provider = world.registry().register("031")
    assert asked(world, client, "introspect", world.token(client)).body == INACTIVE, "not even whose it is"
    for token in (world.token(client, INTEGRATED), world.token(client, FEDERATE), world.assertion(client), "x"):
        answer = asked(world, provider, "introspect", token)
        assert (answer.status, answer.body) == (200, INACTIVE)


def test_a_token_that_holds_no_more_is_inactive_at_once(world: AccessWorld, client: Issued) -> None:
    provider = world.registry().register("031")
    token, other = world.token(client), world.token(client)
    asked(world, client, "revoke", token)
    assert asked(world, provider, "introspect", token).body == INACTIVE
    world.registry().disable("001")
    assert asked(world, provider, "introspect", other).body == INACTIVE
    world.clock.forward(seconds=700)
    assert asked(world, provider, "introspect", other).body == INACTIVE
