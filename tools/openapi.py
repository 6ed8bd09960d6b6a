"""Write docs/openapi.json (OpenAPI 3.1): the numbering APIs, from tables of items and structs of answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from kyotsu.addressees import edit_items, items, resident_numbers, responses
from kyotsu.addressees.items import RequestItem
from kyotsu.addressees.search import items as search_items
from kyotsu.addressees.search import rows
from kyotsu.catalogue.apis import in_parallel
from kyotsu.catalogue.loading import load_catalogue
from kyotsu.catalogue.model import Api
from kyotsu.contracts import outcomes
from kyotsu.integrated import items as integrated_items
from kyotsu.integrated import responses as integrated_responses
from kyotsu.moving import certificate_call
from kyotsu.runtime.http.bodies import LARGEST_BODY
from kyotsu.runtime.http.headers import CORRELATION, IDEMPOTENCY
from tools.openapi_examples import EXAMPLES

FILE = Path(__file__).parents[1] / "docs" / "openapi.json"
ROOT = Path(__file__).parents[1]
_HALF, _DATE, _TIME = "^[ -~]*$", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "^[0-9]{2}:[0-9]{2}(:[0-9]{2})?$"
_PATTERNS = {"X": _HALF, "DATE": _DATE, "TIME": _TIME}
_TYPES = {"X": "半角", "N": "全角", "DATE": "YYYY-MM-DD", "TIME": "HH:MM:SS（秒は省略可）"}
_FAILURE, _REF = responses.Failure, "#/components/schemas/{name}"
_DESCRIPTION = """住登外者宛名番号管理機能（031）と団体内統合宛名機能（032）、申請管理（029、引越しOSS）のAPIです。

**公開仕様のもの**：`住登外者宛名番号付番`（`x-source: published`）の、パス、リクエスト項目、回答の形、\
ステータスコード、E0001〜E0004 は、住登外者宛名番号付番API仕様 第2.0版\
（デジタル庁、公共データ利用規約 第1.0版、編集して利用）によります。\
現行の第2.4版は公開されておらず、準拠を確認していません。\
`住登外者宛名基本情報照会` は、名称、パス、スコープだけが公開仕様によります（`x-items: ours`）。

**当製品のもの**：そのほかのAPI（`x-source: ours`）の項目と回答、E1001以降の結果コード、`Idempotency-Key`、\
`X-Correlation-Id`、AWS IAMによる認証は、公開された仕様がないため当製品が定めたものです。

同じ機能を2つのURLで提供します。トークンのURL（Bearer）と、AWS IAMの署名のURL（連携システムのロール）です。\
最新版と1つ前の版を、パス（`v10`）で並行して提供します。
"""


class Documented(msgspec.Struct, frozen=True):
    """One call as it is written down."""

    name: str
    request: dict[str, Any]
    success: type[msgspec.Struct]
    refusal: type[msgspec.Struct] = responses.RefusedBody
    note: str = ""
    """What else its callers must know."""
    own_items: bool = False
    """The call is published, its items are not: they are ours."""


def item_schema(item: RequestItem) -> dict[str, Any]:
    """Return the schema of one item."""
    found: dict[str, Any] = {"type": "string", "title": item.name, "description": f"{item.name}（{_TYPES[item.type]}）"}
    if item.codes:
        return {**found, "enum": list(item.codes)}
    if item.type in ("X", "N"):
        found["maxLength"] = item.length
        if item.fixed:
            found["minLength"] = item.length
    return found | ({"pattern": _PATTERNS[item.type]} if item.type in _PATTERNS else {})


def object_schema(*lists: Sequence[RequestItem], **more: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an object with these items and, as required ones, further members."""
    found = [item for listed in lists for item in listed]
    return {
        "type": "object",
        "properties": {item.romaji: item_schema(item) for item in found} | more,
        "required": [item.romaji for item in found if item.required] + list(more),
        # An item that is not in the list is refused (E1501): ignored, it would be lost.
        "additionalProperties": False,
    }


def _people() -> dict[str, Any]:
    subject = object_schema(integrated_items.SUBJECT)
    return {"type": "array", "items": subject, "minItems": 1, "maxItems": integrated_items.MOST_PEOPLE}


def _search() -> dict[str, Any]:
    """Return the schema of a search: 一致方法 is an object, and a count may be a number, too."""
    found = object_schema(search_items.SEARCH_ITEMS)
    methods = {
        item.romaji: item_schema(search_items.METHODS._replace(name=item.name)) for item in search_items.SEARCHED
    }
    of_each = {
        "type": "object",
        "title": search_items.METHODS.name,
        "properties": methods,
        "additionalProperties": False,
    }
    rows = {"anyOf": [{"type": "string", "pattern": "^[0-9]{1,2}$"}, {"type": "integer"}]}
    birth = {"pattern": _DATE, "description": "生年月日（YYYY-MM-DD。不明な年は0000、不明な月・日は00）"}
    properties: dict[str, Any] = found["properties"] | {search_items.METHODS.romaji: of_each}
    properties[search_items.ROWS.romaji] |= rows
    properties[search_items.BIRTH.romaji] |= birth
    for name in ("type", "maxLength", "pattern"):
        del properties[search_items.ROWS.romaji][name]
    properties = {name: properties[name] for name in search_items.ORDER}
    return found | {"properties": properties}


_SEARCH_NOTE = f"""

**項目と回答は、公開された仕様がないため当製品が定めたものです**（名称、パス、スコープは公開仕様によります）。

- 氏名、氏名_フリガナ、生年月日、住所のうち1つ以上を設定します（{outcomes.NOTHING_TO_SEARCH_BY.code}）。氏名には通称、\
ローマ字、以前の氏名を、住所にはどの表記の住所も、以前の住所も設定できます。
- `itchihoho`：項目ごとの一致方法（1：完全一致、2：部分一致、3：類似。省略時は3）。見つかった人を絞り込みます。\
完全一致でも、全角・半角、空白、異体字セレクター、住所の表記の違いは区別しません。
- `saidaikensu`：{search_items.DEFAULT_ROWS}件（省略時）、{search_items.MOST_ROWS}件まで。
- `taisho`：1は住登外者（省略時）、2は住民（転出者等を含む）も対象とし、`juminkubun` を回答します。
- `tokuten`：同じ人である確率（0〜100）。`riyu`：一致・相違の理由。`rirekiitchi`：以前の氏名・住所が一致したとき1。
- `yokushifuragu` が1の人は、`jusho` がnullで、住所の項目がありません。住所では見つからず、\
得点と理由に住所を含みません。
- 他業務参照不可の宛名は、登録元の業務だけに回答します。個人番号では検索できず、個人番号は回答しません。
- `kensakuid` は、付番の前の照会を必須とする環境だけで回答します。
"""


_CERTIFICATE_NOTE = f"""

住民記録（001）だけが呼び出せます。受付番号か手続番号のどちらか1つを設定します。

- 揃ったことは、001のバケットの `notices/` と通知のトピックで知らせます。
- `hansu` は、CSから届いた内容が変わるたびに増えます。大きいものが新しい内容です。
- 揃っていない（取り消された）とき：{outcomes.CERTIFICATE_INCOMPLETE.code}。\
保管期間を過ぎたとき：{outcomes.CERTIFICATE_ERASED.code}。手続がないとき：{outcomes.CASE_UNKNOWN.code}。
- 照会は、すべて監査証跡に記録します。個人番号・住民票コードを含みます。
"""


def documented() -> tuple[Documented, ...]:
    """Return every call that is served."""
    resident = [items.BY_NAME[name] for name in resident_numbers.ITEMS]
    return (
        Documented("jutogaishaatenabangofuban", object_schema(items.ITEMS), responses.Success),
        Documented("jutogaishaatenakihonjohokoshin", object_schema(edit_items.EDIT_ITEMS), responses.Edited),
        Documented("jutogaishaatenarirekishokai", object_schema(edit_items.HISTORY_ITEMS), responses.Shown),
        Documented("jutogaishaatenakihonjohosyokai", _search(), rows.Candidates, note=_SEARCH_NOTE, own_items=True),
        Documented("juminatenabangofuban", object_schema(resident), responses.Success),
        Documented(
            "dantainaitogoatenabangofuban",
            object_schema(integrated_items.HEADER, **{integrated_items.PEOPLE: _people()}),
            integrated_responses.IssuedBody,
            integrated_responses.RefusedBody,
        ),
        Documented(
            "dantainaitogoatenakihonjohosyokai",
            object_schema(integrated_items.LOOK_UP),
            integrated_responses.ShownBody,
            integrated_responses.RefusedBody,
        ),
        Documented(
            "tenshutsushomeishojohoshokai",
            object_schema(certificate_call.ITEMS),
            certificate_call.ShownCertificate,
            note=_CERTIFICATE_NOTE,
        ),
    )


def _name(struct: type[msgspec.Struct]) -> str:
    """Return a struct's name in the document; two packages have a body of status 400."""
    return f"Integrated{struct.__name__}" if struct is integrated_responses.RefusedBody else struct.__name__


def _schemas(calls: Sequence[Documented]) -> dict[str, Any]:
    """Return the schemas of all answers, by name."""
    first = {call.success for call in calls} | {_FAILURE, responses.RefusedBody}
    _, found = msgspec.json.schema_components(sorted(first, key=_name), ref_template=_REF)
    integrated, more = msgspec.json.schema_components([integrated_responses.RefusedBody], ref_template=_REF)
    renamed = {_name(integrated_responses.RefusedBody): more.pop("RefusedBody")}
    del integrated
    # Defaults of structs may be tuples, which JSON doesn't know.
    plain: dict[str, Any] = json.loads(json.dumps(dict(sorted((more | found | renamed).items()))))
    return plain


def _answer(description: str, schema: str, example: Any = None) -> dict[str, Any]:
    media: dict[str, Any] = {"schema": {"$ref": _REF.format(name=schema)}}
    if example is not None:
        media["example"] = example
    headers = {CORRELATION: {"$ref": f"#/components/headers/{CORRELATION}"}}
    return {"description": description, "headers": headers, "content": {"application/json": media}}


def _operation(call: Documented, api: Api) -> dict[str, Any]:
    example = EXAMPLES.get(call.name, {})
    body: dict[str, Any] = {"schema": call.request}
    if "request" in example:
        body["example"] = example["request"]
    return {
        "operationId": f"{call.name}_{api.call.split('/')[1]}",
        "summary": api.name,
        "description": f"スコープ：`{api.scope}`{call.note}",
        "tags": [api.provider],
        "x-source": api.source,
        **({"x-items": "ours"} if call.own_items else {}),
        "security": [{"bearer": [api.scope]}, {"iam": []}],
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in (IDEMPOTENCY, CORRELATION)],
        "requestBody": {"required": True, "content": {"application/json": body}},
        "responses": {
            "200": _answer("処理しました。", _name(call.success), example.get("200")),
            "400": _answer("要求に誤りがあります。何も登録していません。", _name(call.refusal), example.get("400")),
            "401": _answer("呼び出し元を確認できません。理由は回答しません。", _name(_FAILURE), example.get("401")),
            "503": _answer("処理できませんでした。後で再試行できます。", _name(_FAILURE), example.get("503")),
        },
    }


def document() -> dict[str, Any]:
    """Return the whole document."""
    calls, apis = documented(), load_catalogue(ROOT / "catalogue").apis.values()
    served = [(call, api) for call in calls for api in in_parallel(apis, call.name)]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Kyotsu 付番API", "version": "10", "description": _DESCRIPTION},
        "servers": [
            {"url": "{api_url}", "variables": {"api_url": {"default": "http://127.0.0.1:8080"}}},
        ],
        "paths": {f"/{api.call}": {"post": _operation(call, api)} for call, api in served},
        "components": {
            "securitySchemes": _security([api for _, api in served]),
            "parameters": _parameters(),
            "headers": {CORRELATION: {"description": "要求を特定する番号。ログと同じ値です。", "schema": _CORRELATION}},
            "schemas": _schemas(calls),
        },
    }


_CORRELATION = {"type": "string", "pattern": "^[0-9A-Za-z][0-9A-Za-z._-]{7,63}$"}


def _parameters() -> dict[str, Any]:
    wrong = outcomes.IDEMPOTENCY_KEY_WRONG.code
    key = "再試行しても1回だけ処理するための鍵。同じ鍵で本文の異なる要求は断ります。"
    return {
        IDEMPOTENCY: {
            "name": IDEMPOTENCY,
            "in": "header",
            "description": f"{key}形の誤り：{wrong}。ないときは、公開仕様どおり要求ごとに処理します。",
            "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
        },
        CORRELATION: {
            "name": CORRELATION,
            "in": "header",
            "description": "要求を特定する番号。形の異なる値と、数字だけの値は使わず、新しい番号を付けます。",
            "schema": {"type": "string"},
        },
    }


def _security(apis: Sequence[Api]) -> dict[str, Any]:
    scopes = {api.scope: api.name for api in apis}
    flow = {"clientCredentials": {"tokenUrl": "/oauth2/token", "scopes": scopes}}
    size = f"本文は{LARGEST_BODY // 1024}KBまで（{outcomes.BODY_TOO_LARGE.code}）。"
    return {
        "bearer": {"type": "oauth2", "description": f"client_credentials。`token_url` で得ます。{size}", "flows": flow},
        "iam": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "AWS Signature Version 4（execute-api）。AWS上の連携システムのロールで、別のURLです。",
            "x-amazon-apigateway-authtype": "awsSigv4",
        },
    }


def text() -> str:
    """Return the document as it is kept."""
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
