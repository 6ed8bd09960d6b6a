"""Write docs/schemas/moving-correction.schema.json: a clerk's correction, for `kyotsu moving decide … correct`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from kyotsu.moving.correcting import Correction

FILE = Path(__file__).parents[1] / "docs" / "schemas" / "moving-correction.schema.json"


def schema() -> dict[str, Any]:
    """Return the JSON schema of a correction."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Kyotsu moving correction",
        "description": (
            "転出の届出を職員が訂正する内容（kyotsu moving decide 手続番号 correct ファイル）。この製品の様式。"
            "書いた項目だけが届出の内容に代わり、書かない項目は届出のまま。people に書かない人は異動しない（people を"
            "書かなければ全員が異動する）。revision は確認した届出の版。application_number・kind・submitted_at・"
            "from_municipality・visit_on・individual_number_reference は訂正できず、書くなら届出と同じ値にする。"
        ),
        **msgspec.json.schema(Correction),
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(schema(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
