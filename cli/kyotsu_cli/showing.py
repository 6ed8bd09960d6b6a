"""Answers and their errors, as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kyotsu_cli.output import console, print_items, print_table

STATUS = {
    "ACCEPTED": "受付",
    "PARTIALLY_ACCEPTED": "一部受付",
    "REJECTED": "拒否",
    "DUPLICATE": "重複",
}
COUNTS = {
    "read": "読込",
    "added": "追加",
    "updated": "更新",
    "deleted": "削除",
    "unchanged": "変更なし",
    "stale": "履歴のみ",
    "failed": "誤り",
    "warned": "注意",
}
_SHOWN_ERRORS = 20


def show_answer(answer: dict[str, Any], errors: Sequence[dict[str, str]]) -> None:
    """Print an answer and the first lines of its errors file."""
    status = answer["status"]
    items = [
        ("受付番号", answer["receipt_id"]),
        ("ファイル", answer["object_key"]),
        ("結果", f"{STATUS[status]}（{status}）" if status else "処理中"),
        ("件数", counts_text(answer["counts"])),
        ("受信日時", answer["received_at"]),
        ("回答日時", answer["answered_at"]),
    ]
    if answer["reason"]:
        items.append(("理由", f"{answer['reason']['code']} {answer['reason']['message']}"))
    print_items("回答", items)
    if errors:
        columns = ("行", "項目", "コード", "内容", "宛名番号")
        rows = [tuple(error[name] for name in ("line", "item", "code", "message", "atenabango")) for error in errors]
        print_table("行ごとの誤り・注意", columns, rows[:_SHOWN_ERRORS])
        if len(rows) > _SHOWN_ERRORS:
            console.print(f"ほか {len(rows) - _SHOWN_ERRORS} 件は回答の errors.csv にあります。")


def counts_text(counts: Mapping[str, int]) -> str:
    """Return the counts that are not zero, in words."""
    return "、".join(f"{name}{counts[key]}" for key, name in COUNTS.items() if counts.get(key)) or "0件"
