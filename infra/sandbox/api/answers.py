"""What a function's result becomes for the client, and which results are none."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

from infra.sandbox.api.events import is_binary
from infra.sandbox.api.messages import Headers, Request, Response

LARGEST_PAYLOAD = 6 * 1024 * 1024
"""Bytes of JSON that Lambda takes and gives in one synchronous call."""

_PARTS = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_REMAPPED = {"authorization", "connection", "content-length", "date", "server", "www-authenticate"}
_DROPPED = {"transfer-encoding"}


class MalformedAnswerError(ValueError):
    """A function's result is not what a Lambda proxy integration wants; the text says where."""


def response(result: Any, request: Request, binary_types: frozenset[str]) -> Response:
    """Return the answer that a function's result describes. Raises MalformedAnswerError."""
    if not isinstance(result, dict) or not _PARTS.issuperset(result):
        raise MalformedAnswerError("the result is no object of the five known parts")
    if len(json.dumps(result)) > LARGEST_PAYLOAD:
        raise MalformedAnswerError("the result is larger than Lambda passes on")
    headers = _headers(result)
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers = (("Content-Type", "application/json"), *headers)
    return Response(_status(result.get("statusCode")), headers, _body(result, request, binary_types))


def _status(given: Any) -> int:
    if given is None:
        return 200
    status = int(given) if isinstance(given, str) and given.isascii() and given.isdigit() else given
    if not isinstance(status, int) or isinstance(status, bool) or not 200 <= status <= 599:
        raise MalformedAnswerError("statusCode")
    return status


def _body(result: dict[str, Any], request: Request, binary_types: frozenset[str]) -> bytes:
    body, encoded = result.get("body"), result.get("isBase64Encoded")
    if body is None:
        return b""
    if not isinstance(body, str) or not isinstance(encoded, bool | None):
        raise MalformedAnswerError("body")
    accepted = (request.header("Accept") or "").partition(",")[0]
    if not encoded or not is_binary(accepted, binary_types):
        return body.encode("utf-8", "replace")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedAnswerError("body is not Base64") from error


def _headers(result: dict[str, Any]) -> Headers:
    single, multiple = result.get("headers") or {}, result.get("multiValueHeaders") or {}
    if not isinstance(single, dict) or not isinstance(multiple, dict):
        raise MalformedAnswerError("headers")
    pairs = [(name, value) for name, values in multiple.items() for value in _values(values)]
    listed = {name.lower() for name, _ in pairs}
    pairs += [(name, value) for name, value in single.items() if name.lower() not in listed]
    return tuple((_name(name), _text(value)) for name, value in pairs if name.lower() not in _DROPPED)


def _values(values: Any) -> list[Any]:
    return values if isinstance(values, list) else [values]


def _name(name: str) -> str:
    if not _TOKEN.fullmatch(name):
        raise MalformedAnswerError("a header's name")
    # API Gateway keeps these for itself; a client finds the function's under another name.
    return f"x-amzn-Remapped-{name}" if name.lower() in _REMAPPED else name


def _text(value: Any) -> str:
    text = json.dumps(value) if isinstance(value, bool | int | float) else value
    if not isinstance(text, str) or not _VALUE.fullmatch(text):
        raise MalformedAnswerError("a header's value")
    return text
