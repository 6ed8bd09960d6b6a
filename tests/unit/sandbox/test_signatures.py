"""Signatures that botocore made, and what was changed after it signed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import quote, urlsplit

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Signing
from hypothesis import given
from hypothesis import strategies as st

from infra.sandbox.access.principals import ANONYMOUS, Credentials, NotAuthenticatedError, Principals
from infra.sandbox.access.signatures import Request

ROLE = "arn:aws:iam::111111111111:role/worker"
HOST = "http://127.0.0.1:4566"


def principals() -> tuple[Principals, Credentials]:
    held = Principals("111111111111", ("test", "test"))
    return held, held.session(ROLE, "one", timedelta(hours=1))


def signed(
    credentials: Credentials, method: str = "PUT", path: str = "/bucket/key", body: bytes = b"x", service: str = "s3"
) -> Request:
    signing = Signing(credentials.access_key_id, credentials.secret_access_key, credentials.session_token)
    request = AWSRequest(method, HOST + path, headers={"x-amz-meta-name": " two  words "}, data=body)
    (S3SigV4Auth if service == "s3" else SigV4Auth)(signing, service, "ap-northeast-1").add_auth(request)
    return seen(request.prepare().url, method, dict(request.headers.items()), body)


def seen(url: str, method: str, headers: dict[str, str], body: bytes) -> Request:
    parts = urlsplit(url)
    lower = {name.lower(): value for name, value in headers.items()} | {"host": parts.netloc}
    return Request(method, parts.path, parts.query, lower, lambda: sha256(body).hexdigest())


def code(held: Principals, request: Request) -> str:
    with pytest.raises(NotAuthenticatedError) as error:
        held.authenticate(request)
    return error.value.code


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("s3", "/bucket/outbox/001o006-01/a%20b%2Bc.csv?versionId=a%2Fb&tagging"),
        ("s3", "/bucket/%E6%97%A5?list-type=2&prefix=outbox%2F&delimiter=%2F"),
        ("dynamodb", "/"),
        ("lambda", "/2015-03-31/functions/a%3Ab/invocations?Qualifier=1"),
    ],
)
def test_what_botocore_signed_is_who_signed_it(service: str, path: str) -> None:
    held, credentials = principals()
    who = held.authenticate(signed(credentials, "POST", path, b"{}", service))
    assert who.arn == "arn:aws:sts::111111111111:assumed-role/worker/one"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20), st.binary(max_size=20))
def test_any_key_and_body_can_be_signed(key: str, body: bytes) -> None:
    held, credentials = principals()
    assert held.authenticate(signed(credentials, path="/bucket/" + quote(key, safe="~"), body=body)).role == ROLE


def test_what_was_changed_after_signing_is_noticed() -> None:
    held, credentials = principals()
    request = signed(credentials)
    headers = dict(request.headers)
    for changed in (
        replace(request, method="DELETE"),
        replace(request, path="/bucket/other"),
        replace(request, query="versionId=1"),
        replace(request, payload=lambda: sha256(b"y").hexdigest()),
        replace(request, headers=headers | {"x-amz-meta-name": "other"}),
        replace(request, headers=headers | {"x-amz-copy-source": "bucket/secret"}),  # unsigned
        replace(request, headers=headers | {"host": "127.0.0.1:1"}),
    ):
        assert code(held, changed) == "SignatureDoesNotMatch"


def test_the_key_alone_or_another_token_is_nobody() -> None:
    held, credentials = principals()
    other = held.session(ROLE, "two", timedelta(hours=1))
    assert code(held, signed(replace(credentials, secret_access_key="guess"))) == "SignatureDoesNotMatch"
    assert code(held, signed(replace(credentials, session_token=None))) == "InvalidToken"
    assert code(held, signed(replace(credentials, session_token=other.session_token))) == "InvalidToken"
    assert code(held, signed(replace(credentials, access_key_id="ASIAUNKNOWN"))) == "InvalidAccessKeyId"
    assert held.authenticate(Request("GET", "/", "", {"host": "h"}, lambda: "")) is ANONYMOUS
    malformed = Request("GET", "/", "", {"authorization": "AWS4-HMAC-SHA256 nonsense"}, lambda: "")
    assert code(held, malformed) == "AuthorizationHeaderMalformed"


def test_sessions_and_signatures_end() -> None:
    now = datetime.now(UTC)
    moment = [now]
    held = Principals("111111111111", ("test", "test"), lambda: moment[0])
    credentials = held.session(ROLE, "one", timedelta(hours=1))
    request = signed(credentials)
    moment[0] = now + timedelta(minutes=16)
    assert code(held, request) == "RequestTimeTooSkewed"
    moment[0] = now + timedelta(hours=1, minutes=1)
    assert code(held, request) == "ExpiredToken"
    moment[0] = now + timedelta(hours=3)
    held.session(ROLE, "two", timedelta(hours=1))
    assert code(held, request) == "InvalidAccessKeyId"


def test_a_presigned_url_holds_for_its_time_and_object() -> None:
    now = datetime.now(UTC)
    moment = [now]
    held = Principals("111111111111", ("test", "test"), lambda: moment[0])
    credentials = held.session(ROLE, "one", timedelta(days=1))
    request = AWSRequest("GET", HOST + "/bucket/key")
    signing = Signing(credentials.access_key_id, credentials.secret_access_key, credentials.session_token)
    S3SigV4QueryAuth(signing, "s3", "ap-northeast-1", expires=60).add_auth(request)
    given = seen(str(request.prepare().url), "GET", {}, b"")
    assert held.authenticate(given).role == ROLE
    assert code(held, replace(given, path="/bucket/other")) == "SignatureDoesNotMatch"
    assert code(held, replace(given, query=given.query.replace("Expires=60", "Expires=61"))) == "SignatureDoesNotMatch"
    moment[0] = now + timedelta(seconds=62)
    assert code(held, given) == "RequestTimeTooSkewed"


def test_the_operators_signature_is_not_looked_at() -> None:
    held, credentials = principals()
    operator = replace(credentials, access_key_id="test", secret_access_key="any", session_token=None)
    assert held.authenticate(signed(operator)).kind == "operator"
    assert held.is_operator("test")
    assert not held.is_operator(credentials.access_key_id)
