"""Whoever only pretends to be a client is refused, learns nothing, and is told apart by the log alone."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from joserfc import jws

from kyotsu.access.clients import Issued
from kyotsu.access.requests import LARGEST_BODY
from kyotsu.access.server import Answer
from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome
from tests.fakes.access import NUMBERS, AccessWorld, MemorySigner, code, event

REFUSED = {
    "statusCode": 401,
    "headers": {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "Pragma": "no-cache",
        "WWW-Authenticate": 'Basic realm="kyotsu"',
    },
    "body": '{"error": "invalid_client"}',
}


def encoded(value: Any) -> str:
    return in_base64(json.dumps(value).encode())


def unsigned(world: AccessWorld, client: Issued) -> str:
    claims = world.assertion(client).split(".")[1]
    return f"{encoded({'alg': 'none'})}.{claims}."


def by_our_public_key(world: AccessWorld, client: Issued) -> str:
    """The public key that everybody knows, taken for a secret."""
    content = ".".join(world.assertion(client).split(".")[:2])
    return f"{content}.{in_base64(hmac.digest(world.signer.public_pem, content.encode(), 'sha256'))}"


def in_base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def by_private_key(world: AccessWorld, client: Issued) -> str:
    claims = base64.urlsafe_b64decode(world.assertion(client).split(".")[1] + "==")
    return jws.serialize_compact({"alg": "RS256"}, claims, MemorySigner("foreign").private)


def of_another(world: AccessWorld, client: Issued) -> str:
    """Signed by one client in the name of another."""
    victim = world.registry().register("002")
    return world.assertion(client, iss=victim.client_id, sub=victim.client_id)


def critical(world: AccessWorld, client: Issued) -> str:
    said = world.assertion(client).split(".")[1]
    header = encoded({"alg": "HS256", "crit": ["strange"], "strange": 1})
    return f"{header}.{said}.{encoded('x')}"


Forgery = Callable[[AccessWorld, Issued], str]


def claims(**changed: Any) -> Forgery:
    return lambda world, client: world.assertion(client, **changed)


def moved(**seconds: int) -> Forgery:
    """Claims that lie so many seconds from now."""

    def move(world: AccessWorld, client: Issued) -> str:
        changed: dict[str, Any] = {name: world.clock.seconds() + by for name, by in seconds.items()}
        return world.assertion(client, **changed)

    return move


FORGED: list[tuple[str, Forgery, Outcome]] = [
    ("alg none", unsigned, outcomes.ASSERTION_ALGORITHM),
    ("HS512", lambda w, c: w.assertion(c, {"alg": "HS512"}), outcomes.ASSERTION_ALGORITHM),
    ("RS256", by_private_key, outcomes.ASSERTION_ALGORITHM),
    ("public key as secret", by_our_public_key, outcomes.ASSERTION_SIGNATURE),
    ("another's client_id", of_another, outcomes.ASSERTION_SIGNATURE),
    ("iss is not sub", claims(iss="x"), outcomes.ASSERTION_ISSUER),
    ("no iss", claims(iss=None), outcomes.ASSERTION_CLAIM_MISSING),
    ("no sub", claims(sub=None), outcomes.ASSERTION_CLAIM_MISSING),
    ("sub is no text", claims(sub=5), outcomes.ASSERTION_CLAIM_MISSING),
    ("unknown client", claims(iss="0" * 32, sub="0" * 32), outcomes.CLIENT_ID_UNKNOWN),
    ("no client id at all", claims(iss="x#y", sub="x#y"), outcomes.CLIENT_ID_UNKNOWN),
    ("no aud", claims(aud=None), outcomes.ASSERTION_CLAIM_MISSING),
    ("wrong aud", claims(aud="https://elsewhere.example"), outcomes.ASSERTION_AUDIENCE),
    ("two auds", claims(aud=["https://issuer.example", "https://elsewhere.example"]), outcomes.ASSERTION_AUDIENCE),
    ("aud is no text", claims(aud=[5]), outcomes.ASSERTION_AUDIENCE),
    ("no exp", claims(exp=None), outcomes.ASSERTION_CLAIM_MISSING),
    ("exp is no number", claims(exp="soon"), outcomes.ASSERTION_CLAIM_MISSING),
    ("expired", moved(exp=-30), outcomes.ASSERTION_EXPIRED),
    ("not yet valid", moved(nbf=31), outcomes.ASSERTION_NOT_YET),
    ("from the future", moved(iat=31), outcomes.ASSERTION_NOT_YET),
    ("holds too long", moved(exp=331), outcomes.ASSERTION_TOO_LONG),
    ("holds for ever", claims(exp=10**400), outcomes.ASSERTION_TOO_LONG),
    ("no jti", claims(jti=None), outcomes.ASSERTION_CLAIM_MISSING),
    ("empty jti", claims(jti=""), outcomes.ASSERTION_CLAIM_MISSING),
    ("endless jti", claims(jti="x" * 257), outcomes.ASSERTION_CLAIM_MISSING),
    ("jti is no text", claims(jti=5), outcomes.ASSERTION_CLAIM_MISSING),
    ("unknown critical header", critical, outcomes.ASSERTION_MALFORMED),
    ("no JWT", lambda *_: "x", outcomes.ASSERTION_MALFORMED),
    ("empty", lambda *_: "", outcomes.NO_CLIENT_AUTHENTICATION),
    ("not ASCII", lambda *_: "東.京.都", outcomes.ASSERTION_MALFORMED),
    ("claims are no object", lambda *_: f"{encoded({'alg': 'HS256'})}.{encoded([])}.", outcomes.ASSERTION_MALFORMED),
    (
        "too deep to be read",
        lambda *_: f"{encoded({'alg': 'HS256'})}.{in_base64(b'[' * 5500)}.",
        outcomes.ASSERTION_MALFORMED,
    ),
    ("too long to be read", lambda *_: "x" * 8193, outcomes.ASSERTION_MALFORMED),
]


@pytest.fixture
def world() -> AccessWorld:
    return AccessWorld()


@pytest.fixture
def client(world: AccessWorld) -> Issued:
    return world.registry().register("001")


@pytest.mark.parametrize(("forge", "reason"), [case[1:] for case in FORGED], ids=[case[0] for case in FORGED])
def test_a_forged_assertion_is_refused(world: AccessWorld, client: Issued, forge: Forgery, reason: Outcome) -> None:
    answer = world.server.issue(event(world.form(client, client_assertion=forge(world, client))))
    assert answer.proxied() == REFUSED
    assert code(answer) == reason.code


@pytest.mark.parametrize("forge", [moved(exp=-29), moved(nbf=30), moved(iat=30), moved(exp=330), claims(iat=None)])
def test_clocks_may_differ_by_the_leeway(world: AccessWorld, client: Issued, forge: Forgery) -> None:
    assert world.server.issue(event(world.form(client, client_assertion=forge(world, client)))).status == 200


def test_an_assertion_is_good_for_one_token(world: AccessWorld, client: Issued) -> None:
    form = world.form(client)
    assert world.server.issue(event(form)).status == 200
    again = world.server.issue(event(form))
    assert again.proxied() == REFUSED
    assert code(again) == outcomes.ASSERTION_REPLAYED.code


def test_of_assertions_at_the_same_time_one_is_good(world: AccessWorld, client: Issued) -> None:
    form = event(world.form(client))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(world.server.issue, [form] * 16))
    assert [answer.status for answer in answers].count(200) == 1
    assert {code(answer) for answer in answers if answer.refused} == {outcomes.ASSERTION_REPLAYED.code}


def test_a_refused_assertion_uses_up_nothing(world: AccessWorld, client: Issued) -> None:
    for forged in (world.assertion(client, jti="one", aud="x"), by_our_public_key(world, client)):
        assert world.server.issue(event(world.form(client, client_assertion=forged))).status == 401
    assert (
        world.server.issue(event(world.form(client, client_assertion=world.assertion(client, jti="one")))).status == 200
    )


def test_the_same_jti_of_two_clients_is_two(world: AccessWorld, client: Issued) -> None:
    for one in (client, world.registry().register("002")):
        form = world.form(one, client_assertion=world.assertion(one, jti="one"))
        assert world.server.issue(event(form)).status == 200


def basic(text: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


GRANT = {"grant_type": "client_credentials", "scope": NUMBERS}
Send = Callable[[AccessWorld, Issued], dict[str, Any]]
SENT: list[tuple[str, Send, Outcome]] = [
    ("two methods", lambda w, c: event(w.form(c), basic(f"{c.client_id}:{c.client_secret}")),
     outcomes.TWO_CLIENT_AUTHENTICATIONS),
    ("Bearer and assertion", lambda w, c: event(w.form(c), {"Authorization": "Bearer x"}),
     outcomes.TWO_CLIENT_AUTHENTICATIONS),
    ("two headers", lambda w, c: twice(event(GRANT, basic(f"{c.client_id}:{c.client_secret}"))),
     outcomes.TWO_CLIENT_AUTHENTICATIONS),
    ("secret and assertion", lambda w, c: event(w.form(c, client_secret=c.client_secret)),
     outcomes.TWO_CLIENT_AUTHENTICATIONS),
    ("secret in the body", lambda w, c: event({**GRANT, "client_id": c.client_id, "client_secret": c.client_secret}),
     outcomes.SECRET_IN_BODY),
    ("secret in the query", lambda w, c: event(GRANT, None, {"client_secret": c.client_secret}),
     outcomes.CREDENTIALS_IN_QUERY),
    ("assertion in the query", lambda w, c: event(GRANT, None, {"Client_Assertion": w.assertion(c)}),
     outcomes.CREDENTIALS_IN_QUERY),
    ("oversized header", lambda w, c: event(w.form(c), {"X-Padding": "x" * 8192}), outcomes.HEADERS_TOO_LARGE),
    ("nobody", lambda w, c: event(GRANT), outcomes.NO_CLIENT_AUTHENTICATION),
    ("client_id alone", lambda w, c: event({**GRANT, "client_id": c.client_id}), outcomes.NO_CLIENT_AUTHENTICATION),
    ("strange assertion type", lambda w, c: event(w.form(c, client_assertion_type="saml")),
     outcomes.NO_CLIENT_AUTHENTICATION),
    ("assertion without type", lambda w, c: event({**GRANT, "client_assertion": w.assertion(c)}),
     outcomes.NO_CLIENT_AUTHENTICATION),
    ("form of another client", lambda w, c: event(w.form(c, client_id="0" * 32)), outcomes.ASSERTION_ISSUER),
    ("basic, wrong secret", lambda w, c: event(GRANT, basic(f"{c.client_id}:{'0' * 64}")), outcomes.SECRET_WRONG),
    ("basic, secret not ASCII", lambda w, c: event(GRANT, basic(f"{c.client_id}:秘密")), outcomes.SECRET_WRONG),
    ("basic, unknown client", lambda w, c: event(GRANT, basic(f"{'0' * 32}:x")), outcomes.CLIENT_ID_UNKNOWN),
    ("basic, no colon", lambda w, c: event(GRANT, basic("x")), outcomes.NO_CLIENT_AUTHENTICATION),
    ("basic, no base64", lambda w, c: event(GRANT, {"Authorization": "Basic é"}), outcomes.NO_CLIENT_AUTHENTICATION),
    ("basic, no text", lambda w, c: event(GRANT, {"Authorization": "Basic /////w=="}),
     outcomes.NO_CLIENT_AUTHENTICATION),
    ("a token in place of a secret", lambda w, c: event(GRANT, {"Authorization": f"Bearer {w.token(c)}"}),
     outcomes.NO_CLIENT_AUTHENTICATION),
]  # fmt: skip


def twice(sent: dict[str, Any]) -> dict[str, Any]:
    sent["multiValueHeaders"]["Authorization"] *= 2
    return sent


@pytest.mark.parametrize(("send", "reason"), [case[1:] for case in SENT], ids=[case[0] for case in SENT])
@pytest.mark.parametrize("endpoint", ["issue", "introspect", "revoke"])
def test_whoever_is_not_known_for_certain_is_refused_everywhere(
    world: AccessWorld, client: Issued, send: Send, reason: Outcome, endpoint: str
) -> None:
    answer: Answer = getattr(world.server, endpoint)(send(world, client))
    assert answer.proxied() == REFUSED
    assert code(answer) == reason.code


def test_a_disabled_client_is_refused_until_it_is_enabled(world: AccessWorld, client: Issued) -> None:
    world.registry().disable("001")
    sent = (event(world.form(client)), event(GRANT, basic(f"{client.client_id}:{client.client_secret}")))
    for answer in map(world.server.issue, sent):
        assert answer.proxied() == REFUSED
        assert code(answer) == outcomes.CLIENT_DISABLED.code
        assert answer.log["client_id"] == client.client_id
    world.registry().enable("001")
    assert world.token(client)


def test_another_grant_is_refused(world: AccessWorld, client: Issued) -> None:
    for grant in ("password", "refresh_token", "authorization_code", ""):
        answer = world.server.issue(event(world.form(client, grant_type=grant)))
        assert (answer.status, answer.body) == (400, {"error": "unsupported_grant_type"})
        assert code(answer) == outcomes.GRANT_TYPE_UNSUPPORTED.code


def malformed(world: AccessWorld, client: Issued) -> list[dict[str, Any]]:
    form = world.form(client)
    good = event(form)
    return [
        {**good, "multiValueHeaders": {"Content-Type": ["application/json"]}},
        {**good, "multiValueHeaders": None},
        {**good, "body": good["body"] + "&scope=all"},
        {**good, "body": "scope"},
        {**good, "body": "scope=%ff"},
        {**good, "body": "=".join(("x", "y" * LARGEST_BODY))},
        {**good, "body": "&".join(f"a{i}=1" for i in range(21))},
        {**good, "body": "é", "isBase64Encoded": True},
        {**good, "multiValueQueryStringParameters": {"x": ["1"]}},
    ]


def test_what_can_not_be_read_is_refused(world: AccessWorld, client: Issued) -> None:
    for sent in malformed(world, client):
        answer = world.server.issue(sent)
        assert (answer.status, answer.body) == (400, {"error": "invalid_request"}), sent["body"]
        assert code(answer) == outcomes.REQUEST_MALFORMED.code


def test_a_body_may_come_in_base64(world: AccessWorld, client: Issued) -> None:
    sent = event(world.form(client))
    sent |= {"body": base64.b64encode(sent["body"].encode()).decode(), "isBase64Encoded": True}
    assert world.server.issue(sent).status == 200
