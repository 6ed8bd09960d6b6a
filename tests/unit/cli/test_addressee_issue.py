"""`kyotsu addressee issue`: what is sent, tried again, and told."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import urllib3
from typer.testing import CliRunner, Result

from kyotsu_cli.calling import IDEMPOTENCY_KEY, Api
from kyotsu_cli.commands import addressee_issue
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.main import command_line
from tests.fakes.addressees import COMPLETE, FRESH

URL = "https://api.example/kyotsu"
PATH = "app_submit/v10/jutogaishaatenabangofuban"
DONE = {"result": [{"atenabango": FRESH, "rirekibango": 1, "sosashaid": "123456"}]}
REFUSED = {"errors": [{"code": "E0001", "message": "処理区分が設定されていません。"}]}


@dataclass
class Server:
    """Answers one after the other, and remembers what it was asked."""

    answers: list[Any]
    asked: list[dict[str, Any]] = field(default_factory=list)

    def request(self, method: str, url: str, *, body: bytes, headers: dict[str, str]) -> Any:
        self.asked.append({"url": url, "body": json.loads(body), "headers": headers, "method": method})
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, content = answer
        text = content if isinstance(content, bytes) else json.dumps(content).encode()
        return urllib3.HTTPResponse(text, status=status)


def api(*answers: Any) -> tuple[Api, Server, list[float]]:
    server, waits = Server(list(answers)), list[float]()
    made: Any = {"pool": server}
    return Api(url=URL + "/", token=lambda: "the token", wait=waits.append, **made), server, waits


def test_a_call_carries_token_and_key() -> None:
    call, server, _ = api((200, DONE))
    answered = call.call(PATH, b"{}", "k")
    assert (answered.done, answered.body) == (True, DONE)
    asked = server.asked[0]
    assert (asked["url"], asked["headers"]["Authorization"]) == (f"{URL}/{PATH}", "Bearer the token")
    assert asked["headers"][IDEMPOTENCY_KEY] == "k"


@pytest.mark.parametrize("first", [(503, {}), (500, b""), (429, {}), urllib3.exceptions.ReadTimeoutError(None, "", "")])  # type: ignore[arg-type]
def test_what_is_not_known_is_asked_again_with_the_same_key(first: Any) -> None:
    call, server, waits = api(first, (200, DONE))
    assert call.call(PATH, b"{}", "k").done
    assert [asked["headers"][IDEMPOTENCY_KEY] for asked in server.asked] == ["k", "k"]
    assert waits == [1.0]


def test_whoever_never_learns_is_told_the_key() -> None:
    call, _, _ = api(*[(503, {})] * 4)
    with pytest.raises(CommandError, match="--idempotency-key k"):
        call.call(PATH, b"{}", "k")


@pytest.mark.parametrize("answer", [(401, {}), (403, {}), (200, b"<html>"), (200, [])])
def test_what_no_repeat_would_change_is_not_repeated(answer: Any) -> None:
    call, server, _ = api(answer)
    with pytest.raises(CommandError):
        call.call(PATH, b"{}", "k")
    assert len(server.asked) == 1


@pytest.mark.parametrize("last", [(401, {}), (403, {}), (200, b"<html>")])
def test_whoever_may_have_been_done_before_is_told_the_key(last: Any) -> None:
    call, _, _ = api((503, {}), last)
    with pytest.raises(CommandError, match="--idempotency-key k"):
        call.call(PATH, b"{}", "k")


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Server:
    """The deployment's API."""
    server = Server([])
    made: Any = {"pool": server}
    monkeypatch.setenv("KYOTSU_CLIENT_SECRET", "secret")
    monkeypatch.delenv("KYOTSU_ENDPOINTS", raising=False)
    monkeypatch.setattr(addressee_issue, "Api", lambda *, url, token: Api(url=url, token=lambda: "t", **made))
    return server


def issue(*arguments: str, stdin: str | None = None) -> Result:
    told = ("--api-url", URL, "--token-url", "https://t.example", "--client-id", "c")
    return CliRunner().invoke(command_line(), ["addressee", "issue", *arguments, *told], input=stdin)


def test_a_request_is_sent_as_it_is(answers: Server, tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    path.write_text(json.dumps(COMPLETE), "utf-8")
    answers.answers += [(200, DONE), (200, DONE)]
    assert issue("--file", str(path)).exit_code == 0
    done = issue("--file", "-", "--idempotency-key", "mine", "--json", stdin=json.dumps(COMPLETE))
    assert (done.exit_code, json.loads(done.stdout)) == (0, DONE)
    first, second = answers.asked
    assert first["body"] == second["body"] == COMPLETE
    assert first["headers"][IDEMPOTENCY_KEY]
    assert second["headers"][IDEMPOTENCY_KEY] == "mine"


def test_what_the_rules_refuse_is_told_and_ends_with_four(answers: Server) -> None:
    answers.answers.append((400, REFUSED))
    done = issue("--file", "-", stdin='{"gyomuid": "010"}')
    assert (done.exit_code, done.stdout) == (Exit.NOT_ACCEPTED, "")


@pytest.mark.parametrize("body", ["", "[]", "{", "{}", '{"gyomuid": "999"}', '{"gyomuid": "000"}'])
def test_what_is_no_request_of_anybody_is_not_sent(answers: Server, body: str) -> None:
    error = issue("--file", "-", stdin=body).exception
    assert isinstance(error, CommandError)
    assert error.code == Exit.USAGE
    assert not answers.asked
