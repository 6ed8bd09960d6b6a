"""Write docs/schemas/moving-application.schema.json: documents of マイナポータル, for whoever brings them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from kyotsu.moving.application import Document

FILE = Path(__file__).parents[1] / "docs" / "schemas" / "moving-application.schema.json"


def schema() -> dict[str, Any]:
    """Return the JSON schema of a document."""
    made = msgspec.json.schema(Document)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Kyotsu moving application",
        "description": (
            "引越しOSSの申請・訂正（document: application）と取下げ（document: withdrawal）。この製品の様式で、"
            "マイナポータルの公式の様式ではない。029のバケットの inbox/ に、128KB以内のJSON（UTF-8）で置く。"
        ),
        **made,
    }


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(schema(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
