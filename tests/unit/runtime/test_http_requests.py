"""Requests behind API Gateway: what is a JSON object, and what is refused before a call sees it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from kyotsu.runtime.http.bodies import DEEPEST, LARGEST_BODY, json_object
from kyotsu.runtime.http.errors import BadRequestError
from kyotsu.runtime.http.headers import correlation_id, headers_of, idempotency_key

JSON = ("application/json",)


def event(body: bytes | str | None) -> dict[str, Any]:
    """An event with a body as bytes (as our APIs get them) or as text."""
    if isinstance(body, bytes):
        return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    return {"body": body, "isBase64Encoded": False}


def refused(body: bytes | str | None, content_types: tuple[str, ...] = JSON) -> str:
    with pytest.raises(BadRequestError) as error:
        json_object(event(body), content_types)
    return error.value.code


@pytest.mark.parametrize("body", [b'{"a": "\xe6\x97\xa5", "b": null}', '{"a": "日", "b": null}'])
def test_an_object_is_read_from_bytes_and_from_text(body: bytes | str) -> None:
    assert json_object(event(body), JSON) == {"a": "日", "b": None}


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "Application/JSON",
        "application/json;charset=UTF-8",
        'application/json ; Charset="utf-8"',
    ],
)
def test_json_may_say_its_charset(kind: str) -> None:
    assert json_object(event("{}"), (kind,)) == {}


@pytest.mark.parametrize(
    "kinds",
    [
        (),
        ("",),
        ("text/json",),
        ("text/plain",),
        ("application/x-www-form-urlencoded",),
        ("application/json;charset=Shift_JIS",),
        ("application/json;version=1",),
        ("application/json,application/json",),
        ("application/json", "application/json"),
    ],
    ids=str,
)
def test_any_other_content_type_is_refused(kinds: tuple[str, ...]) -> None:
    assert refused("{}", kinds) == "E1540"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"a": "\x93\xfa\x96{"}', "E1542"),  # Shift_JIS
        (b'{"a": "\xed\xa0\x80"}', "E1542"),  # half a character
        ('{"a": "\ud800"}', "E1542"),
        (None, "E1543"),
        ("", "E1543"),
        ("{", "E1543"),
        ('{"a": 1,}', "E1543"),
        ("{'a': 1}", "E1543"),
        ('{"a": 1} {}', "E1543"),
        ('{"a": "\n"}', "E1543"),
        ("\ufeff{}", "E1543"),
        ('{"a": NaN}', "E1543"),
        ('{"a": -Infinity}', "E1543"),
        ('{"a": 1e999}', "E1543"),  # Infinity by another name
        ('{"a": ' + "9" * 5000 + "}", "E1543"),
        ("[]", "E1544"),
        ('[{"a": 1}]', "E1544"),
        ('"a"', "E1544"),
        ("1", "E1544"),
        ("null", "E1544"),
        ('{"a": 1, "a": 1}', "E1545"),
        ('{"a": {"b": 1, "\\u0062": 2}}', "E1545"),
        ("[" * 100_000, "E1546"),
        ('{"a":' * 100_000, "E1546"),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_what_is_no_object_that_all_readers_understand_alike_is_refused(body: bytes | str | None, code: str) -> None:
    assert refused(body) == code


def test_a_body_that_is_no_base64_is_refused() -> None:
    with pytest.raises(BadRequestError) as error:
        json_object({"body": "{}", "isBase64Encoded": True}, JSON)
    assert error.value.code == "E1542"


def test_depth_has_a_limit() -> None:
    def nested(depth: int) -> str:
        return '{"a":' * (depth - 1) + "{}" + "}" * (depth - 1)

    assert json_object(event(nested(DEEPEST)), JSON)
    assert refused(nested(DEEPEST + 1)) == "E1546"
    assert refused('{"a":' + "[" * DEEPEST + "]" * DEEPEST + "}") == "E1546"


def test_size_has_a_limit_in_bytes() -> None:
    largest = '{"a":"' + "あ" * ((LARGEST_BODY - 8) // 3) + '"}'
    assert LARGEST_BODY - 3 < len(largest.encode()) <= LARGEST_BODY < 1_000_000
    assert json_object(event(largest), JSON)
    assert refused(largest.replace('"}', "あ" + '"}')) == "E1541"
    assert refused(b" " * 1_000_000) == "E1541"


def test_no_refusal_repeats_what_was_received() -> None:
    with pytest.raises(BadRequestError) as error:
        json_object(event('{"shimei": "見本　花子", "shimei": "見本　花子"}'), JSON)
    assert "見本" not in str(error.value)
    assert "shimei" not in str(error.value)


def test_headers_of_any_case_are_found_together() -> None:
    assert headers_of({"multiValueHeaders": {"A": ["1"], "a": ["2"], "B": ["3"]}}) == {"a": ["1", "2"], "b": ["3"]}
    assert headers_of({"multiValueHeaders": None}) == {}


@pytest.mark.parametrize("given", ["6b1f0c1e-6a6f-4c55-9d4e-0a3a5b0f4c11", "a" * 8, "A.b_c-1" + "0" * 57])
def test_an_id_that_the_caller_gave_is_kept(given: str) -> None:
    assert correlation_id({"x-correlation-id": [given]}) == given


@pytest.mark.parametrize(
    "given",
    [
        [],
        ["a" * 7],
        ["a" * 65],
        ["123456789012"],  # might be a 個人番号
        ["-" + "a" * 10],
        ["a b c d e f"],
        ["aaaaaaaa\n"],
        ["見本花子見本花子"],
        ["a" * 8, "a" * 8],
    ],
    ids=ascii,
)
def test_any_other_id_is_replaced(given: list[str]) -> None:
    made = correlation_id({"x-correlation-id": given})
    assert made not in given
    assert correlation_id({"x-correlation-id": [made]}) == made
    assert made != correlation_id({"x-correlation-id": given})


def test_a_key_is_taken_as_it_is_or_absent() -> None:
    assert idempotency_key({}) is None
    for given in ("a", '"quoted"', "!~" * 127):
        assert idempotency_key({"idempotency-key": [given]}) == given


@pytest.mark.parametrize(
    "given", [[""], ["a b"], ["a\n"], ["a" * 256], ["あ"], ["\x7f"], ["a", "a"], ["a", "b"]], ids=ascii
)
def test_a_key_of_another_form_or_two_of_them_are_refused(given: list[str]) -> None:
    with pytest.raises(BadRequestError) as error:
        idempotency_key({"idempotency-key": given})
    assert error.value.code == "E1547"


def test_bodies_are_what_json_says_elsewhere() -> None:
    value = {"a": [1, 2.5, True, None, {"b": '\\ " é 日 😀'}]}
    assert json_object(event(json.dumps(value)), JSON) == value
    assert json_object(event(json.dumps(value, ensure_ascii=False).encode()), JSON) == value
