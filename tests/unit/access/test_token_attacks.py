"""Whoever shows an API something else than a good token is refused and learns nothing; the log alone tells why."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt

from kyotsu.access.checking import PUBLISHED, Caller
from kyotsu.access.clients import Issued
from kyotsu.access.errors import TokenRefusedError
from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome
from tests.fakes.access import (
    AUDIENCE,
    CANDIDATES,
    FEDERATE,
    INTEGRATED,
    ISSUER,
    NUMBERS,
    AccessWorld,
    MemorySigner,
)


@pytest.fixture
def world() -> AccessWorld:
    return AccessWorld()


@pytest.fixture
def client(world: AccessWorld) -> Issued:
    return world.registry().register("001")


def check(world: AccessWorld, token: str, scope: str = NUMBERS) -> Caller:
    return world.checker.check({"Authorization": [f"Bearer {token}"]}, {}, scope)


def in_base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def said(token: str, part: int = 1) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.split(".")[part] + "=="))
    return content


def forged(
    world: AccessWorld,
    client: Issued,
    *,
    signer: MemorySigner | None = None,
    header: dict[str, Any] | None = None,
    **claims: Any,
) -> str:
    """Return a token signed by a key, with some of a good one's header and claims replaced (None: left out)."""
    good = world.token(client)
    headers = {**said(good, 0), **(header or {})}
    content = {name: value for name, value in {**said(good), **claims}.items() if value is not None}
    key = (signer or world.signer).private
    headers = {name: value for name, value in headers.items() if value is not None}
    return jwt.encode(headers, content, key, algorithms=["RS256", "PS256", "RS512"], default_type=None)


def unsigned(world: AccessWorld, client: Issued) -> str:
    header = in_base64(json.dumps({"alg": "none", "typ": "at+jwt", "kid": "ours"}).encode())
    return f"{header}.{world.token(client).split('.')[1]}."


def by_the_public_key(world: AccessWorld, client: Issued) -> str:
    header = in_base64(json.dumps({"alg": "HS256", "typ": "at+jwt", "kid": "ours"}).encode())
    content = f"{header}.{world.token(client).split('.')[1]}"
    return f"{content}.{in_base64(hmac.digest(world.signer.public_pem, content.encode(), 'sha256'))}"


def with_its_own_key(world: AccessWorld, client: Issued) -> str:
    """The key in the token's own header, which is too long then to be read at all."""
    foreign = MemorySigner("foreign")
    return forged(world, client, signer=foreign, header={"jwk": foreign.private.as_dict(private=False)})


def altered(world: AccessWorld, client: Issued) -> str:
    header, claims, signature = world.token(client).split(".")
    changed = {**json.loads(base64.urlsafe_b64decode(claims + "==")), "sub": "031"}
    return f"{header}.{in_base64(json.dumps(changed).encode())}.{signature}"


def claims(**changed: Any) -> Forgery:
    return lambda world, client: forged(world, client, **changed)


def header(**changed: Any) -> Forgery:
    return lambda world, client: forged(world, client, header=changed)


def moved(**seconds: int) -> Forgery:
    def move(world: AccessWorld, client: Issued) -> str:
        changed: dict[str, Any] = {name: world.clock.seconds() + by for name, by in seconds.items()}
        return forged(world, client, **changed)

    return move


def later(**by: float) -> Forgery:
    """A good token, some time after it was issued."""

    def wait(world: AccessWorld, client: Issued) -> str:
        token = world.token(client)
        world.clock.forward(**by)
        return token

    return wait


Forgery = Callable[[AccessWorld, Issued], str]
FOREIGN = MemorySigner("foreign")
FORGED: list[tuple[str, Forgery, Outcome]] = [
    ("alg none", unsigned, outcomes.TOKEN_ALGORITHM),
    ("public key as HMAC secret", by_the_public_key, outcomes.TOKEN_ALGORITHM),
    ("PS256 with our key", header(alg="PS256"), outcomes.TOKEN_ALGORITHM),
    ("RS512 with our key", header(alg="RS512"), outcomes.TOKEN_ALGORITHM),
    ("wrong key", lambda w, c: forged(w, c, signer=FOREIGN), outcomes.TOKEN_SIGNATURE),
    ("key in its header", with_its_own_key, outcomes.TOKEN_MALFORMED),
    (
        "place of a key in its header",
        lambda w, c: forged(w, c, signer=FOREIGN, header={"jku": "https://elsewhere.example/jwks.json"}),
        outcomes.TOKEN_SIGNATURE,
    ),
    ("changed claims", altered, outcomes.TOKEN_SIGNATURE),
    ("unknown key", lambda w, c: forged(w, c, signer=FOREIGN, header={"kid": "foreign"}), outcomes.TOKEN_KEY),
    ("no key named", header(kid=None), outcomes.TOKEN_KEY),
    ("foreign issuer", claims(iss="https://elsewhere.example"), outcomes.TOKEN_ISSUER),
    ("wrong aud", claims(aud="kyotsu-api-032"), outcomes.TOKEN_AUDIENCE),
    ("aud of two", claims(aud=["kyotsu-api-031", "kyotsu-api-032"]), outcomes.TOKEN_AUDIENCE),
    ("aud of STS", claims(aud=AUDIENCE), outcomes.TOKEN_AUDIENCE),
    ("web identity token", lambda w, c: w.token(c, FEDERATE), outcomes.TOKEN_TYPE),
    ("web identity's typ", header(typ="JWT"), outcomes.TOKEN_TYPE),
    ("no typ", header(typ=None), outcomes.TOKEN_TYPE),
    ("client's assertion", lambda w, c: w.assertion(c), outcomes.TOKEN_ALGORITHM),
    ("expired", moved(exp=-30), outcomes.TOKEN_EXPIRED),
    ("ten minutes and the leeway", later(seconds=630), outcomes.TOKEN_EXPIRED),
    ("not yet valid", moved(nbf=31), outcomes.TOKEN_NOT_YET),
    ("from the future", moved(iat=31), outcomes.TOKEN_NOT_YET),
    *(
        (f"no {name}", claims(**{name: None}), outcomes.TOKEN_CLAIM_MISSING)
        for name in ("exp", "iat", "aud", "iss", "sub", "client_id", "scope", "jti")
    ),
    ("exp is no number", claims(exp="soon"), outcomes.TOKEN_CLAIM_MISSING),
    ("another operation", lambda w, c: w.token(c, CANDIDATES), outcomes.TOKEN_SCOPE),
    ("scope of another provider", claims(scope=INTEGRATED), outcomes.TOKEN_SCOPE),
    ("a scope that only begins so", claims(scope=NUMBERS + "2"), outcomes.TOKEN_SCOPE),
    ("token of another provider", lambda w, c: w.token(c, INTEGRATED), outcomes.TOKEN_AUDIENCE),
    ("a client that is none", claims(client_id="0" * 32), outcomes.TOKEN_OF_DISABLED_CLIENT),
    ("no token", lambda *_: "x", outcomes.TOKEN_MALFORMED),
    ("nothing", lambda *_: "", outcomes.TOKEN_MISSING),
    ("endless", lambda *_: "x" * 8192, outcomes.TOKEN_MISSING),
    ("not ASCII", lambda *_: "東.京.都", outcomes.TOKEN_MISSING),
]


@pytest.mark.parametrize(("forge", "reason"), [case[1:] for case in FORGED], ids=[case[0] for case in FORGED])
def test_what_is_no_good_token_is_refused(world: AccessWorld, client: Issued, forge: Forgery, reason: Outcome) -> None:
    token = forge(world, client)
    with pytest.raises(TokenRefusedError) as refused:
        check(world, token)
    assert (refused.value.status, refused.value.error) == (401, "invalid_token"), "the same for all"
    assert refused.value.code == reason.code


def test_every_reason_has_a_case() -> None:
    tried = {case[2].code for case in FORGED}
    named = {outcome.code for name, outcome in vars(outcomes).items() if name.startswith("TOKEN_")}
    elsewhere = (outcomes.TOKEN_TWICE, outcomes.TOKEN_REVOKED, outcomes.TOKEN_OF_ANOTHER)
    assert named - tried == {outcome.code for outcome in elsewhere}


def test_the_published_text_is_that_of_the_specification() -> None:
    assert PUBLISHED == "アクセストークンが無効です。"


@pytest.mark.parametrize("forge", [moved(exp=-29), moved(nbf=30), moved(iat=30), later(seconds=629)])
def test_clocks_may_differ_by_the_leeway(world: AccessWorld, client: Issued, forge: Forgery) -> None:
    assert check(world, forge(world, client)).system == "001"


Send = Callable[[str], tuple[dict[str, list[str]], dict[str, list[str]]]]
SENT: list[tuple[Send, Outcome]] = [
    (lambda t: ({}, {"access_token": [t]}), outcomes.TOKEN_TWICE),
    (lambda t: ({"Authorization": [f"Bearer {t}"]}, {"Access_Token": [t]}), outcomes.TOKEN_TWICE),
    (lambda t: ({"Authorization": [f"Bearer {t}", f"Bearer {t}"]}, {}), outcomes.TOKEN_TWICE),
    (lambda t: ({"Authorization": [f"Bearer {t}"], "authorization": ["Bearer x"]}, {}), outcomes.TOKEN_TWICE),
    (lambda t: ({}, {}), outcomes.TOKEN_MISSING),
    (lambda t: ({"Authorization": []}, {}), outcomes.TOKEN_MISSING),
    (lambda t: ({"Authorization": [t]}, {}), outcomes.TOKEN_MISSING),
    (lambda t: ({"Authorization": [f"Basic {t}"]}, {}), outcomes.TOKEN_MISSING),
    (lambda t: ({"Authorization": [f"Bearer {' ' * 8192}{t}"]}, {}), outcomes.TOKEN_MISSING),
]


@pytest.mark.parametrize(("send", "reason"), SENT)
def test_a_token_is_sent_in_one_way_alone(world: AccessWorld, client: Issued, send: Send, reason: Outcome) -> None:
    with pytest.raises(TokenRefusedError) as refused:
        world.checker.check(*send(world.token(client)), NUMBERS)
    assert refused.value.code == reason.code


def test_a_token_for_an_api_says_nothing_that_sts_asks_for(world: AccessWorld, client: Issued) -> None:
    api, web_identity = said(world.token(client)), said(world.token(client, FEDERATE))
    assert api["aud"] != web_identity["aud"] == AUDIENCE
    assert api["sub"] != web_identity["sub"]
    assert api["iss"] == web_identity["iss"] == ISSUER
