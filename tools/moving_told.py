"""Write docs/schemas of what 引越しOSS tells others as JSON: status, answers to documents, notices to 住民記録."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "docs" / "schemas"
_CODE = {"type": "string", "pattern": "^[EWI][0-9]{4}$", "description": "結果コード（docs/outcomes.md）"}
_SAID = {
    "type": "object",
    "properties": {"code": _CODE, "message": {"type": "string"}},
    "required": ["code", "message"],
    "additionalProperties": False,
}
_NUMBER = {"type": "string", "description": "受付番号"}
_MOMENT = {"type": "string", "format": "date-time", "description": "日本時間（時差つき）"}
STATUSES = ["受付済", "審査中", "完了", "差戻し", "受付不可", "取下げ"]


def _object(title: str, description: str, **properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": description,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def schemas() -> dict[str, dict[str, Any]]:
    """Return all schemas, by the names of their files."""
    return {
        "moving-status.schema.json": _object(
            "Kyotsu moving status",
            "申請者に示す状況。029のバケットの status/{受付番号}.json。この製品の様式で、公式の様式ではない。",
            application_number=_NUMBER,
            status={"enum": STATUSES},
            reason={"anyOf": [_SAID, {"type": "null"}]},
            at=_MOMENT,
            order={"type": "integer", "minimum": 0, "description": "大きいものが新しい"},
        ),
        "moving-answer.schema.json": _object(
            "Kyotsu moving answer",
            "inbox/ に置かれた文書への回答。029のバケットの answers/inbox/ の下。この製品の様式。",
            object_key={"type": "string"},
            version_id={"type": "string"},
            status={"enum": ["ACCEPTED", "UNCHANGED", "REJECTED"]},
            application_number=_NUMBER,
            case_id={"type": "string", "description": "手続番号。受け付けなかったときは空"},
            problems={"type": "array", "items": _SAID},
            answered_at=_MOMENT,
        ),
        "moving-certificate-notice.schema.json": _object(
            "Kyotsu certificate notice",
            "転出証明書情報が揃ったことの通知。001のバケットの notices/ の下（docs/notices.md）。この製品の様式。",
            notice_id={"type": "string"},
            kind={"const": "CERTIFICATE"},
            message={"type": "string"},
            tetsuzukibango={"type": "string", "description": "手続番号"},
            uketsukebango={"anyOf": [_NUMBER, {"type": "null"}]},
            hansu={"type": "integer", "minimum": 1, "description": "版。大きいものが新しい"},
            ninzu={"type": "integer", "minimum": 1, "description": "転出証明書情報が届いた人数"},
        ),
    }


if __name__ == "__main__":
    for name, schema in schemas().items():
        (FOLDER / name).write_text(json.dumps(schema, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
