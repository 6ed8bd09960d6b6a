"""What is left of a move once its period is over: its history, and nothing that names anybody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kyotsu.moving.cases import CaseState
from kyotsu.moving.ports import PaperKind
from kyotsu_cli.commands import sandbox
from kyotsu_cli.demo.family import FAMILY
from kyotsu_cli.demo.moving import Move, check
from kyotsu_cli.demo.side import PORTAL, Side
from kyotsu_cli.failure import CommandError
from kyotsu_cli.output import console, print_table

FORWARD = "70d"
"""Behind the planned move by more than the period."""
ERASE = "ErasePapersFunction"
_TOLD_OF = ("見本", "ミホン", *(member.birth_date for member in FAMILY))


def prove(move: Move, state_dir: Path) -> None:
    """Move the clock forward, have the papers destroyed, and see that nothing of them is left on either side."""
    check("期間内の消去", [side.invoke(ERASE)["erased"] for side, _ in move.cases], [0, 0])
    before = [len(_papers(side, case_id)) for side, case_id in move.cases]
    if not all(before):
        raise CommandError(f"消去の前に、書類がありません：{before}")
    console.print(f"kyotsu sandbox clock --forward {FORWARD}", highlight=False)
    sandbox.clock(forward=FORWARD, reset=False, state_dir=state_dir, as_json=False)
    check("期間後の消去", [side.invoke(ERASE)["erased"] for side, _ in move.cases], [1, 1])
    lines = [_nothing_left(*each, count) for each, count in zip(move.cases, before, strict=True)]
    print_table("消去の証明", ("市区町村", "手続", "書類", "データ鍵", "書類・CS・受付のバケット", "履歴"), lines)


def _nothing_left(side: Side, case_id: str, before: int) -> tuple[object, ...]:
    for kind in PaperKind:
        check(f"{case_id} の {kind}", side.papers.get(case_id, kind), None)
    left = _items(side, case_id)
    check(f"{case_id} の書類", [item["sk"]["S"] for item in left], ["KEY"])
    check(f"{case_id} のデータ鍵", sorted(left[0]), ["d", "pk", "sk"])
    places = ((side.output("PaperBucket"), ""), (side.output("JukiBucket"), ""), (side.bucket(PORTAL), "inbox/"))
    for bucket, prefix in places:
        check(f"{side.municipality} の {bucket}/{prefix}", side.versions(bucket, prefix), [])
    case, entry = side.cases.get(case_id), side.cases.history(case_id)[-1]
    check(f"{case_id} の状態", case.state, CaseState.CLOSED)
    check(f"{case_id} の履歴", (entry.step, entry.outcome), ("Erase", "erased"))
    told = repr((case, side.cases.history(case_id)))
    check(f"{case_id} の履歴の個人情報", [text for text in _TOLD_OF if text in told], [])
    details = "、".join(f"{name}={value}" for name, value in entry.details)
    return side.municipality, case_id, f"{before} → 0", "破棄", "空", f"{entry.step} {entry.outcome}（{details}）"


def _papers(side: Side, case_id: str) -> list[str]:
    return [item["sk"]["S"] for item in _items(side, case_id) if item["sk"]["S"] != "KEY"]


def _items(side: Side, case_id: str) -> list[dict[str, Any]]:
    found = side.client("dynamodb").query(
        TableName=side.output("PapersTable"),
        ConsistentRead=True,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"{side.municipality}#CASE#{case_id}"}},
    )
    return list(found["Items"])
