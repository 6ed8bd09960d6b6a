"""The body of a request as a JSON object, or what is wrong with it.

Stricter than `json`: what two readers could understand differently (a member that stands twice), and what no other
reader takes (NaN), is refused rather than guessed.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from kyotsu.contracts import outcomes
from kyotsu.runtime.http.errors import BadRequestError

LARGEST_BODY = 900 * 1024
"""Bytes. API Gateway takes 10 MB, Lambda 6; no request needs more (docs/decisions/0117)."""
DEEPEST = 8
"""Objects and arrays inside each other; no call of ours has more than three."""
MEDIA_TYPE = "application/json"


def json_object(event: Mapping[str, Any], content_types: Sequence[str]) -> Mapping[str, object]:
    """Return the JSON object in the body of an event; raises BadRequestError."""
    _check_content_type(content_types)
    content = _bytes(event)
    if len(content) > LARGEST_BODY:
        raise BadRequestError(outcomes.BODY_TOO_LARGE, limit=LARGEST_BODY // 1024)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequestError(outcomes.BODY_NOT_UTF8) from error
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_float=_finite, parse_constant=_constant)
    except RecursionError as error:
        raise BadRequestError(outcomes.BODY_TOO_DEEP, limit=DEEPEST) from error
    except ValueError as error:  # also for an integer with more digits than Python converts
        raise BadRequestError(outcomes.BODY_NOT_JSON) from error
    if not isinstance(value, dict):
        raise BadRequestError(outcomes.BODY_NOT_OBJECT)
    _check_depth(value)
    return value


def _check_content_type(given: Sequence[str]) -> None:
    kind, *parameters = given[0].split(";") if len(given) == 1 else ("",)
    if kind.strip().lower() != MEDIA_TYPE or not all(map(_is_utf8, parameters)):
        raise BadRequestError(outcomes.CONTENT_TYPE_WRONG)


def _is_utf8(parameter: str) -> bool:
    name, _, value = parameter.strip().partition("=")
    return name.lower() == "charset" and value.strip('"').lower() in ("utf-8", "utf8")


def _bytes(event: Mapping[str, Any]) -> bytes:
    body: str = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return body.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise BadRequestError(outcomes.BODY_NOT_UTF8) from error


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadRequestError(outcomes.MEMBER_TWICE)
    return found


def _finite(text: str) -> float:
    found = float(text)
    return found if math.isfinite(found) else _constant(text)


def _constant(_name: str) -> NoReturn:
    raise BadRequestError(outcomes.BODY_NOT_JSON)


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise BadRequestError(outcomes.BODY_TOO_DEEP, limit=DEEPEST)


def _inside(value: object) -> Sequence[object]:
    """Return the objects and arrays right inside a value."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [item for item in inner if isinstance(item, dict | list)]
