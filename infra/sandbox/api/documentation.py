"""Swagger UI with docs/openapi.json at `/docs`: for whoever tries the APIs with a browser. Nothing comes from outside.

Swagger UI is that of the package `flask-swagger-ui`, of which the files alone are used.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from infra.sandbox.api.messages import Request, Response, json_response
from infra.sandbox.api.registry import Apis

ROOT = Path(__file__).resolve().parents[3]
OPENAPI = ROOT / "docs" / "openapi.json"
_KINDS = {".css": "text/css", ".js": "text/javascript", ".png": "image/png"}
_PAGE = """<!doctype html>
<html lang="ja">
<meta charset="utf-8">
<title>Kyotsu</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script>SwaggerUIBundle({url: "/docs/openapi.json", dom_id: "#ui"})</script>
</html>
"""
Answer = Callable[[Request], Response]


def documented(answer: Answer, apis: Apis) -> Answer:
    """Return what answers requests as `answer` does, but shows the documentation at `/docs`."""

    def answered(request: Request) -> Response:
        head, _, name = request.path.removeprefix("/").partition("/")
        if request.method not in ("GET", "HEAD") or head != "docs":
            return answer(request)
        if name == "openapi.json":
            return json_response(200, _document(apis))
        return _file(name) if name else Response(200, (("Content-Type", "text/html;charset=UTF-8"),), _PAGE.encode())

    return answered


def _document(apis: Apis) -> object:
    """Return the document, with the API that takes tokens as its server."""
    content = json.loads(OPENAPI.read_text("utf-8"))
    urls = [apis.url(api.id) for api in apis.by_id.values() if api.name.endswith("-numbering")]
    return {**content, "servers": [{"url": url} for url in urls]}


def _file(name: str) -> Response:
    spec = find_spec("flask_swagger_ui")
    folder = Path(spec.origin or "").parent / "dist" if spec else None
    kind = _KINDS.get(Path(name).suffix)
    if folder is None or kind is None or "/" in name or not (folder / name).is_file():
        return json_response(404, {"message": "Not Found"})
    return Response(200, (("Content-Type", kind),), (folder / name).read_bytes())
