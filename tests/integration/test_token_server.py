"""The functions of the token server on moto: DynamoDB, Secrets Manager, KMS and S3 as they are used."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey
from pynamodb.connection import Connection

from kyotsu.access.clients import ClientRegistry, Issued, random_text
from kyotsu.access.errors import ClientConflictError, TokenRefusedError
from kyotsu.access.standing import Standing
from kyotsu.access.table import AccessTable
from kyotsu.contracts import outcomes
from kyotsu.wiring import access as wiring
from tests.fakes.access import ASSERTION_TYPE, CATALOGUE, FEDERATE, NUMBERS, event
from tests.integration.cloud import MUNICIPALITY, Cloud
from tests.integration.conftest import ROOT, Handler, load

ISSUER, API = "https://issuer.example", "https://api.example/kyotsu"
TOKEN_URL = f"{API}/oauth2/token"
CACHED = (wiring.token_server, wiring.token_checker, wiring.access_table, wiring.token_reader)
SETTINGS = {
    "ACCESS_TABLE": "access",
    "CLIENT_SECRET_PREFIX": "test/clients/",
    "ISSUER": ISSUER,
    "API_URL": API,
    "TOKEN_SECONDS": "600",
    "LEEWAY_SECONDS": "30",
    "ASSERTION_SECONDS": "300",
    "REVOCATION_SECONDS": "0",
    "ALLOW_BASIC": "true",
    "WEB_IDENTITY_AUDIENCE": "kyotsu-file-linkage",
    "PUBLIC_BUCKET": "public",
    "POWERTOOLS_LOG_LEVEL": "DEBUG",
}


@dataclass
class TokenCloud:
    """The token server's resources, and who registers clients."""

    outputs: dict[str, str]

    @property
    def registry(self) -> ClientRegistry:
        return wiring.client_registry(self.outputs, MUNICIPALITY, CATALOGUE)

    @property
    def table(self) -> AccessTable:
        return AccessTable("access", MUNICIPALITY)


@pytest.fixture
def tokens(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenCloud]:
    for cached in CACHED:
        cached.cache_clear()
    monkeypatch.setattr(wiring, "layer_root", lambda: ROOT / "catalogue")
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    kms = boto3.client("kms")
    boto3.client("dynamodb").create_table(
        TableName="access",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    )
    boto3.client("s3").create_bucket(
        Bucket="public", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"}
    )
    signing = [kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"] for _ in range(2)]
    monkeypatch.setenv("SIGNING_KEYS", ",".join(signing))
    key = kms.create_key()["KeyMetadata"]["Arn"]
    yield TokenCloud({"AccessTable": "access", "ClientKey": key, "ClientSecretPrefix": "test/clients/"})
    for cached in CACHED:
        cached.cache_clear()


@pytest.fixture
def issue(tokens: TokenCloud) -> Handler:
    handler: Handler = load("access/issue_token").handler
    return handler


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> pytest.CaptureFixture[str]:
    """What the functions write; powertools keeps the stream that a service's first logger found."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", random_text(8))
    return capsys


class Context:
    """What powertools asks of Lambda's context."""

    function_name = "test"
    memory_limit_in_mb = 1
    invoked_function_arn = "arn"
    aws_request_id = "id"


def assertion(client: Issued, **claims: Any) -> dict[str, str]:
    now = int(time.time())
    said = {"iss": client.client_id, "sub": client.client_id, "aud": TOKEN_URL, "exp": now + 60, "iat": now}
    signed = jwt.encode(
        {"alg": "HS256"}, said | {"jti": random_text(9)} | claims, OctKey.import_key(client.client_secret)
    )
    return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": signed}


def form(client: Issued, scope: str = NUMBERS) -> dict[str, str]:
    return {"grant_type": "client_credentials", "scope": scope, **assertion(client)}


def token(issue: Handler, client: Issued, scope: str = NUMBERS) -> str:
    answer = issue(event(form(client, scope)), Context())
    assert answer["statusCode"] == 200, answer
    return str(json.loads(answer["body"])["access_token"])


def test_a_token_is_signed_by_kms_and_checked_by_the_published_keys(tokens: TokenCloud, issue: Handler) -> None:
    publish = load("access/publish_keys").handler
    names = [f".well-known/{name}" for name in ("oauth-authorization-server", "openid-configuration", "jwks.json")]
    assert publish({}, Context()) == {"written": names}
    assert publish({}, Context()) == {"written": []}, "nothing changed"
    stored = boto3.client("s3").get_object(Bucket="public", Key=names[2])
    assert (stored["ContentType"], stored["CacheControl"]) == ("application/json", "public, max-age=300")
    keys = json.loads(stored["Body"].read())
    assert len(keys["keys"]) == 2, "the next one is known before it signs"
    client = tokens.registry.register("001")
    for scope in (NUMBERS, FEDERATE):
        read = jwt.decode(token(issue, client, scope), KeySet.import_key_set(keys), algorithms=["RS256"])
        assert (read.claims["iss"], read.header["kid"]) == (ISSUER, keys["keys"][0]["kid"])


def test_an_api_knows_the_caller_until_the_token_is_taken_back(tokens: TokenCloud, issue: Handler) -> None:
    client, provider = tokens.registry.register("001"), tokens.registry.register("031")
    sent = token(issue, client)
    headers = {"Authorization": [f"Bearer {sent}"]}
    assert wiring.token_checker().check(headers, {}, NUMBERS).system == "001"
    introspect, revoke = load("access/introspect_token").handler, load("access/revoke_token").handler

    def active() -> bool:
        answer = introspect(event({"token": sent, **assertion(provider)}), Context())
        return bool(json.loads(answer["body"])["active"])

    assert active()
    assert revoke(event({"token": sent, **assertion(client)}), Context())["statusCode"] == 200
    assert not active()
    with pytest.raises(TokenRefusedError) as refused:
        wiring.token_checker().check(headers, {}, NUMBERS)
    assert refused.value.code == outcomes.TOKEN_REVOKED.code


def test_of_the_same_assertion_at_the_same_time_one_is_good(tokens: TokenCloud, issue: Handler) -> None:
    sent = event(form(tokens.registry.register("001")))
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: wiring.token_server().issue(sent), range(8)))
    assert [answer.status for answer in answers].count(200) == 1
    assert {answer.log.get("code") for answer in answers} == {None, outcomes.ASSERTION_REPLAYED.code}


def test_a_write_whose_answer_got_lost_is_no_second_use(tokens: TokenCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """PynamoDB sends it again; that is the same attempt."""
    door: Any = Connection
    send, sent = door.put_item, list[str]()

    def twice(connection: Connection, *arguments: Any, **named: Any) -> Any:
        sent.append(arguments[0] if arguments else "")
        send(connection, *arguments, **named)
        return send(connection, *arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "put_item", twice)
        assert tokens.table.use("c", "jti", int(time.time()) + 60)
    assert sent
    assert not tokens.table.use("c", "jti", int(time.time()) + 60)


def test_what_is_remembered_is_forgotten_after_it_has_ended(tokens: TokenCloud) -> None:
    until = int(time.time()) + 60
    tokens.table.use("c", "jti", until)
    tokens.table.revoke("c", "token", until)
    items = boto3.client("dynamodb").scan(TableName="access")["Items"]
    assert [int(item["expires_at"]["N"]) for item in items] == [until + 300] * 2
    assert all(item["pk"]["S"].startswith(MUNICIPALITY) for item in items)
    assert "jti" not in json.dumps(items), "it may be anything; it is kept as a digest"


def test_a_client_is_registered_once_whoever_tries_at_the_same_time(tokens: TokenCloud) -> None:
    def attempt(_: int) -> Issued | None:
        try:
            return tokens.registry.register("001")
        except ClientConflictError:
            return None

    with ThreadPoolExecutor(4) as pool:
        made = [client for client in pool.map(attempt, range(8)) if client]
    assert len(made) == 1
    assert [client.client_id for client in tokens.table.all()] == [made[0].client_id]


def test_disabling_reaches_every_token_of_the_client(tokens: TokenCloud, issue: Handler) -> None:
    client = tokens.registry.register("001")
    sent = token(issue, client)
    claims = json.loads(base64.urlsafe_b64decode(sent.split(".")[1] + "=="))
    tokens.registry.disable("001")
    standing = tokens.table.standing(client.client_id, claims["jti"])
    assert standing == Standing(revoked=False, disabled=True, not_before=standing.not_before)
    assert standing.not_before >= claims["iat"]
    assert issue(event(form(client)), Context())["statusCode"] == 401
    tokens.registry.enable("001")
    assert not tokens.table.standing(client.client_id, claims["jti"]).disabled
    assert token(issue, client)


def test_disabling_closes_the_role_of_a_system_elsewhere(tokens: TokenCloud) -> None:
    iam = boto3.client("iam")
    arn = iam.create_role(RoleName="federated", Path="/kyotsu/", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    tokens.outputs["FederatedRole001"] = arn
    for system in ("001", "002"):
        tokens.registry.register(system)
    for _ in range(2):
        tokens.registry.disable("001")
        (name,) = iam.list_role_policies(RoleName="federated")["PolicyNames"]
    document: Any = iam.get_role_policy(RoleName="federated", PolicyName=name)["PolicyDocument"]
    assert [(s["Effect"], s["Action"], s["Resource"]) for s in document["Statement"]] == [("Deny", "*", "*")]
    tokens.registry.disable("002")  # has no role
    for _ in range(2):
        tokens.registry.enable("001")
        assert iam.list_role_policies(RoleName="federated")["PolicyNames"] == []


def test_a_rotated_secret_works_at_once_and_the_former_one_too(tokens: TokenCloud, issue: Handler) -> None:
    former = tokens.registry.register("001")
    new = tokens.registry.rotate("001")
    assert token(issue, former)
    assert token(issue, new)
    assert tokens.registry.rotate("001", replace_newest=True).client_secret != new.client_secret


def test_logs_hold_neither_tokens_nor_secrets(tokens: TokenCloud, written: pytest.CaptureFixture[str]) -> None:
    issue = load("access/issue_token").handler
    client = tokens.registry.register("001")
    pair = base64.b64encode(f"{client.client_id}:{client.client_secret}".encode()).decode()
    sent = [form(client), {**form(client), "client_assertion": assertion(client, aud="x")["client_assertion"]}]
    bodies = [issue(event(each), Context())["body"] for each in sent]
    basic = {"grant_type": "client_credentials", "scope": NUMBERS}
    bodies.append(issue(event(basic, {"Authorization": f"Basic {pair}"}), Context())["body"])
    logged = written.readouterr()
    text = logged.out + logged.err
    assert text.count("token.issued") == 2
    assert outcomes.ASSERTION_AUDIENCE.code in text
    hidden = [client.client_secret, pair, *(each["client_assertion"] for each in sent)]
    hidden += [json.loads(body)["access_token"] for body in (bodies[0], bodies[2])]
    assert not [secret for secret in hidden if secret in text]


def test_a_server_that_can_not_work_says_so_and_logs_no_text_of_the_error(
    tokens: TokenCloud, monkeypatch: pytest.MonkeyPatch, written: pytest.CaptureFixture[str]
) -> None:
    issue = load("access/issue_token").handler
    client = tokens.registry.register("001")
    monkeypatch.setattr(AccessTable, "find", lambda *_: (_ for _ in ()).throw(RuntimeError("山田太郎")))
    answer = issue(event(form(client)), Context())
    assert (answer["statusCode"], answer["body"]) == (503, '{"error": "temporarily_unavailable"}')
    logged = written.readouterr().out
    assert "request.failed" in logged
    assert "山田太郎" not in logged
