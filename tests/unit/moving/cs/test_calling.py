"""The way to the CS by HTTP: which answer means what, and nothing of a person in an error."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
import urllib3
from urllib3.exceptions import NewConnectionError, ProtocolError, ReadTimeoutError

from kyotsu.moving.cs.calling import PAUSE, HttpCommunicationServer
from kyotsu.moving.cs.ports import Found, Sent, UnclearError, UnreachableError

BODY = b'{"name": "\xe6\xa8\xaa\xe6\xb5\x9c"}'


class Pool:
    def __init__(self, status: int = 200, body: bytes = b"", error: Exception | None = None) -> None:
        self.status, self.body, self.error = status, body, error
        self.asked: list[tuple[str, str, dict[str, Any]]] = []

    def request(self, method: str, url: str, **options: Any) -> urllib3.HTTPResponse:
        self.asked.append((method, url, options))
        if self.error:
            raise self.error
        return urllib3.HTTPResponse(body=BytesIO(self.body), status=self.status, preload_content=False)


def server(pool: Any, url: str = "https://cs.example") -> HttpCommunicationServer:
    return HttpCommunicationServer(url, lambda: "secret", pool)


@pytest.mark.parametrize("status", [200, 201, 202])
def test_a_message_is_posted_under_its_id(status: int) -> None:
    pool = Pool(status)
    assert server(pool).send("O-1-a", BODY) == Sent(taken=True)
    ((method, url, options),) = pool.asked
    assert (method, url, options["body"]) == ("POST", "https://cs.example/messages/O-1-a", BODY)
    assert options["headers"]["Authorization"] == "Bearer secret"
    assert options["redirect"] is False


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [(422, b'{"reason": "NG07"}', "NG07"), (409, b'{"reason": "\xe6\xa8\xaa"}', "409"), (400, b"[", "400")],
)
def test_a_refusal_brings_a_code_and_nothing_else(status: int, body: bytes, reason: str) -> None:
    assert server(Pool(status, body)).send("O-1-a", BODY) == Sent(taken=False, reason=reason)


@pytest.mark.parametrize("status", [401, 403, 404, 408, 429])
def test_others_of_our_errors_leave_the_message_where_it_is(status: int) -> None:
    with pytest.raises(UnreachableError):
        server(Pool(status)).send("O-1-a", BODY)


@pytest.mark.parametrize("status", [302, 500, 502, 503, 504])
def test_their_errors_are_unclear(status: int) -> None:
    with pytest.raises(UnclearError):
        server(Pool(status)).send("O-1-a", BODY)


@pytest.mark.parametrize(
    "error",
    [ProtocolError("横浜"), ReadTimeoutError(None, "/messages/横浜", "横浜"), ConnectionResetError("横浜")],  # type: ignore[arg-type]
)
def test_an_answer_that_does_not_come_is_unclear_and_names_nobody(error: Exception) -> None:
    with pytest.raises(UnclearError) as raised:
        server(Pool(error=error)).send("O-1-a", BODY)
    assert str(raised.value) == type(error).__name__
    with pytest.raises(UnreachableError):
        server(Pool(error=error)).inquire("O-1-a")


def test_a_cs_that_can_not_be_reached_is_left_alone_for_a_moment() -> None:
    pool = Pool(error=NewConnectionError(None, "refused"))  # type: ignore[arg-type]
    now = [100.0]
    calling = HttpCommunicationServer("https://cs.example", lambda: "secret", pool, lambda: now[0])  # type: ignore[arg-type]
    for _ in range(3):
        with pytest.raises(UnreachableError):
            calling.send("O-1-a", BODY)
    assert len(pool.asked) == 1
    now[0] += PAUSE
    pool.error = None
    assert calling.send("O-1-a", BODY).taken


def test_without_a_url_nothing_is_sent() -> None:
    with pytest.raises(UnreachableError):
        server(Pool(), "").send("O-1-a", BODY)


@pytest.mark.parametrize(
    ("status", "body", "found"),
    [
        (404, {"state": "unknown"}, Found(known=False)),
        (200, {"state": "taken"}, Found(known=True)),
        (200, {"state": "accepted"}, Found(known=True, accepted=True)),
        (200, {"state": "rejected", "reason": "NG1"}, Found(known=True, accepted=False, reason="NG1")),
    ],
)
def test_an_inquiry(status: int, body: Any, found: Found) -> None:
    assert server(Pool(status, json.dumps(body).encode())).inquire("O-1-a") == found


@pytest.mark.parametrize(
    ("status", "body"),
    [(404, b"<html>"), (404, b"{}"), (200, b"{}"), (200, b'{"state": []}'), (200, b"x" * 70_000), (503, b"")],
)
def test_what_is_no_answer_to_an_inquiry_tells_nothing(status: int, body: bytes) -> None:
    with pytest.raises(UnreachableError):
        server(Pool(status, body)).inquire("O-1-a")
