"""`kyotsu moving`: cases of 引越しOSS, for operators and clerks."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from kyotsu.moving.cases import CaseKind, CaseState
from kyotsu.moving.cs.lanes import Entry as MessageEntry
from kyotsu.moving.way import drawn
from kyotsu_cli import casefile
from kyotsu_cli.commands import moving_decide, moving_forms
from kyotsu_cli.commands.cs import STATES as MESSAGE_STATES
from kyotsu_cli.commands.deliveries import ENDS
from kyotsu_cli.commands.deliveries import STATES as DELIVERY_STATES
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import connect
from kyotsu_cli.moving import Moving, is_withheld, numbers_of
from kyotsu_cli.moving_words import FINDINGS, ITEMS, KINDS, MACHINE, STATES, WAITS
from kyotsu_cli.output import console, print_items, print_json, print_table
from kyotsu_cli.viewing import OPERATION, Viewing

app = typer.Typer(no_args_is_help=True)
app.command("decide")(moving_decide.decide)
app.command("cancel")(moving_decide.cancel)
app.command("forms")(moving_forms.forms)
_NAMES = {"out": CaseKind.MOVE_OUT, "in": CaseKind.MOVE_IN, "city": CaseKind.IN_CITY}


@app.command("list")
def list_(
    kind: Annotated[str | None, typer.Option(help="種類：out 転出、in 転入、city 転居（既定：すべて）")] = None,
    state: Annotated[CaseState | None, typer.Option(help="状態（既定：すべて）", case_sensitive=False)] = None,
    limit: Annotated[int, typer.Option(min=1, help="最大件数")] = 200,
    as_json: AsJson = False,
) -> None:
    """手続を一覧する。氏名・住所・転出先は示さない。"""
    if kind is not None and kind not in _NAMES:
        raise typer.BadParameter("out・in・city のいずれかです。", param_hint="--kind")
    cases = Moving(connect()).cases
    kinds = [_NAMES[kind]] if kind else list(CaseKind)
    states = [state] if state else []
    found = [case for each in kinds for _, case in zip(range(limit), cases.listed(each, states), strict=False)][:limit]
    if as_json:
        for case in found:
            print_json(casefile.summary(case))
        return
    rows = [
        (c.id, KINDS[c.kind], STATES[c.state], len(c.people), c.planned_on, c.visit_on, c.due_on, c.reason or None)
        for c in found
    ]
    columns = ("手続番号", "種類", "状態", "人数", "異動予定日", "来庁予定日", "期限", "理由")
    print_table("引越しOSSの手続", columns, rows)


@app.command()
def show(
    case_id: Annotated[str, typer.Argument(help="手続番号（kyotsu moving list で示すもの）")],
    purpose: Annotated[str, typer.Option(help="利用目的（purposes.yaml の id）")] = OPERATION,
    as_json: AsJson = False,
) -> None:
    """手続の状態と、届出・確認後の内容、差異、経過、CSへの電文、利用側への提供を示す。個人番号は示さない。

    居所が分かる項目は、利用目的に含まれる場合だけ示す。転出証明書情報は示さない（住民記録と転入届だけのもの）。
    """
    deployment = connect()
    moving, viewing = Moving(deployment), Viewing(deployment, purpose)
    case = moving.case(case_id)
    history = moving.cases.history(case_id)
    found = casefile.read(case, moving.papers, history)
    withheld = is_withheld(viewing, case, purpose)
    viewing.tell(numbers_of(case), f"moving show {case_id}", withheld=withheld)
    waiting = moving.cases.waiting(case_id)
    shown = found.shown(withheld=withheld)
    shown["waits_for"] = sorted(waiting.kinds) if waiting else []
    shown["messages"] = [_message(each, withheld=withheld) for each in moving.messages(case_id)]
    shown["files"] = [
        {"file": name, "deliveries": [_delivery(each) for each in deliveries]}
        for name, deliveries in moving.deliveries(history)
    ]
    running = case.generation > 0 and case.erased_at is None
    shown["way"] = list(drawn(moving.machine(case.kind), moving.way(case), MACHINE, stands=running))
    if as_json:
        print_json(shown)
        return
    print_case(shown, WAITS[waiting.name] if waiting else None)


def print_case(shown: dict[str, Any], waits: str | None) -> None:
    """Print what `show` tells of a case; `waits`: what it waits for, in words."""
    case = shown["case"]
    kind, state = CaseKind[case["kind"].upper()], CaseState(case["state"])
    print_items(
        "手続",
        [
            ("手続番号", case["case_id"]),
            ("受付番号", case["application_number"]),
            ("種類", KINDS[kind]),
            ("状態", STATES[state]),
            ("待っているもの", waits),
            ("理由", case["reason"]),
            ("注意", "、".join(case["remarks"]) or None),
            ("相手の市区町村コード", case["counterpart"]),
            ("異動予定日", case["planned_on"]),
            ("来庁予定日", case["visit_on"]),
            ("期限", case["due_on"]),
            ("消去予定日", case["erase_on"]),
            ("消去日時", case["erased_at"]),
        ],
    )
    print_table("異動する人", ("番号", "宛名番号", "届出の氏名", "確認後の氏名", "転入"), map(_line, shown["people"]))
    differences = [each for person in shown["people"] for each in person["differences"]]
    if differences:
        print_table("差異", ("番号", "項目", "結果", "届出", "住民記録"), map(_difference, differences))
    if shown["decisions"]:
        decisions = ((d["at"], d["choice"], d["by"], d["reason"]) for d in shown["decisions"])
        print_table("職員の決定", ("日時", "決定", "職員", "理由"), decisions)
    print_table("経過", ("日時", "処理", "結果", "行った者", "詳細"), map(_entry, shown["history"]))
    if shown["messages"]:
        messages = ((m["message_id"], m["to"], m["state_name"], m["reason"]) for m in shown["messages"])
        print_table("CSへの電文", ("電文番号", "宛先", "状態", "理由"), messages)
    for file in shown["files"]:
        deliveries = ((d["delivery_id"], d["recipient"], d["state_name"]) for d in file["deliveries"])
        print_table(f"利用側への提供（{file['file']}）", ("提供番号", "利用側", "状態"), deliveries)
    console.print("手続の経路")
    for line in shown["way"]:
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    if shown["withheld"]:
        console.print("支援措置対象者を含むか、本人が確認できていないため、居所が分かる項目は示していません。")


def _line(person: dict[str, Any]) -> tuple[object, ...]:
    filed, confirmed = person["filed"] or {}, person["confirmed"] or {}
    return (
        person["position"],
        person["addressee_number"],
        filed.get("name") or filed.get("roman_name"),
        confirmed.get("name") or confirmed.get("roman_name"),
        "済" if person["arrived"] else None,
    )


def _difference(told: dict[str, Any]) -> tuple[object, ...]:
    item, finding = ITEMS[told["item"]], FINDINGS[told["finding"]]
    return told["position"], item, finding, told["filed"] or None, told["recorded"] or None


def _entry(told: dict[str, Any]) -> tuple[object, ...]:
    details = "、".join(f"{name}={value}" for name, value in told["details"].items())
    return told["at"], told["step"], told["outcome"], told["by"], details or None


def _message(entry: MessageEntry, *, withheld: bool) -> dict[str, Any]:
    return {
        "message_id": entry.id,
        "kind": str(entry.kind),
        "position": entry.position,
        "to": None if withheld else entry.to,
        "state": str(entry.state),
        "state_name": MESSAGE_STATES[entry.state],
        "reason": entry.reason or None,
    }


def _delivery(delivery: Any) -> dict[str, Any]:
    ended = str(delivery.ended) if delivery.ended else None
    return {
        "delivery_id": delivery.delivery_id,
        "recipient": delivery.recipient,
        "state": str(delivery.state),
        "ended": ended,
        "state_name": ENDS[ended] if ended else DELIVERY_STATES[delivery.state],
    }
