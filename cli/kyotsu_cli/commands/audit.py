"""`kyotsu audit who-saw|verify`: who touched a person's data, and whether the trail of that is whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

import typer

from kyotsu.linkage.deliveries import Lane
from kyotsu.linkage.delivery_documents import japanese
from kyotsu.linkage.delivery_table import DeliveryTable
from kyotsu.runtime.audit.records import Header
from kyotsu_cli.commands.days import back, day, today
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import Deployment, connect
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import console, notices, print_json, print_table
from kyotsu_cli.viewing import OPERATION, Viewing

app = typer.Typer(no_args_is_help=True)
_DELIVERY = re.compile(r"(?P<interface>[^-]+)-(?P<recipient>[^-]+)-(?P<number>[0-9]+)")
_YEAR, _MONTH = 365, 31
DEEDS = {"read": "参照", "offered": "提供", "changed": "変更"}
WRONG = {
    "missing": "記録がない",
    "broken": "記録が壊れている",
    "unchained": "前の記録とつながらない",
    "changed": "ダイジェストと違う",
    "unseen": "ダイジェストにない（後から置かれた）",
    "unfindable": "索引から引けない",
    "digest_missing": "ダイジェストがない",
    "digest_broken": "ダイジェストが壊れている",
    "digest_unchained": "前日のダイジェストとつながらない",
}
ACCESS_COLUMNS = {
    "at": "日時",
    "actor": "誰が",
    "deed": "行為",
    "business": "業務",
    "purpose": "目的",
    "subject": "対象",
    "withheld": "住所等",
    "state": "提供の状態",
}
FILE_COLUMNS = {
    "received_at": "受信日時",
    "provider": "提供側",
    "interface": "連携ID",
    "receipt_id": "受付番号",
    "lines": "行",
}

From = Annotated[str | None, typer.Option("--from", help="この日から（YYYY-MM-DD、日本時間）")]
To = Annotated[str | None, typer.Option("--to", help="この日まで（既定：今日）")]


@app.command("who-saw")
def who_saw(
    number: Annotated[str, typer.Argument(help="宛名番号")],
    since: From = None,
    until: To = None,
    as_json: AsJson = False,
) -> None:
    """この人の情報を、いつ、誰が、何の業務と目的で見たか、どのファイルが変えたかを示す（既定：直近1年）。"""
    deployment = connect()
    last = day(until, today(), "--to")
    first = day(since, back(last, _YEAR), "--from")
    # Who saw somebody's data is personal data, too.
    Viewing(deployment, OPERATION).tell([number], "audit who-saw")
    seen = deployment.seeing.of(number, first, last)
    accesses = [_access(deployment, header) for header in seen.accesses]
    files = list(_files(deployment, number, first, last))
    if as_json:
        for found in (*accesses, *files):
            print_json(found)
    else:
        _print_table(f"宛名番号 {number} を見た者（{first} から {last}）", ACCESS_COLUMNS, accesses)
        _print_table("この人の記録を届けたファイル", FILE_COLUMNS, files)
    if seen.problems:
        for problem in seen.problems:
            notices.print(f"[red]読めない記録：[/red]{problem.key}（{WRONG[problem.wrong]}）", highlight=False)
        raise typer.Exit(Exit.FAILED)


@app.command()
def verify(since: From = None, until: To = None, as_json: AsJson = False) -> None:
    """証跡の欠け・改変・割込みを探す。何か見つかれば終了コード1（既定：直近31日）。"""
    deployment = connect()
    last = day(until, today(), "--to")
    first = day(since, back(last, _MONTH), "--from")
    bad = 0
    # The day before yesterday must have its digest at any hour of today.
    for found in deployment.verifying.look(first, last, back(today(), 2)):
        bad += len(found.problems)
        problems = [{"wrong": str(problem.wrong), "key": problem.key} for problem in found.problems]
        if as_json:
            print_json({"day": found.day, "records": found.records, "digest": found.digest, "problems": problems})
        elif found.records or found.digest or problems:
            console.print(
                f"{found.day}：記録 {found.records}件、ダイジェスト {found.digest or 'なし'}", highlight=False
            )
            for problem in found.problems:
                console.print(f"  [red]{WRONG[problem.wrong]}[/red]：{problem.key}", highlight=False)
    if bad:
        raise CommandError(f"監査証跡に {bad} 件の異常があります。docs/runbooks/audit-trail-broken.md をご覧ください。")
    if not as_json:
        console.print("監査証跡に異常はありません。")


def _access(deployment: Deployment, header: Header) -> dict[str, Any]:
    access = header.access
    shown: dict[str, Any] = {
        "kind": "access",
        "at": access.at,
        "actor": access.actor,
        "deed": str(access.deed),
        "business": access.business,
        "purpose": access.purpose,
        "subject": access.subject,
        "withheld": access.withheld,
        "record": header.place.key,
    }
    delivery = _DELIVERY.fullmatch(access.subject)
    if access.deed == "offered" and delivery:
        table = DeliveryTable(deployment.outputs["LinkageTable"], deployment.municipality)
        found = table.find(Lane(delivery["interface"], delivery["recipient"]), int(delivery["number"]))
        shown["state"] = str(found.state) if found else None
    return shown


def _files(deployment: Deployment, number: str, first: str, last: str) -> Iterator[dict[str, Any]]:
    """Yield the files whose rows are in a person's record, with the lines, by time of reception."""
    lines: dict[str, list[int]] = {}
    for entry in deployment.residents.history(number):
        lines.setdefault(entry.receipt_id, []).append(entry.line)
    found = [(deployment.receipts.find(receipt_id), receipt_id) for receipt_id in lines]
    for receipt, receipt_id in sorted(found, key=lambda pair: str(pair[0] and pair[0].received_at)):
        received = japanese(receipt.received_at) if receipt else None
        if received is None or first <= received[:10] <= last:
            yield {
                "kind": "file",
                "received_at": received,
                "provider": receipt.provider if receipt else None,
                "interface": receipt.interface if receipt else None,
                "receipt_id": receipt_id,
                "lines": sorted(lines[receipt_id]),
            }


def _print_table(title: str, columns: Mapping[str, str], found: Iterable[Mapping[str, Any]]) -> None:
    rows = [[_word(name, each.get(name)) for name in columns] for each in found]
    print_table(title, tuple(columns.values()), rows)


def _word(name: str, value: Any) -> object:
    if name == "deed":
        return DEEDS[value]
    if name == "withheld":
        return "除いた" if value else ""
    return "、".join(map(str, value)) if name == "lines" else value
