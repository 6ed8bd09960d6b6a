"""Write docs/schemas/cs-message.schema.json: messages of the CS, for whoever builds the adapter beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from kyotsu.moving.cs.mapping import CONTENTS
from kyotsu.moving.cs.messages import Envelope

FILE = Path(__file__).parents[1] / "docs" / "schemas" / "cs-message.schema.json"
_PLACE = "#/$defs/{name}"
_ID = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$"}


def schema() -> dict[str, Any]:
    """Return the JSON schema of a message; what its content is depends on its kind."""
    _, parts = msgspec.json.schema_components([Envelope, *CONTENTS.values()], ref_template=_PLACE)
    envelope = parts.pop("Envelope")
    members = envelope["properties"]
    members["content"] = {"type": "object"}
    members["kind"] = {"enum": [str(kind) for kind in CONTENTS]}
    members["message_id"], members["refers_to"] = _ID, {"anyOf": [_ID, {"const": ""}], "default": ""}
    parts["Acknowledgement"]["properties"]["of"] = _ID
    parts["Acknowledgement"]["properties"]["reason"]["pattern"] = "^[A-Za-z0-9_-]{0,32}$"
    made = {
        **envelope,
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Kyotsu CS message",
        "description": "共通機能と市町村CSの間の電文。この製品の様式で、公式の電文ではない（docs/cs-messages.md）。",
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": str(kind)}}},
                "then": {"properties": {"content": {"$ref": _PLACE.format(name=content.__name__)}}},
            }
            for kind, content in CONTENTS.items()
        ],
        "$defs": parts,
    }
    found: dict[str, Any] = json.loads(json.dumps(made))
    return found


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(schema(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
