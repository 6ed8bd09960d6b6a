"""The numbering API over HTTP: the published request, who is let in by token and by signature, and who is not."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest

from tests.flows.api_calls import ISSUE, Systems, operated
from tests.flows.conftest import Sandbox
from tools.openapi import document
from tools.openapi_examples import EXAMPLES, PERSON

CALL = ISSUE.split(":")[1]
EXAMPLE = EXAMPLES["jutogaishaatenabangofuban"]
INTEGRATED = "032:app_submit/v10/dantainaitogoatenabangofuban:Create"


@pytest.fixture(scope="module")
def systems(sandbox: Sandbox) -> Systems:
    return Systems(sandbox.endpoints)


def shape(value: Any) -> Any:
    """Return a value with types in place of what differs from answer to answer."""
    match value:
        case dict():
            return {name: shape(item) for name, item in value.items()}
        case list():
            return [shape(item) for item in value]
        case _:
            return type(value)


def test_the_published_request_is_answered_in_the_published_shape(systems: Systems) -> None:
    answered = systems.call(ISSUE, EXAMPLE["request"], **{"X-Correlation-Id": "case-0001"})
    assert answered.status == 200, answered
    assert answered.headers["content-type"] == "application/json;charset=UTF-8"
    assert answered.headers["x-correlation-id"] == "case-0001"
    assert shape(answered.json) == shape(EXAMPLE["200"])
    assert list(answered.json["result"][0]) == list(EXAMPLE["200"]["result"][0])
    (issued,) = answered.json["result"]
    own = {name: EXAMPLE["request"][name] for name in ("shikuchosonkodo", "sosashaid", "sosanengappi", "sosajikoku")}
    assert issued.items() >= own.items()
    assert len(issued["atenabango"]) == 15
    refused = systems.call(ISSUE, EXAMPLE["request"] | {"shorikubun": "1"})
    assert (refused.status, refused.json) == (400, EXAMPLE["400"])


def test_without_a_token_or_with_that_of_another_call_the_published_401(systems: Systems) -> None:
    assert (systems.post(CALL, EXAMPLE["request"]).status, systems.post(CALL, {}).json) == (401, EXAMPLE["401"])
    another = systems.token("010", INTEGRATED)
    answered = systems.post(CALL, EXAMPLE["request"], Authorization=f"Bearer {another}")
    assert (answered.status, answered.json) == (401, EXAMPLE["401"])


def test_a_role_of_a_linked_system_calls_with_its_signature_alone(systems: Systems) -> None:
    answered = systems.sign_and_post("022", CALL, EXAMPLE["request"] | {"gyomuid": "022"})
    assert (answered.status, shape(answered.json)) == (200, shape(EXAMPLE["200"]))
    foreign = systems.sign_and_post("022", CALL, EXAMPLE["request"])
    assert (foreign.status, [error["code"] for error in foreign.json["errors"]]) == (400, ["E0002"])
    for_001_alone = {"shikuchosonkodo": "141003", **operated()}
    refused = systems.sign_and_post("022", "app_submit/v10/juminatenabangofuban", for_001_alone)
    assert (refused.status, refused.json["detail"]) == (401, EXAMPLE["401"]["detail"])
    off = systems.sign_and_post("001", "app_submit/v10/juminatenabangofuban", for_001_alone)
    assert off.status == 400, "by default the 住民記録 system numbers residents itself"


def test_one_way_in_does_not_open_the_other(systems: Systems) -> None:
    there, here = systems.endpoints["iam_api_url"], systems.endpoints["api_url"]
    swapped = Systems({**systems.endpoints, "api_url": there, "iam_api_url": here})
    assert swapped.call(ISSUE, EXAMPLE["request"]).status in (401, 403)
    assert swapped.sign_and_post("010", CALL, EXAMPLE["request"]).json == EXAMPLE["401"]


def test_a_request_that_is_repeated_under_a_key_is_done_once(systems: Systems) -> None:
    body = EXAMPLE["request"] | {"kojinbango": "123456789018"}
    first, again = (systems.call(ISSUE, body, **{"Idempotency-Key": "flow-1"}) for _ in range(2))
    assert (first.status, first.json) == (again.status, again.json)
    other = systems.call(ISSUE, body | {"shimei": "別人　花子"}, **{"Idempotency-Key": "flow-1"})
    assert other.status == 400


@pytest.mark.parametrize(
    ("body", "code"), [(b"{", "E1543"), (b'{"shimei":"\x8c\xa9"}', "E1542"), (b" " * 1_000_000, "E1541")], ids=repr
)
def test_what_is_no_json_is_told_so(systems: Systems, body: bytes, code: str) -> None:
    answered = systems.call(ISSUE, body)
    assert (answered.status, [error["code"] for error in answered.json["errors"]]) == (400, [code])


def test_what_is_not_there_is_json_too(systems: Systems) -> None:
    for call in ("", "app_submit/v9/jutogaishaatenabangofuban", "app_submit"):
        answered = systems.post(call, {})
        assert (answered.status, answered.json["detail"]) == (404, "このパスのAPIはありません。")


def test_integrated_numbers_are_issued_over_http(systems: Systems) -> None:
    person = {"kojinbango": "123456789018", "atenabango": "000000000000213", **PERSON}
    header = {"shikuchosonkodo": "141003", "gyomuid": "010", **operated()}
    answered = systems.call(INTEGRATED, {**header, "taishosha": [person]})
    assert answered.status == 200, answered
    assert answered.json["result"][0]["dantainaitogoatenabango"]
    shown = systems.call(
        "032:app_submit/v10/dantainaitogoatenakihonjohosyokai:Read", {**header, "atenabango": "000000000000213"}
    )
    assert (shown.status, len(shown.json["result"])) == (200, 1), shown


def test_the_documentation_is_shown_with_this_sandbox_as_its_server(sandbox: Sandbox) -> None:
    base = sandbox.endpoints["token_url"].split("/", 3)[:3]

    def get(path: str) -> bytes:
        with urllib.request.urlopen(f"{'/'.join(base)}{path}") as answer:  # noqa: S310 - on loopback
            return bytes(answer.read())

    assert b"swagger-ui-bundle.js" in get("/docs")
    assert b"SwaggerUI" in get("/docs/swagger-ui-bundle.js")
    shown = json.loads(get("/docs/openapi.json"))
    assert shown == {**document(), "servers": [{"url": sandbox.endpoints["api_url"]}]}
