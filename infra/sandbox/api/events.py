"""The event that a Lambda proxy integration passes to its function (payload format 1.0), as AWS documents it."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from infra.sandbox.api.callers import Caller
from infra.sandbox.api.messages import Headers, Request
from infra.sandbox.api.model import Match
from infra.sandbox.api.registry import Address

_NOT_PASSED_ON = {
    "connection",
    "content-length",
    "content-md5",
    "expect",
    "max-forwards",
    "proxy-authenticate",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
}
_IDENTITY = (
    "accessKey",
    "accountId",
    "caller",
    "cognitoAuthenticationProvider",
    "cognitoAuthenticationType",
    "cognitoIdentityId",
    "cognitoIdentityPoolId",
    "principalOrgId",
    "user",
    "userArn",
)


@dataclass(frozen=True)
class Call:
    """One request on its way to a function."""

    id: str
    at: datetime
    account: str
    request: Request
    address: Address
    match: Match
    caller: Caller | None


def event(call: Call) -> dict[str, Any]:
    """Return the event of a call. What is not there is None, as in AWS, not empty."""
    request, match = call.request, call.match
    headers = [pair for pair in _forwarded(request) if pair[0].lower() not in _NOT_PASSED_ON]
    query = parse_qsl(request.query, keep_blank_values=True, errors="replace")
    body, is_base64 = _body(request, call.address.api.binary_types)
    return {
        "resource": match.resource.path,
        "path": call.address.path,
        "httpMethod": request.method,
        "headers": dict(headers) or None,
        "multiValueHeaders": _lists(headers) or None,
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": _lists(query) or None,
        "pathParameters": dict(match.parameters) or None,
        "stageVariables": dict(call.address.stage.variables or {}) or None,
        "requestContext": _context(call),
        "body": body,
        "isBase64Encoded": is_base64,
    }


def _context(call: Call) -> dict[str, Any]:
    request, api, stage = call.request, call.address.api, call.address.stage
    host = request.header("Host") or ""
    return {
        "resourceId": call.match.resource.id,
        "resourcePath": call.match.resource.path,
        "operationName": None,
        "httpMethod": request.method,
        "extendedRequestId": f"{call.id[:8]}=",
        "requestTime": call.at.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": int(call.at.timestamp() * 1000),
        "path": f"/{stage.name}{call.address.path}",
        "accountId": call.account,
        "protocol": request.protocol,
        "stage": stage.name,
        "domainPrefix": host.partition(".")[0],
        "domainName": host,
        "requestId": call.id,
        "identity": _identity(request, call.caller),
        "deploymentId": stage.deployment,
        "apiId": api.id,
    }


def _identity(request: Request, caller: Caller | None) -> dict[str, Any]:
    signed = caller and {
        "accountId": caller.account,
        "caller": caller.unique_id,
        "accessKey": caller.access_key,
        "userArn": caller.arn,
        "user": caller.unique_id,
    }
    return (
        dict.fromkeys(_IDENTITY)
        | (signed or {})
        | {"sourceIp": request.source, "userAgent": request.header("User-Agent")}
    )


def _forwarded(request: Request) -> Headers:
    """Return the headers with those that the gateway adds; the last proxy's address is the one that can be trusted."""
    via = ", ".join([*request.values("X-Forwarded-For"), request.source])
    kept = tuple(pair for pair in request.headers if not pair[0].lower().startswith("x-forwarded-"))
    port = (request.header("Host") or "").rpartition(":")[2]
    return (*kept, ("X-Forwarded-For", via), ("X-Forwarded-Port", port), ("X-Forwarded-Proto", "http"))


def _lists(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {}
    for name, value in pairs:
        lists.setdefault(name, []).append(value)
    return lists


def _body(request: Request, binary_types: frozenset[str]) -> tuple[str | None, bool]:
    if not request.body:
        return None, False
    if is_binary(request.header("Content-Type"), binary_types):
        return base64.b64encode(request.body).decode(), True
    # AWS takes anything else for text; what is none arrives damaged there too.
    return request.body.decode("utf-8", "replace"), False


def is_binary(media_type: str | None, binary_types: frozenset[str]) -> bool:
    """Whether an API passes a media type on as bytes (`*/*` matches all, also the missing one)."""
    if "*/*" in binary_types:
        return True
    return media_type is not None and media_type.partition(";")[0].strip().lower() in binary_types
