"""REST APIs of a template over HTTP: routing, events, answers, refusals, signatures, limits."""

import base64
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from infra.sandbox import endpoints
from infra.sandbox.api.model import UnusableApiError
from infra.sandbox.cloud import OPERATOR
from infra.sandbox.deployment import UnknownTemplateError
from infra.sandbox.sandbox import running
from tests.integration.sandbox.small_api import Answered, SmallApi, method, part, permission, send, stack
from tests.integration.sandbox.small_cloud import ref, resource

UNKNOWN_ROUTE = {"message": "Missing Authentication Token"}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallApi]:
    with running([stack()], 0, tmp_path_factory.mktemp("api")) as (cloud, _outputs):
        yield SmallApi(cloud)


def test_event_has_the_documented_shape(api: SmallApi) -> None:
    event = api.event(
        "POST", "/live/echo?a=1&a=2&b=%E6%97%A5&c", "body 日本".encode(),
        ("Content-Type", "text/plain"), ("X-Twice", "one"), ("X-Twice", "two"), ("User-Agent", "test"),
    )  # fmt: skip
    context = event.pop("requestContext")
    identity = context.pop("identity")
    headers = event.pop("headers")
    assert event.pop("multiValueHeaders") == {
        name: ["one", "two"] if name == "X-Twice" else [value] for name, value in headers.items()
    }
    assert event == {
        "resource": "/echo",
        "path": "/echo",
        "httpMethod": "POST",
        "queryStringParameters": {"a": "2", "b": "日", "c": ""},
        "multiValueQueryStringParameters": {"a": ["1", "2"], "b": ["日"], "c": [""]},
        "pathParameters": None,
        "stageVariables": {"colour": "red"},
        "body": "body 日本",
        "isBase64Encoded": False,
    }
    assert headers == {
        "Host": api.authority,
        "Content-Type": "text/plain",
        "X-Twice": "two",
        "User-Agent": "test",
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Port": api.authority.partition(":")[2],
        "X-Forwarded-Proto": "http",
    }
    assert identity["sourceIp"] == "127.0.0.1"
    assert identity["userAgent"] == "test"
    assert {value for name, value in identity.items() if name not in ("sourceIp", "userAgent")} == {None}
    assert {name: context[name] for name in ("stage", "resourcePath", "path", "protocol", "httpMethod", "apiId")} == {
        "stage": "live", "resourcePath": "/echo", "path": "/live/echo", "protocol": "HTTP/1.1", "httpMethod": "POST",
        "apiId": api.id("Api"),
    }  # fmt: skip
    assert context["accountId"] == "123456789012"
    at = datetime.strptime(context["requestTime"], "%d/%b/%Y:%H:%M:%S %z")
    assert int(at.timestamp()) == context["requestTimeEpoch"] // 1000


def test_what_is_not_there_is_null_and_the_request_has_an_id(api: SmallApi) -> None:
    answered = api.send("GET", "/echo")
    event = answered.json
    assert [event[name] for name in ("body", "queryStringParameters", "multiValueQueryStringParameters")] == [None] * 3
    assert answered.values("x-amzn-RequestId") == [event["requestContext"]["requestId"]]
    assert api.send("GET", "/echo").json["requestContext"]["requestId"] != event["requestContext"]["requestId"]


def test_a_client_can_not_say_where_it_is(api: SmallApi) -> None:
    event = api.event("GET", "/echo", b"", ("X-Forwarded-For", "10.0.0.1"), ("X-Forwarded-Proto", "https"))
    assert event["headers"]["X-Forwarded-For"] == "10.0.0.1, 127.0.0.1"
    assert event["headers"]["X-Forwarded-Proto"] == "http"
    assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("target", "resource_path", "parameters"),
    [
        ("/items/7", "/items/{id}", {"id": "7"}),
        ("/items/7/", "/items/{id}", {"id": "7"}),
        ("/items/a%2Fb", "/items/{id}", {"id": "a%2Fb"}),
        ("/items/special", "/items/special", None),
        ("/files/a/b/c", "/files/{proxy+}", {"proxy": "a/b/c"}),
        ("/files/..", "/files/{proxy+}", {"proxy": ".."}),
        ("/live/items/7", "/items/{id}", {"id": "7"}),
    ],
)
def test_paths_lead_to_the_most_definite_resource(
    api: SmallApi, target: str, resource_path: str, parameters: dict[str, str] | None
) -> None:
    event = api.event("GET", target)
    assert event["resource"] == event["requestContext"]["resourcePath"] == resource_path
    assert event["pathParameters"] == parameters


@pytest.mark.parametrize(
    ("verb", "target"),
    [
        ("GET", "/"),
        ("GET", "/nothing"),
        ("GET", "/echo/more"),
        ("GET", "/files"),
        ("GET", "/items//"),
        ("POST", "/items/7"),
        ("HEAD", "/items/7"),
        ("OPTIONS", "/items/7"),
        ("GET", "/other/echo"),
        ("POST", "/late"),
    ],
)
def test_unknown_route_is_refused_as_aws_does(api: SmallApi, verb: str, target: str) -> None:
    answered = api.send(verb, target)
    assert answered.status == 403
    assert answered.values("x-amzn-ErrorType") == ["MissingAuthenticationTokenException"]
    assert answered.body == b"" if verb == "HEAD" else answered.json == UNKNOWN_ROUTE


def test_every_api_has_its_own_address_and_permission(api: SmallApi) -> None:
    for target in (f"/{api.id('Other')}/v1/echo", f"/{api.id('Other')}/echo"):
        event = api.event("GET", target)
        assert event["requestContext"]["apiId"] == api.id("Other")
        assert (event["path"], event["requestContext"]["stage"]) == ("/echo", "v1")
    assert api.cloud.apis.url(api.id("Other")) == f"http://{api.authority}/{api.id('Other')}"


def test_gateways_own_answers_are_the_templates(api: SmallApi) -> None:
    answered = api.send("GET", f"/{api.id('Other')}/v1/nothing")
    assert answered.status == 404
    assert answered.values("Cache-Control") == ["no-store"]
    [request_id] = answered.values("x-amzn-RequestId")
    assert answered.json == {"title": "Missing Authentication Token", "id": request_id}


def test_binary_bodies_are_base64_where_the_api_says_so(api: SmallApi) -> None:
    event = api.event("POST", "/echo", b"\x89PNG\xff", ("Content-Type", "image/png; x=y"))
    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == b"\x89PNG\xff"
    event = api.event("POST", "/echo", b"a\xffb", ("Content-Type", "text/plain"))
    assert (event["isBase64Encoded"], event["body"]) == (False, "a\ufffdb")


def test_answer_is_the_functions(api: SmallApi) -> None:
    answered = api.result(
        {
            "statusCode": 201,
            "headers": {"X-One": "1", "Content-Type": "text/plain", "X-Many": "lost", "X-Yes": True},
            "multiValueHeaders": {"X-Many": ["a", "b"]},
            "body": "日本",
        }
    )
    assert (answered.status, answered.body) == (201, "日本".encode())
    assert answered.values("Content-Type") == ["text/plain"]
    assert answered.values("X-Many") == ["a", "b"]
    assert answered.values("X-Yes") == ["true"]


def test_binary_answer_needs_the_clients_accept(api: SmallApi) -> None:
    result = {"statusCode": 200, "body": base64.b64encode(b"\x00\xff").decode(), "isBase64Encoded": True}
    assert api.result(result, ("Accept", "image/png")).body == b"\x00\xff"
    assert api.result(result).body == b"AP8="


def test_api_gateway_keeps_some_headers_for_itself(api: SmallApi) -> None:
    answered = api.result({"statusCode": 401, "headers": {"WWW-Authenticate": "Bearer", "Content-Length": "7"}})
    assert answered.values("WWW-Authenticate") == []
    assert answered.values("x-amzn-Remapped-WWW-Authenticate") == ["Bearer"]
    assert answered.values("Content-Length") == ["0"]


@pytest.mark.parametrize(
    "result",
    [
        None,
        "text",
        [1],
        {"status": 200},
        {"statusCode": "no"},
        {"statusCode": 99},
        {"statusCode": True},
        {"statusCode": 200, "body": {"not": "text"}},
        {"statusCode": 200, "headers": {"X": None}},
        {"statusCode": 200, "headers": {"X": "a\r\nSet-Cookie: b"}},
        {"statusCode": 200, "headers": {"X Y": "a"}},
        {"statusCode": 200, "headers": ["X"]},
        {"statusCode": 200, "isBase64Encoded": "yes", "body": ""},
        "much",
        "raise",
    ],
)
def test_malformed_answer_or_failure_is_a_bad_gateway(api: SmallApi, result: Any) -> None:
    answered = api.result(result)
    assert (answered.status, answered.json) == (502, {"message": "Internal server error"})


def test_function_that_takes_longer_than_its_integration(api: SmallApi) -> None:
    answered = api.send("POST", "/slow")
    assert (answered.status, answered.json) == (504, {"message": "Endpoint request timed out"})
    assert max(stage.timeout_seconds for stage in api.cloud.apis.by_id[api.id("Api")].methods.values()) == 29.0


def test_function_without_a_permission_for_this_method_is_not_invoked(api: SmallApi) -> None:
    answered = api.send("POST", "/forbidden")
    assert (answered.status, answered.json) == (500, {"message": "Internal server error"})


def test_head_and_options_reach_a_function_that_wants_them(api: SmallApi) -> None:
    head = api.send("HEAD", "/echo")
    assert (head.status, head.body) == (200, b"")
    assert int(head.values("Content-Length")[0]) > 0
    assert api.event("OPTIONS", "/echo")["httpMethod"] == "OPTIONS"


def test_many_at_once_get_their_own_answers(api: SmallApi) -> None:
    with ThreadPoolExecutor(max_workers=24) as clients:
        bodies = [f"body {number}" for number in range(48)]
        events = clients.map(lambda body: api.event("POST", "/echo", body.encode()), bodies)
        assert [event["body"] for event in events] == bodies


def test_answer_without_content_has_none(api: SmallApi) -> None:
    answered = api.result({"statusCode": 204, "body": "dropped"})
    assert (answered.status, answered.body, answered.values("Content-Length")) == (204, b"", [])


def test_limits_of_headers_and_body(api: SmallApi) -> None:
    assert api.send("GET", "/echo", b"", ("X-Long", "a" * 9_000)).status == 200
    answered = api.send("GET", "/echo", b"", ("X-Long", "a" * 10_240))
    assert answered.status == 431
    assert api.send("GET", "/echo", b"", *((f"X-{n}", "a" * 500) for n in range(21))).status == 431
    answered = api.send("POST", "/echo", b"a" * (10 * 1024 * 1024 + 1))
    assert (answered.status, answered.json) == (413, {"message": "Request Too Long"})
    answered = api.send("POST", "/echo", b"a" * (7 * 1024 * 1024))
    assert answered.status == 413


def signed(api: SmallApi, keys: tuple[str, ...] = OPERATOR, **changed: Any) -> Answered:
    """Sign a request with botocore, change it, and send it."""
    body, target = b'{"a": 1}', "/live/signed?b=2&a=%E6%97%A5&b=1"
    request = AWSRequest("POST", f"http://{api.authority}{target}", headers={"Content-Type": "x/y"}, data=body)
    service, region = changed.pop("service", "execute-api"), changed.pop("region", "ap-northeast-1")
    SigV4Auth(Credentials(*keys), service, region).add_auth(request)
    headers = dict(request.headers.items()) | changed.pop("headers", {})
    target = changed.pop("target", target)
    body = changed.pop("body", body)
    assert not changed
    return api.send("POST", target, body, *((name, value) for name, value in headers.items() if name != "Host"))


def test_signed_request_tells_the_function_who_calls(api: SmallApi) -> None:
    answered = signed(api)
    assert answered.status == 200, answered.body
    identity = answered.json["requestContext"]["identity"]
    assert identity["userArn"] == "arn:aws:iam::123456789012:root"
    assert (identity["accountId"], identity["accessKey"]) == ("123456789012", "test")
    assert identity["caller"] == identity["user"] == "123456789012"


def session(api: SmallApi, role: str) -> tuple[str, str, str]:
    """Credentials of somebody who has assumed a role."""
    arn = f"arn:aws:iam::123456789012:role/{api.cloud.created['AWS::IAM::Role'][role]}"
    made = api.cloud.access.principals.session(arn, "me", timedelta(minutes=15))
    return made.access_key_id, made.secret_access_key, str(made.session_token)


def test_session_of_a_role_may_call_what_the_role_may(api: SmallApi) -> None:
    answered = signed(api, session(api, "Reader"))
    assert answered.status == 200, answered.body
    identity = answered.json["requestContext"]["identity"]
    role = api.cloud.created["AWS::IAM::Role"]["Reader"]
    assert identity["userArn"] == f"arn:aws:sts::123456789012:assumed-role/{role}/me"
    assert identity["caller"].endswith(":me")

    answered = signed(api, session(api, "Role"))
    assert (answered.status, answered.values("x-amzn-ErrorType")) == (403, ["AccessDeniedException"])
    assert "is not authorized to perform: execute-api:Invoke" in answered.json["message"]


@pytest.mark.parametrize("token", [(), ("another",)])
def test_key_of_a_session_needs_its_token(api: SmallApi, token: tuple[str, ...]) -> None:
    answered = signed(api, (*session(api, "Reader")[:2], *token))
    assert (answered.status, answered.values("x-amzn-ErrorType")) == (403, ["UnrecognizedClientException"])


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"body": b'{"a": 2}'}, "InvalidSignatureException"),
        ({"target": "/live/signed?b=2&a=%E6%97%A5&b=3"}, "InvalidSignatureException"),
        ({"target": "/signed?b=2&a=%E6%97%A5&b=1"}, "InvalidSignatureException"),
        ({"headers": {"Content-Type": "other/one"}}, "InvalidSignatureException"),
        ({"keys": ("test", "guessed")}, "InvalidSignatureException"),
        ({"keys": ("nobody", "test")}, "UnrecognizedClientException"),
        ({"headers": {"X-Amz-Security-Token": "invented"}}, "InvalidSignatureException"),
        ({"headers": {"X-Amz-Date": "20200101T000000Z"}}, "InvalidSignatureException"),
        ({"headers": {"X-Amz-Date": "yesterday"}}, "IncompleteSignatureException"),
        ({"service": "s3"}, "InvalidSignatureException"),
        ({"region": "us-east-1"}, "InvalidSignatureException"),
        ({"headers": {"Authorization": "AWS4-HMAC-SHA256 nonsense"}}, "IncompleteSignatureException"),
        ({"headers": {"Authorization": "Bearer abc"}}, "IncompleteSignatureException"),
        ({"headers": {"X-Amz-Content-SHA256": "0" * 64}}, "InvalidSignatureException"),
    ],
)
def test_signature_that_does_not_hold_is_refused(api: SmallApi, changed: dict[str, Any], error: str) -> None:
    answered = signed(api, **changed)
    assert (answered.status, answered.values("x-amzn-ErrorType")) == (403, [error])


def test_method_that_wants_a_signature_without_one(api: SmallApi) -> None:
    answered = api.send("POST", "/signed")
    assert (answered.status, answered.json) == (403, UNKNOWN_ROUTE)


def test_addresses_are_those_of_this_machine(api: SmallApi) -> None:
    name = api.cloud.created["AWS::Lambda::Function"]["Echo"]
    environment = api.cloud.functions.environment(name)
    assert environment["API_URL"] == f"http://{api.authority}"
    assert environment["ISSUER"].startswith("http://127.0.0.1:")
    assert environment["ISSUER"] != environment["API_URL"]


def test_endpoints_say_where_the_apis_are_and_who_may_ask_for_tokens(api: SmallApi) -> None:
    client = {"client_id": "a", "client_secret": "b"}
    outputs = {"TokenUrl": "http://t", "NumberingApiUrl": "http://n", "NumberingIamApiUrl": "http://i"}
    content = endpoints.describe(api.cloud, "141003", outputs, {"001": client})
    assert (content["api_url"], content["iam_api_url"]) == ("http://n", "http://i")
    assert content["apis"] == {name: api.cloud.apis.url(api.id(name)) for name in ("Api", "Other")}
    assert (content["token_url"], content["clients"]) == ("http://t", {"001": client})
    assert send(content["apis"]["Api"].removeprefix("http://"), "POST", "/echo").status == 200


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"AnyEcho": method("EchoPath", Credentials="arn:aws:iam::1:role/r")}, "property Credentials"),
        ({"AnyEcho": method("EchoPath", authorization="CUSTOM")}, "AuthorizationType CUSTOM"),
        ({"AnyEcho": method("EchoPath", Type="MOCK")}, "only AWS_PROXY"),
        ({"Api": resource("AWS::ApiGateway::RestApi", Name="api", Policy={})}, "about signed requests alone"),
        ({"Plan": resource("AWS::ApiGateway::UsagePlan")}, "AWS::ApiGateway::UsagePlan"),
        (
            {
                "NotFound": resource(
                    "AWS::ApiGateway::GatewayResponse",
                    RestApiId=ref("Api"), ResponseType="DEFAULT_4XX",
                    ResponseTemplates={"application/json": "$input.body"},
                )
            },
            "can't fill in",
        ),
        ({"Twice": part("echo")}, "side by side"),
        ({"TwoNames": part("{name}", "ItemsPath")}, "side by side"),
    ],
)  # fmt: skip
def test_what_the_sandbox_can_not_do_stops_it_by_name(changed: dict[str, Any], named: str, tmp_path: Path) -> None:
    with pytest.raises((UnknownTemplateError, UnusableApiError), match=named), running([stack(changed)], 0, tmp_path):
        pass


def test_permission_of_another_path_does_not_help(tmp_path: Path) -> None:
    with running([stack({"MayEcho": permission("Echo", "live/*/echo2")})], 0, tmp_path) as (cloud, _outputs):
        assert SmallApi(cloud).send("GET", "/echo").status == 500
        assert json.loads(SmallApi(cloud).send("GET", "/echo").body) == {"message": "Internal server error"}
