"""Requests that no well-behaved client sends: each is answered or dropped, and the next good one is answered."""

import json
import socket
import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.sandbox.api.callers import Caller
from infra.sandbox.api.gateway import LARGEST_BODY, Gateway
from infra.sandbox.api.listener import Listener
from infra.sandbox.api.messages import Request
from infra.sandbox.api.model import Method, Resource, RestApi, Stage
from infra.sandbox.api.registry import Apis
from infra.sandbox.running.worker import Answer
from tests.integration.sandbox.small_api import send

FUNCTION = "arn:aws:lambda:ap-northeast-1:123456789012:function:echo"
LATIN = st.text(st.characters(min_codepoint=0, max_codepoint=255), max_size=40)
SENT = st.binary(max_size=200)
QUICK = settings(max_examples=60, deadline=None)


class OneCaller:
    """Knows one access key, which may do everything."""

    def find(self, access_key: str) -> Caller | None:
        arn = "arn:aws:iam::123456789012:user/test"
        return Caller("test", "test", None, "123456789012", arn, "AIDA") if access_key == "test" else None

    def may(self, *_: object) -> bool:
        return True

    def lets(self, *_: object) -> bool:
        return True


def echo(_name: str, event: Any) -> Answer:
    return Answer(result={"statusCode": 200, "body": json.dumps(event)})


def gateway(invoke: Any = echo) -> Gateway:
    """An API whose every path leads to one function, and one that wants signatures."""
    api = RestApi("abcdefghij", "api")
    proxy = Resource("p", "{proxy+}", api.root)
    signed = Resource("s", "signed", api.root)
    for resource in (proxy, signed):
        api.add(resource)
    methods = {
        (api.root_id, "ANY"): Method("NONE", FUNCTION),
        ("p", "ANY"): Method("NONE", FUNCTION),
        ("s", "ANY"): Method("AWS_IAM", FUNCTION),
    }
    api.stages["live"] = Stage("live", "d", methods)
    apis = Apis("http://127.0.0.1", {api.id: api})
    return Gateway(
        apis, invoke, OneCaller(), "123456789012", "ap-northeast-1", lambda: datetime(2026, 4, 1, tzinfo=UTC)
    )


@pytest.fixture(scope="module")
def authority() -> Iterator[str]:
    with Listener(0, gateway().answer, largest_body=LARGEST_BODY) as listener:
        yield listener.authority


def exchange(authority: str, sent: bytes) -> bytes:
    """Send bytes, end the sending side, and return all that comes back."""
    host, _, port = authority.partition(":")
    received = b""
    with socket.create_connection((host, int(port)), 10) as connection:
        try:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(1 << 16):
                received += piece
        except ConnectionError:
            pass  # the server refused before it had read everything
    return received


def is_well(authority: str) -> bool:
    return send(authority, "GET", "/a").status == 200


@QUICK
@given(method=st.text(max_size=12), target=LATIN, headers=st.lists(st.tuples(LATIN, LATIN), max_size=5), body=SENT)
def test_every_request_is_answered_and_its_event_is_json(
    method: str, target: str, headers: list[tuple[str, str]], body: bytes
) -> None:
    events = []

    def invoke(_name: str, event: Any) -> Answer:
        events.append(json.loads(json.dumps(event)))
        return Answer(result={"statusCode": 200})

    response = gateway(invoke).answer(Request(method, target, tuple(headers), body))
    assert response.status in (200, 403)
    assert len(events) == (response.status == 200)


@QUICK
@given(result=st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded", "more"])
        | st.text(max_size=5),
        inner,
        max_size=5,
    ),
))  # fmt: skip
def test_whatever_a_function_answers_is_an_answer_or_a_bad_gateway(result: Any) -> None:
    response = gateway(lambda _name, _event: Answer(result=result)).answer(Request("GET", "/a", ()))
    assert 200 <= response.status <= 599
    for name, value in response.headers:
        assert name.isascii()
        assert not {"\r", "\n"} & set(name + value)
        value.encode("latin-1")


@QUICK
@given(authorization=LATIN | LATIN.map(lambda text: f"AWS4-HMAC-SHA256 Credential=test/{text}"), date=LATIN)
def test_whatever_stands_for_a_signature_is_none(authorization: str, date: str) -> None:
    headers = (("Host", "h"), ("Authorization", authorization), ("X-Amz-Date", date))
    assert gateway().answer(Request("POST", "/signed", headers, b"x")).status == 403


@QUICK
@given(sent=SENT | SENT.map(lambda rest: b"POST /a HTTP/1.1\r\n" + rest))
def test_bytes_that_are_no_request_do_not_end_the_server(authority: str, sent: bytes) -> None:
    received = exchange(authority, sent)
    assert not received or received.startswith((b"HTTP/1.1 ", b"{"))
    assert is_well(authority)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /a HTTP/1.1\r\nHost: h\r\nno header\r\n\r\n", b"400"),
        (b"GET /a HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"GET /a HTTP/1.1\r\nContent-Length: 1_0\r\n\r\n", b"400"),
        (b"POST /a HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", b"400"),
        (b"POST /a HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (b"POST /a HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", b"400"),
        (b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc", b"400"),
        (b"BREW /a HTTP/1.1\r\nHost: h\r\n\r\n", b"501"),
        (b"GET /a HTTP/9.9\r\nHost: h\r\n\r\n", b"505"),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET /a HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n", b"431"),
        (b"GET * HTTP/1.1\r\nHost: h\r\n\r\n", b"403"),
        (b"GET http://other/a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", b"200"),
        (b"GET //a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", b"200"),
        (b"GET /a?%ff&=&%00=%zz HTTP/1.1\r\nHost: h\r\nX: \xff\x80\r\nConnection: close\r\n\r\n", b"200"),
    ],
)
def test_request_that_can_not_be_understood(authority: str, sent: bytes, status: bytes) -> None:
    assert exchange(authority, sent).partition(b"\r\n")[0].split()[1] == status
    assert is_well(authority)


def test_chunked_body_is_put_together_and_the_connection_goes_on(authority: str) -> None:
    chunked = (
        b"POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: v\r\n\r\n"
    )
    received = exchange(authority, chunked + b"GET /second HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    assert received.count(b"HTTP/1.1 200") == 2
    assert b'"body": "abcde"' in received
    assert b'"path": "/second"' in received


def test_chunked_body_over_the_limit_is_refused(authority: str) -> None:
    chunk = b"100000\r\n" + b"a" * (1 << 20) + b"\r\n"
    sent = b"POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 11 + b"0\r\n\r\n"
    assert b"413" in exchange(authority, sent).partition(b"\r\n")[0]
    assert is_well(authority)


def test_client_that_goes_away_harms_nobody(authority: str) -> None:
    host, _, port = authority.partition(":")
    for sent in (
        b"",
        b"POST /a HTTP/1.1\r\nContent-Length: 100\r\n\r\nabc",
        b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n" * 50,
    ):
        with socket.create_connection((host, int(port)), 10) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # reset, not end
            connection.sendall(sent)
    assert is_well(authority)


def test_failing_gateway_answers_without_a_reason() -> None:
    def fail(_request: Request) -> Any:
        raise ValueError("secret")

    with Listener(0, fail, largest_body=10) as listener:
        answered = send(listener.authority, "GET", "/a")
    assert (answered.status, answered.json) == (500, {"message": "Internal server error"})
