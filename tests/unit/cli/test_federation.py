"""How a linked system elsewhere gets tokens and credentials, and renews them."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
import urllib3
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from joserfc import jwt
from joserfc.jwk import OctKey

from kyotsu_cli.failure import CommandError
from kyotsu_cli.federation import Client, TokenSource, federated_session

URL = "https://tokens.example/oauth2/token"
SECRET = "an-example-of-a-secret-of-no-use-1"
NOW = 1_795_000_000.0
CLIENT = Client(token_url=URL, client_id="c" * 32, client_secret=SECRET)
TOKEN = (200, {"access_token": "the token"})
Answered = tuple[int, object] | Exception


@dataclass
class Server:
    """Answers one after the other, and remembers what it was asked."""

    answers: list[Answered]
    asked: list[dict[str, Any]] = field(default_factory=list)

    def request(self, _method: str, _url: str, *, body: str, headers: dict[str, str]) -> Any:
        form = {name: value for name, (value,) in parse_qs(body, strict_parsing=True).items()}
        self.asked.append({**form, "headers": headers})
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, content = answer
        return urllib3.HTTPResponse(json.dumps(content).encode(), status=status)


def source(*answers: Answered, client: Client = CLIENT) -> tuple[TokenSource, Server, list[float]]:
    server, waits = Server(list(answers)), list[float]()
    return TokenSource(client, server, waits.append, lambda: NOW), server, waits  # type: ignore[arg-type] # a fake


def claims(asked: dict[str, Any]) -> dict[str, Any]:
    return dict(jwt.decode(asked["client_assertion"], OctKey.import_key(SECRET), algorithms=["HS256"]).claims)


def test_an_assertion_is_short_lived_for_this_server_and_signed_with_the_secret() -> None:
    ask, server, _ = source(TOKEN)
    assert ask() == "the token"
    said = claims(server.asked[0])
    assert (said["iss"], said["sub"], said["aud"]) == (CLIENT.client_id, CLIENT.client_id, URL)
    assert 0 < said["exp"] - NOW <= 60
    assert (server.asked[0]["grant_type"], server.asked[0]["scope"]) == (
        "client_credentials",
        "030:object_storage:Federate",
    )
    assert SECRET not in str(server.asked)


def test_the_interim_way_sends_the_secret_in_its_header_alone() -> None:
    basic = Client(token_url=URL, client_id="c", client_secret="s", basic=True)
    ask, server, _ = source(TOKEN, client=basic)
    ask()
    assert server.asked[0]["headers"]["authorization"] == "Basic " + base64.b64encode(b"c:s").decode()
    assert not {"client_assertion", "client_secret"} & set(server.asked[0])


def test_a_server_that_is_away_is_asked_again_each_time_with_a_new_assertion() -> None:
    away = urllib3.exceptions.ReadTimeoutError(None, URL, "")  # type: ignore[arg-type] # no pool here
    ask, server, waits = source(away, (503, {}), (429, {}), TOKEN)
    assert ask() == "the token"
    assert waits == [1.0, 2.0, 4.0]
    assert len({claims(asked)["jti"] for asked in server.asked}) == 4


@pytest.mark.parametrize(
    ("answers", "hint"),
    [
        ([(401, {"error": "invalid_client"})], "時計のずれ"),
        ([(400, {"error": "invalid_scope"})], "スコープ"),
        ([(403, {"message": "Forbidden"})], "URL"),
        ([(200, {"unexpected": "body"})], "トークンではありません"),
        ([(200, ["no", "object"])], "トークンではありません"),
        ([(503, {})] * 4, "接続できません"),
    ],
)
def test_refusals_say_in_japanese_what_to_do_and_never_the_secret(answers: Sequence[Answered], hint: str) -> None:
    ask, server, _ = source(*answers)
    with pytest.raises(CommandError, match=hint) as error:
        ask()
    assert len(server.asked) == len(answers)
    assert SECRET not in str(error.value)
    assert SECRET not in repr(CLIENT)


def test_credentials_are_fetched_when_needed_and_renewed_before_they_end(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[timedelta] = [timedelta(minutes=5), timedelta(hours=1)]
    tokens: list[str] = []
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "this machine's own, which must not be used")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "this machine's own, which must not be used")

    def answer(_client: BaseClient, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        assert operation == "AssumeRoleWithWebIdentity"
        tokens.append(asked["WebIdentityToken"])
        return {
            "Credentials": {
                "AccessKeyId": f"key {len(tokens)}",
                "SecretAccessKey": "secret",
                "SessionToken": "session",
                "Expiration": datetime.now(UTC) + given.pop(0),
            },
            "AssumedRoleUser": {"Arn": "arn:aws:sts::123456789012:assumed-role/r/s", "AssumedRoleId": "i"},
        }

    monkeypatch.setattr(BaseClient, "_make_api_call", answer)
    ask, _, _ = source(*[(200, {"access_token": f"token {number}"}) for number in (1, 2, 3)])
    session = federated_session(ask, "arn:aws:iam::123456789012:role/r", "ap-northeast-1", None)
    credentials = session.get_credentials()
    assert credentials is not None
    assert tokens == []
    used = [credentials.get_frozen_credentials().access_key for _ in range(3)]
    # The first ones end within minutes, so each look asks for new ones; those of an hour stay.
    assert (used, tokens) == (["key 1", "key 2", "key 2"], ["token 1", "token 2"])


def test_a_refusal_of_sts_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "AssumeRoleWithWebIdentity")

    monkeypatch.setattr(BaseClient, "_make_api_call", refuse)
    session = federated_session(lambda: "token", "arn:aws:iam::123456789012:role/r", "ap-northeast-1", None)
    credentials = session.get_credentials()
    assert credentials is not None
    with pytest.raises(CommandError, match="ロールのARN"):
        credentials.get_frozen_credentials()
