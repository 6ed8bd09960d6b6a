"""From a request to its answer: which API and method, who calls, the function, and what AWS would refuse."""

from __future__ import annotations

import json
import logging
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from infra.sandbox.api import answers, refusals
from infra.sandbox.api.callers import INVOKE, Caller, Callers
from infra.sandbox.api.events import Call, event
from infra.sandbox.api.messages import Request, Response
from infra.sandbox.api.model import Match, Method
from infra.sandbox.api.registry import Address, Apis
from infra.sandbox.api.signatures import verified
from infra.sandbox.running.worker import Answer

_LOGGER = logging.getLogger(__name__)
SERVICE = "apigateway.amazonaws.com"
LARGEST_BODY = 10 * 1024 * 1024
LARGEST_HEADERS = 10_240
Invoke = Callable[[str, Any], Answer]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Gateway:
    """Answers requests to the APIs; `invoke` runs a function by its name."""

    apis: Apis
    invoke: Invoke
    callers: Callers
    account: str
    region: str
    now: Callable[[], datetime] = _now

    def answer(self, request: Request) -> Response:
        """Answer a request; every answer carries the request's id."""
        request_id = str(uuid.uuid4())
        address = self.apis.locate(request.path)
        try:
            response = self._answer(request, address, request_id)
        except refusals.RefusedError as error:
            response = self._refusal(error, request, address, request_id)
        return response.with_headers(("x-amzn-RequestId", request_id), ("x-amz-apigw-id", f"{request_id[:8]}="))

    def _answer(self, request: Request, address: Address | None, request_id: str) -> Response:
        _check_sizes(request)
        match = address.api.match(address.path) if address else None
        method = address.stage.method(match.resource, request.method) if address and match else None
        if address is None or match is None or method is None:
            raise refusals.missing_token()
        source = self._arn(request, address)
        caller = self._caller(request, method, source)
        call = Call(request_id, self.now(), self.account, request, address, match, caller)
        # Lambda's permissions name the resource, with a star for each parameter; a request's own path fits as well.
        if not self._permitted(method, match, request, address):
            _LOGGER.error("API Gateway may not invoke %s: no AWS::Lambda::Permission", method.function_arn)
            raise refusals.failed(500)
        return self._invoked(call, method)

    @staticmethod
    def _refusal(error: refusals.RefusedError, request: Request, address: Address | None, request_id: str) -> Response:
        match = address.api.match(address.path) if address else None
        called = match is not None and address is not None and address.stage.method(match.resource, request.method)
        path = match.resource.path if match and called else ""
        return refusals.refusal(error, address.api.responses if address else {}, request_id, path)

    def _arn(self, request: Request, address: Address, path: str | None = None) -> str:
        resource = (address.path if path is None else path).strip("/")
        place = f"{address.api.id}/{address.stage.name}/{request.method}/{resource}"
        return f"arn:aws:execute-api:{self.region}:{self.account}:{place}"

    def _permitted(self, method: Method, match: Match, request: Request, address: Address) -> bool:
        source = self._arn(request, address, match.resource.path)
        return self.callers.lets(SERVICE, "lambda:InvokeFunction", method.function_arn, source)

    def _caller(self, request: Request, method: Method, source: str) -> Caller | None:
        if method.authorization == "NONE":
            return None
        caller = verified(request, self.callers, self.region, self.now())
        if not self.callers.may(caller, INVOKE, source):
            raise refusals.denied(caller.arn, source)
        return caller

    def _invoked(self, call: Call, method: Method) -> Response:
        passed_on = event(call)
        if len(json.dumps(passed_on)) > answers.LARGEST_PAYLOAD:
            raise refusals.too_large()
        answer = self._within(method, passed_on)
        if answer.error is not None:
            _LOGGER.warning("%s failed: %s", method.function_arn, answer.error.get("errorType"))
            raise refusals.failed(502)
        try:
            return answers.response(answer.result, call.request, call.address.api.binary_types)
        except answers.MalformedAnswerError as error:
            _LOGGER.warning("%s: malformed Lambda proxy response: %s", method.function_arn, error)
            raise refusals.failed(502) from error

    def _within(self, method: Method, passed_on: dict[str, Any]) -> Answer:
        """Return the function's answer, if it comes in time; the function itself goes on, as in AWS."""
        answered: Future[Answer] = Future()

        def run() -> None:
            try:
                answered.set_result(self.invoke(method.function_arn.rsplit(":", 1)[-1], passed_on))
            except Exception as error:  # noqa: BLE001 - it is raised where the result is waited for
                answered.set_exception(error)

        threading.Thread(target=run, name="api call", daemon=True).start()
        try:
            return answered.result(method.timeout_seconds)
        except TimeoutError:
            raise refusals.timed_out() from None


def _check_sizes(request: Request) -> None:
    line = len(request.method) + len(request.target) + len(request.protocol) + 4
    if line + sum(len(name) + len(value) + 4 for name, value in request.headers) > LARGEST_HEADERS:
        raise refusals.headers_too_large()
    if len(request.body) > LARGEST_BODY:
        raise refusals.too_large()
