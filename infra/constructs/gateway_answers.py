"""What API Gateway answers by itself, in the published form as far as it knows the call.

It fills in the resource, which is the call's path, but can't tell the call's name: `title` is general.
"""

from __future__ import annotations

import json

from aws_cdk import aws_apigateway as apigateway

from kyotsu.contracts import outcomes
from kyotsu.runtime.http.bodies import LARGEST_BODY

_TITLE = "共通機能"
_CALLED = "$context.resourcePath"
_UNAUTHORIZED = "アクセストークンが無効です。"
_UNAVAILABLE = "想定外のエラーが発生しました。"
_Kind = apigateway.ResponseType


def answer_in_json(api: apigateway.RestApi, *, signed: bool) -> None:
    """Put JSON in the place of all of an API's own answers. Of a signed one, who may not call is told 401."""
    _answer(api, _Kind.DEFAULT_4_XX, None, detail="要求を処理できません。", path="/")
    _answer(api, _Kind.DEFAULT_5_XX, "503", detail=_UNAVAILABLE)
    # The published form knows no 429; who reads Retry-After knows when to come again.
    _answer(api, _Kind.THROTTLED, "503", headers={"Retry-After": "'1'"}, detail=_UNAVAILABLE)
    large = outcomes.BODY_TOO_LARGE
    error = {"code": large.code, "message": large.sentence(limit=LARGEST_BODY // 1024)}
    _answer(api, _Kind.REQUEST_TOO_LARGE, "400", detail="エラーが発生しました。", errors=[error])
    if not signed:
        _answer(api, _Kind.MISSING_AUTHENTICATION_TOKEN, "404", detail="このパスのAPIはありません。", path="/")
        return
    # Without a signature AWS doesn't say whether the path is there.
    for kind in (
        _Kind.MISSING_AUTHENTICATION_TOKEN,
        _Kind.INVALID_SIGNATURE,
        _Kind.EXPIRED_TOKEN,
        _Kind.ACCESS_DENIED,
    ):
        _answer(api, kind, "401", detail=_UNAUTHORIZED, path="/")


def _answer(
    api: apigateway.RestApi,
    kind: apigateway.ResponseType,
    status: str | None,
    *,
    detail: str,
    path: str = _CALLED,
    headers: dict[str, str] | None = None,
    **more: object,
) -> None:
    body = {"title": _TITLE, "detail": detail, "_links": {"self": {"href": path}}, **more}
    api.add_gateway_response(
        kind.response_type.title().replace("_", ""),
        type=kind,
        status_code=status,
        response_headers=headers,
        templates={"application/json": json.dumps(body, ensure_ascii=False)},
    )
