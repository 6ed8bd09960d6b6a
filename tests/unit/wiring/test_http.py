"""API functions from the event to the answer: who is let in, what is answered, what is logged."""

from __future__ import annotations

import functools
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from kyotsu.access.callers import AUTHENTICATION, IAM, role_variables, system_of
from kyotsu.access.clients import Issued
from kyotsu.addressees import responses
from kyotsu.addressees.responses import Call, Failure, Links
from kyotsu.catalogue.apis import in_parallel
from kyotsu.catalogue.model import Api, Catalogue
from kyotsu.contracts.api import ApiAnswer, ApiRequest
from kyotsu.runtime.http import serving
from kyotsu.runtime.http.serving import Endpoint
from kyotsu.wiring import http
from tests.fakes.access import CATALOGUE, INTEGRATED, NUMBERS, AccessWorld
from tests.fakes.api import CONTEXT, ROLES, api_event, session, signed_event

NAME = "jutogaishaatenabangofuban"
PATH = f"/app_submit/v10/{NAME}"
ONLY_001 = "/app_submit/v10/juminatenabangofuban"
UNAUTHORIZED = {
    "title": "住登外者宛名番号付番",
    "detail": "アクセストークンが無効です。",
    "_links": {"self": {"href": PATH}},
}
SECRET = "見本花子"


@dataclass
class Remembering:
    """An `ApiCall` that does nothing but remember."""

    title: str = "ok"
    error: Exception | None = None
    requests: list[ApiRequest] = field(default_factory=list)

    def answer(self, request: ApiRequest) -> ApiAnswer:
        self.requests.append(request)
        if self.error:
            raise self.error
        body = responses.done(Call(self.title, "x"), [])
        return ApiAnswer(status=200, body=body, codes=("W1501",), numbers=("800000000000009",))


def _same(call: Remembering) -> Remembering:
    return call


@dataclass
class World:
    """An endpoint, a client with a token, and what was logged."""

    access: AccessWorld
    client: Issued
    call: Remembering
    log: io.StringIO
    printed: pytest.CaptureFixture[str]
    catalogue: Catalogue = CATALOGUE

    def lines(self) -> list[dict[str, Any]]:
        """The log lines since the last time."""
        lines = [json.loads(line) for line in self.log.getvalue().splitlines()]
        self.log.truncate(self.log.seek(0))
        return lines

    def refused(self) -> float:
        """How many refused requests were counted since the last time."""
        return sum(sum(json.loads(line)["RequestsRefused"]) for line in self.printed.readouterr().out.splitlines())

    def endpoint(self, name: str = NAME, versions: Mapping[str, Remembering] | None = None) -> Endpoint:
        calls = {version: functools.partial(_same, call) for version, call in (versions or {"v10": self.call}).items()}
        return Endpoint(lambda: http.routes(self.catalogue, name, calls))

    def send(self, body: object = (), headers: dict[str, Any] | None = None, *, scope: str = NUMBERS) -> dict[str, Any]:
        token = self.access.token(self.client, scope)
        sent = {"Authorization": f"Bearer {token}", **(headers or {})}
        return self.endpoint().answer(api_event(PATH, body or {"a": "b"}, sent), CONTEXT)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> World:
    access = AccessWorld()
    monkeypatch.setattr(http, "token_checker", lambda: access.checker)
    log = io.StringIO()
    monkeypatch.setattr(serving.logger.registered_handler, "stream", log)
    return World(access, access.registry().register("010"), Remembering(), log, capsys)


def body_of(answered: dict[str, Any]) -> Any:
    assert answered["multiValueHeaders"]["Content-Type"] == ["application/json;charset=UTF-8"]
    return json.loads(answered["body"])


def test_a_call_gets_who_called_and_what_was_sent(world: World) -> None:
    answered = world.send({"a": "b"}, {"Idempotency-Key": "k-1"})
    assert answered["statusCode"] == 200
    assert body_of(answered)["metadata"]["title"] == "ok"
    (request,) = world.call.requests
    assert (request.system, request.body, request.idempotency_key) == ("010", {"a": "b"}, "k-1")
    assert request.request_id == "8a6f2c1e-0000-4000-8000-000000000001"
    assert request.received_at.tzinfo is not None


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "E1331"),
        ({"Authorization": "Bearer not.a.token"}, "E1333"),
        ({"Authorization": "Basic abc"}, "E1331"),
        ({"Authorization": ["Bearer a", "Bearer b"]}, "E1332"),
    ],
)
def test_without_a_good_token_the_published_401_says_no_reason_and_the_log_does(
    world: World, headers: dict[str, Any], code: str
) -> None:
    answered = world.endpoint().answer(api_event(PATH, {}, headers), CONTEXT)
    assert (answered["statusCode"], body_of(answered)) == (401, UNAUTHORIZED)
    assert code not in json.dumps(answered)
    assert not world.call.requests
    (refused,) = world.lines()
    assert (refused["message"], refused["code"]) == ("api.refused", code)
    assert world.refused() == 1


def test_a_token_of_another_scope_is_refused(world: World) -> None:
    assert world.send(scope=INTEGRATED)["statusCode"] == 401
    world.client = world.access.registry().register("001")
    assert world.send(scope="031:app_submit/v10/juminatenabangofuban:Create")["statusCode"] == 401
    assert not world.call.requests


def test_who_calls_is_known_before_the_body_is_read(world: World) -> None:
    assert world.endpoint().answer(api_event(PATH, b"{", {}), CONTEXT)["statusCode"] == 401


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b"{", {}, "E1543"),
        (b"[]", {}, "E1544"),
        (b'{"a":1,"a":2}', {}, "E1545"),
        (b" " * 1_000_000, {}, "E1541"),
        (b"{}", {"Content-Type": "text/plain"}, "E1540"),
        (b"{}", {"Content-Type": []}, "E1540"),
        (b"{}", {"Idempotency-Key": ["a", "b"]}, "E1547"),
        (b"{}", {"Idempotency-Key": "あ"}, "E1547"),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_what_can_not_be_read_is_told_in_the_published_form(
    world: World, body: bytes, headers: dict[str, Any], code: str
) -> None:
    answered = world.send(body, headers)
    told = body_of(answered)
    assert answered["statusCode"] == 400
    assert {name: told[name] for name in ("title", "detail", "_links")} == {
        **UNAUTHORIZED,
        "detail": "エラーが発生しました。",
    }
    assert [error["code"] for error in told["errors"]] == [code]
    assert not world.call.requests


def test_what_was_not_foreseen_is_503_and_logged_without_its_text(world: World) -> None:
    world.call.error = ValueError(SECRET)
    answered = world.send({"shimei": SECRET})
    assert answered["statusCode"] == 503
    assert body_of(answered) == {**UNAUTHORIZED, "detail": "想定外のエラーが発生しました。"}
    (failed,) = world.lines()
    assert (failed["message"], failed["error"]) == ("api.failed", "ValueError")
    assert SECRET not in json.dumps(failed, ensure_ascii=False)


def test_the_log_names_the_request_its_codes_and_numbers_and_nothing_that_was_sent(world: World) -> None:
    answered = world.send({"shimei": SECRET}, {"X-Correlation-Id": "case-0001", "Idempotency-Key": "key-0001"})
    assert answered["multiValueHeaders"]["X-Correlation-Id"] == ["case-0001"]
    (line,) = world.lines()
    assert line["message"] == "api.answered"
    assert line["correlation_id"] == "case-0001"
    assert {name: line[name] for name in ("path", "system", "status", "codes", "numbers", "request_id")} == {
        "path": PATH,
        "system": "010",
        "status": 200,
        "codes": ["W1501"],
        "numbers": ["800000000000009"],
        "request_id": world.call.requests[0].request_id,
    }
    assert SECRET not in json.dumps(line, ensure_ascii=False)
    assert "key-0001" not in json.dumps(line)


def test_each_request_has_an_id_of_its_own_unless_the_caller_gave_one(world: World) -> None:
    ids = {world.send()["multiValueHeaders"]["X-Correlation-Id"][0] for _ in range(3)}
    assert len(ids) == 3
    assert {line["correlation_id"] for line in world.lines()} == ids
    assert world.refused() == 0


@pytest.mark.parametrize(("method", "path"), [("POST", "/app_submit/v9/" + NAME), ("GET", PATH), ("POST", "/")])
def test_what_no_function_answers_is_json_too(world: World, method: str, path: str) -> None:
    answered = world.endpoint().answer(api_event(path, {}, method=method), CONTEXT)
    assert answered["statusCode"] == 404
    assert body_of(answered)["detail"] == "このパスのAPIはありません。"


def test_a_function_that_can_not_begin_answers_503(world: World) -> None:
    def broken() -> Any:
        raise KeyError(SECRET)

    answered = Endpoint(broken).answer(api_event(PATH, {}), CONTEXT)
    assert (answered["statusCode"], body_of(answered)["detail"]) == (503, "想定外のエラーが発生しました。")
    assert world.lines()[0]["message"] == "api.failed"


# Callers that sign.


def test_a_role_is_taken_for_its_system(world: World) -> None:
    answered = world.endpoint().answer(signed_event(PATH, {"a": 1}, session("010")), CONTEXT)
    assert answered["statusCode"] == 200
    assert world.call.requests[0].system == "010"


@pytest.mark.parametrize(
    "arn",
    [
        None,
        "",
        session("999"),
        session("010", account="999999999999"),
        "arn:aws:iam::210987654321:user/linked-system-010",
        "arn:aws:iam::210987654321:role/linked-system-010",
        "arn:aws:sts::210987654321:federated-user/linked-system-010",
        "arn:aws:sts::210987654321:assumed-role/linked-system-010",
        "arn:aws:sts::210987654321:assumed-role/x/linked-system-010/s",
    ],
)
def test_anybody_else_who_signs_gets_the_published_401(world: World, arn: str | None) -> None:
    answered = world.endpoint().answer(signed_event(PATH, {}, arn), CONTEXT)
    assert (answered["statusCode"], body_of(answered)) == (401, UNAUTHORIZED)
    assert world.lines()[0]["code"] == "E1548"
    assert not world.call.requests


def test_the_catalogue_says_which_roles_may_make_a_call(world: World) -> None:
    endpoint = world.endpoint("juminatenabangofuban")
    assert endpoint.answer(signed_event(ONLY_001, {}, session("001")), CONTEXT)["statusCode"] == 200
    world.lines()
    assert endpoint.answer(signed_event(ONLY_001, {}, session("010")), CONTEXT)["statusCode"] == 401
    assert world.lines()[0]["code"] == "E1549"


def test_a_request_with_a_token_is_never_taken_for_a_signed_one(world: World) -> None:
    """API Gateway fills `userArn` in for signed methods alone. Even if it did not, the stage decides."""
    forged = {
        AUTHENTICATION: IAM,
        "stageVariables": json.dumps({AUTHENTICATION: IAM}),
        "X-Amz-Security-Token": "x",
        "X-Amzn-Caller-Arn": session("010"),
    }
    event = api_event(PATH, {AUTHENTICATION: IAM}, forged, user_arn=session("010"))
    event["multiValueQueryStringParameters"] = {AUTHENTICATION: [IAM]}
    assert world.endpoint().answer(event, CONTEXT)["statusCode"] == 401


def test_a_token_does_not_open_the_api_of_signatures(world: World) -> None:
    token = {"Authorization": f"Bearer {world.access.token(world.client)}"}
    assert world.endpoint().answer(signed_event(PATH, {}, None, headers=token), CONTEXT)["statusCode"] == 401


@pytest.mark.parametrize("variables", [{}, {AUTHENTICATION: ""}, {AUTHENTICATION: "none"}, role_variables(ROLES)])
def test_a_stage_that_does_not_say_how_lets_nobody_in(world: World, variables: dict[str, str]) -> None:
    token = {"Authorization": f"Bearer {world.access.token(world.client)}"}
    event = api_event(PATH, {}, token, variables=variables, user_arn=session("010"))
    assert world.endpoint().answer(event, CONTEXT)["statusCode"] == 503
    assert not world.call.requests


def test_roles_are_told_apart_whatever_their_path_and_number() -> None:
    variables = role_variables(ROLES)
    assert system_of(session("001"), variables) == "001"
    assert system_of("arn:aws:sts::111122223333:assumed-role/other/s", variables) == "010"
    assert system_of("arn:aws:sts::111122223333:assumed-role/oth/s", variables) is None
    with pytest.raises(ValueError, match="not the ARN of a role"):
        role_variables({"010": ["arn:aws:iam::1:user/x"]})


def test_a_system_that_left_the_catalogue_is_refused(world: World) -> None:
    systems = {name: system for name, system in CATALOGUE.systems.items() if name != "010"}
    world.catalogue = msgspec.structs.replace(CATALOGUE, systems=systems)
    assert world.send()["statusCode"] == 401
    assert world.lines()[0]["code"] == "E1549"


def test_systems_are_spelt_as_in_the_catalogue(world: World) -> None:
    local = msgspec.structs.replace(CATALOGUE.systems["010"], id="A01")
    world.catalogue = msgspec.structs.replace(CATALOGUE, systems={**CATALOGUE.systems, "a01": local})
    variables = {AUTHENTICATION: IAM, **role_variables({"a01": ROLES["010"]})}
    event = api_event(PATH, {}, variables=variables, user_arn=session("010"))
    assert world.endpoint().answer(event, CONTEXT)["statusCode"] == 200
    assert world.call.requests[0].system == "A01"


# Versions.


def version(number: int) -> Api:
    """A made-up version of the call."""
    return msgspec.structs.replace(CATALOGUE.apis[NUMBERS], call=f"app_submit/v{number}/{NAME}", name=f"第{number}版")


@dataclass(frozen=True)
class Versions:
    """The catalogue with made-up versions, oldest first."""

    numbers: tuple[int, ...]

    @property
    def catalogue(self) -> Catalogue:
        apis = {api.scope: api for api in map(version, self.numbers)}
        return msgspec.structs.replace(CATALOGUE, apis=apis)


def test_the_newest_version_and_the_one_before_are_there_together(world: World) -> None:
    catalogue = world.catalogue = Versions((8, 9, 10, 11)).catalogue
    assert [api.name for api in in_parallel(catalogue.apis.values(), NAME)] == ["第11版", "第10版"]
    calls = {f"v{number}": Remembering(f"v{number}") for number in (9, 10, 11)}
    endpoint = world.endpoint(versions=calls)
    for number in (10, 11):
        event = signed_event(f"/app_submit/v{number}/{NAME}", {}, session("010"))
        assert body_of(endpoint.answer(event, CONTEXT))["metadata"]["title"] == f"v{number}"
    for number in (9, 12):
        event = signed_event(f"/app_submit/v{number}/{NAME}", {}, session("010"))
        assert endpoint.answer(event, CONTEXT)["statusCode"] == 404
    assert [len(call.requests) for call in calls.values()] == [0, 1, 1]


def test_a_token_is_good_for_its_version_alone(world: World) -> None:
    world.catalogue = Versions((10, 11)).catalogue
    endpoint = world.endpoint(versions={"v10": Remembering(), "v11": Remembering()})
    token = {"Authorization": f"Bearer {world.access.token(world.client)}"}
    statuses = [
        endpoint.answer(api_event(f"/app_submit/v{number}/{NAME}", {}, token), CONTEXT)["statusCode"]
        for number in (10, 11)
    ]
    assert statuses == [200, 401]


def test_a_version_that_nobody_wrote_is_not_there(world: World) -> None:
    world.catalogue = Versions((10, 11)).catalogue
    event = signed_event(f"/app_submit/v11/{NAME}", {}, session("010"))
    assert world.endpoint(versions={"v10": Remembering()}).answer(event, CONTEXT)["statusCode"] == 404


def test_bodies_name_their_own_version() -> None:
    bodies = http.PublishedBodies(Call("第11版", f"app_submit/v11/{NAME}"))
    assert isinstance(bodies.unavailable(), Failure)
    assert isinstance(bodies.unavailable().links, Links)
    assert bodies.unauthorized().links.itself.href == f"/app_submit/v11/{NAME}"
