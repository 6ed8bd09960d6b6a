"""Functions behind API Gateway: from an event to a call, and from what it came to to an answer.

Whatever happens, the caller gets JSON in the form of its API, and the log a line that names the request.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from kyotsu.contracts.api import ApiAnswer, ApiCall, ApiRequest
from kyotsu.contracts.errors import KyotsuError
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.http.bodies import json_object
from kyotsu.runtime.http.errors import BadRequestError, UnauthorizedError
from kyotsu.runtime.http.headers import CORRELATION, correlation_id, headers_of, idempotency_key
from kyotsu.runtime.logs import log_failure

CONTENT_TYPE = "application/json;charset=UTF-8"
Event = Mapping[str, Any]

_TITLE = "共通機能"

logger = Logger()
metrics = Metrics(namespace="Kyotsu")


class Bodies(Protocol):
    """The bodies of an API call that are not the call's own."""

    def refused(self, error: KyotsuError) -> msgspec.Struct:
        """Return the body of status 400."""
        ...

    def unauthorized(self) -> msgspec.Struct:
        """Return the body of status 401; it never says why."""
        ...

    def unavailable(self) -> msgspec.Struct:
        """Return the body of status 503."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One version of an API call."""

    path: str
    """Below the stage, with its leading slash."""
    caller: Callable[[Event], str]
    """Returns the system that calls; raises UnauthorizedError."""
    call: Callable[[], ApiCall]
    bodies: Bodies


class Endpoint:
    """What a function answers. Its routes are made at the first event, never at import."""

    def __init__(self, routes: Callable[[], Sequence[Route]]) -> None:
        self._routes = routes
        self._app: APIGatewayRestResolver | None = None

    def answer(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Answer one request; return what a Lambda proxy integration wants."""
        correlation = correlation_id(headers_of(event))
        logger.set_correlation_id(correlation)
        answered = self._answered(event, context)
        answered["multiValueHeaders"] |= {CORRELATION: [correlation]}
        metrics.add_metric(name="RequestsRefused", unit=MetricUnit.Count, value=answered["statusCode"] == 401)
        metrics.flush_metrics()
        return answered

    def _answered(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        try:
            self._app = self._app or _resolver(self._routes())
            return self._app.resolve(event, context)
        except Exception as error:  # noqa: BLE001 - of a function that can't begin, there is no call to answer
            log_failure(logger, "api.failed", error)
            found = _without_call(503, "想定外のエラーが発生しました。")
            headers = {"Content-Type": [CONTENT_TYPE]}
            return {"statusCode": found.status_code, "multiValueHeaders": headers, "body": found.body}


def _resolver(routes: Sequence[Route]) -> APIGatewayRestResolver:
    app = APIGatewayRestResolver()
    for route in routes:
        app.post(route.path)(lambda route=route: _respond(route, app.current_event.raw_event))
    app.not_found(lambda _: _without_call(404, "このパスのAPIはありません。"))
    return app


def _respond(route: Route, event: Event) -> Response[str]:
    try:
        answer = _answered(route, event)
    except UnauthorizedError as error:
        logger.info("api.refused", extra={"path": route.path, "code": error.code, **error.fields})
        answer = ApiAnswer(status=401, body=route.bodies.unauthorized())
    except BadRequestError as error:
        logger.info("api.unreadable", extra={"path": route.path, "code": error.code})
        answer = ApiAnswer(status=400, body=route.bodies.refused(error))
    except Exception as error:  # noqa: BLE001 - the caller may not be told, and Lambda would log its text
        log_failure(logger, "api.failed", error, path=route.path)
        answer = ApiAnswer(status=503, body=route.bodies.unavailable())
    return Response(answer.status, CONTENT_TYPE, msgspec.json.encode(answer.body).decode())


def _answered(route: Route, event: Event) -> ApiAnswer:
    system, headers = route.caller(event), headers_of(event)
    request = ApiRequest(
        idempotency_key=idempotency_key(headers),
        body=json_object(event, headers.get("content-type", ())),
        system=system,
        received_at=SystemClock().now(),
        request_id=event["requestContext"]["requestId"],
    )
    answer = route.call().answer(request)
    told = {"status": answer.status, "codes": answer.codes, "numbers": answer.numbers}
    ids = {"path": route.path, "system": system, "request_id": request.request_id}
    logger.info("api.answered", extra={**ids, **told})
    return answer


def _without_call(status: int, detail: str) -> Response[str]:
    """Return an answer of no call in particular, in the form of those that have one."""
    body = {"title": _TITLE, "detail": detail, "_links": {"self": {"href": "/"}}}
    return Response(status, CONTENT_TYPE, json.dumps(body, ensure_ascii=False))
