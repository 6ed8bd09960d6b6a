"""The gateway's own answers, as AWS words them, unless the template puts others in their place."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from infra.sandbox.api.messages import Response
from infra.sandbox.api.model import CustomResponse, UnusableApiError

_VARIABLE = re.compile(r"\$context\.(error\.messageString|error\.message|error\.responseType|requestId|resourcePath)\b")


@dataclass
class RefusedError(Exception):
    """The gateway answers itself: a kind of AWS::ApiGateway::GatewayResponse, its default status and message."""

    kind: str
    status: int
    message: str
    error_type: str


def missing_token() -> RefusedError:
    """No such route, or a request without a signature where one is needed: AWS says the same to both."""
    return RefusedError(
        "MISSING_AUTHENTICATION_TOKEN", 403, "Missing Authentication Token", "MissingAuthenticationTokenException"
    )


def invalid_signature(message: str, error_type: str = "InvalidSignatureException") -> RefusedError:
    """A signature that doesn't hold."""
    return RefusedError("INVALID_SIGNATURE", 403, message, error_type)


def denied(caller: str, resource: str) -> RefusedError:
    """A caller without permission."""
    message = f"User: {caller} is not authorized to perform: execute-api:Invoke on resource: {resource}"
    return RefusedError("ACCESS_DENIED", 403, message, "AccessDeniedException")


def too_large() -> RefusedError:
    """A body over the limit."""
    return RefusedError("REQUEST_TOO_LARGE", 413, "Request Too Long", "RequestTooLargeException")


def headers_too_large() -> RefusedError:
    """Headers over the limit."""
    return RefusedError("DEFAULT_4XX", 431, "Request Header Fields Too Large", "RequestHeaderFieldsTooLargeException")


def timed_out() -> RefusedError:
    """The function took longer than the integration waits."""
    return RefusedError("INTEGRATION_TIMEOUT", 504, "Endpoint request timed out", "IntegrationTimeoutException")


def failed(status: int) -> RefusedError:
    """502: the function failed or answered in another shape. 500: the gateway may not invoke it."""
    return RefusedError("API_CONFIGURATION_ERROR", status, "Internal server error", "InternalServerErrorException")


def refusal(
    error: RefusedError, responses: Mapping[str, CustomResponse], request_id: str, resource_path: str = ""
) -> Response:
    """Return the answer to a refused request, as the API's own gateway responses want it."""
    general = "DEFAULT_4XX" if error.status < 500 else "DEFAULT_5XX"
    custom = responses.get(error.kind) or responses.get(general) or CustomResponse(None, {}, None)
    status = custom.status or error.status
    values = {
        "error.messageString": json.dumps(error.message),
        "error.message": error.message,
        "error.responseType": error.kind,
        "requestId": request_id,
        "resourcePath": resource_path,
    }
    template = custom.template or '{"message":$context.error.messageString}'
    body = _VARIABLE.sub(lambda match: values[match[1]], template)
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": error.error_type} | dict(custom.headers)
    return Response(status, tuple(headers.items()), body.encode())


def check_template(template: str) -> None:
    """Raise UnusableApiError if a gateway response's template says more than the sandbox can fill in."""
    if "$" in _VARIABLE.sub("", template):
        raise UnusableApiError(f"the sandbox can't fill in the gateway response {template!r}")
