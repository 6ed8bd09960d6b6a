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
UNDO_COUNTS = {
    "versions": "取り消した履歴",
    "people": "対象者",
    "records_changed": "記録が変わった人",
    "categories_changed": "住民区分が変わった人",
}
_SHOWN_ERRORS = 20


def show_answer(answer: dict[str, Any], errors: Sequence[dict[str, str]], title: str = "回答") -> None:
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
    print_items(title, items)
    if errors:
        columns = ("行", "項目", "コード", "内容", "宛名番号")
        rows = [tuple(error[name] for name in ("line", "item", "code", "message", "atenabango")) for error in errors]
        print_table("行ごとの誤り・注意", columns, rows[:_SHOWN_ERRORS])
        if len(rows) > _SHOWN_ERRORS:
            console.print(f"ほか {len(rows) - _SHOWN_ERRORS} 件は回答の errors.csv にあります。")


def show_undo(answer: Mapping[str, Any]) -> None:
    """Print the answer to an undo."""
    items = undo_items(answer["counts"], answer["applied_again"], answer["not_applied_again"])
    who = [("取り消した人", answer["by"]), ("理由", answer["reason"] or None)]
    when = [("開始日時", answer["started_at"]), ("完了日時", answer["finished_at"] or "処理中")]
    first = [("受付番号", answer["receipt_id"]), ("ファイル", answer["object_key"])]
    print_items("取消", [*first, *items, *who, *when])


def undo_items(counts: Mapping[str, int], again: Sequence[str], gone: Sequence[str]) -> list[tuple[str, object]]:
    """Return what an undo came to, by name."""
    items: list[tuple[str, object]] = [(name, counts[key]) for key, name in UNDO_COUNTS.items()]
    if again:
        items.append(("同じ行を含み得るため再適用したファイル", "、".join(again)))
    if gone:
        items.append(("再適用できなかったファイル（削除済み。再送してください）", "、".join(gone)))
    return items


def counts_text(counts: Mapping[str, int]) -> str:
    """Return the counts that are not zero, in words."""
    return "、".join(f"{name}{counts[key]}" for key, name in COUNTS.items() if counts.get(key)) or "0件"
