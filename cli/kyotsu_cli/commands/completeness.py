"""`kyotsu completeness show|verify`: 完全性証明, what came of each provider's files, day by day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import boto3
import msgspec
import typer

from kyotsu.linkage.completeness import FOLDER, Statement
from kyotsu.linkage.statement_chain import ChainProblem, verify_chain
from kyotsu.wiring.stating import Statements
from kyotsu_cli.commands.days import back, day, today
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import Deployment, connect
from kyotsu_cli.failure import CommandError
from kyotsu_cli.output import console, print_json, print_table
from kyotsu_cli.showing import STATUS

app = typer.Typer(no_args_is_help=True)
PROBLEMS = {
    "broken": "証明が壊れている",
    "misplaced": "別の場所の証明が置かれている",
    "missing_before": "この前の証明がない",
    "unchained": "前の証明とつながらない",
}
Provider = Annotated[str | None, typer.Option(help="提供側の業務ID（既定：すべて）")]
InterfaceId = Annotated[str | None, typer.Option("--interface", help="連携ID（既定：すべて）")]
_Found = Statement | ChainProblem


@app.command()
def show(
    on: Annotated[str | None, typer.Option("--day", help="この日（YYYY-MM-DD、日本時間。既定：昨日）")] = None,
    provider: Provider = None,
    interface: InterfaceId = None,
    as_json: AsJson = False,
) -> None:
    """受信した日ごとの完全性証明を示す。訂正があれば訂正も示す。"""
    wanted = day(on, back(today(), 1), "--day")
    found = [
        statement
        for statement in _all(connect(), provider, interface)
        if isinstance(statement, Statement) and statement.day == wanted
    ]
    if as_json:
        for statement in found:
            print_json(msgspec.to_builtins(statement))
        return
    columns = ("提供側", "連携ID", "訂正", "ファイル", "読込", "反映", "誤り", "連番", "欠番", "提供", "回答待ち")
    print_table(f"{wanted} の完全性証明", columns, map(_row, found))


@app.command()
def verify(provider: Provider = None, interface: InterfaceId = None, as_json: AsJson = False) -> None:
    """証明のつながり（前の証明のハッシュ）を確かめる。異常があれば終了コード1。"""
    statements, problems = 0, 0
    for found in _all(connect(), provider, interface):
        if isinstance(found, Statement):
            statements += 1
            continue
        problems += 1
        if as_json:
            print_json({"key": found.key, "problem": found.what})
        else:
            console.print(f"[red]{PROBLEMS[found.what]}[/red]：{found.key}", highlight=False)
    if problems:
        raise CommandError(f"完全性証明に {problems} 件の異常があります。")
    if as_json:
        print_json({"statements": statements, "problems": 0})
    else:
        console.print(f"完全性証明 {statements}件に異常はありません。")


def _all(deployment: Deployment, provider: str | None, interface: str | None) -> Iterator[_Found]:
    outputs = deployment.outputs
    objects = Statements(boto3.client("s3"), outputs["AuditBucket"], outputs["BucketPrefix"])
    kept_from = back(today(), int(outputs["AuditDays"]))
    for sender in [provider.lower()] if provider else objects.folders(FOLDER):
        for sent in [interface] if interface else objects.folders(f"{FOLDER}{sender}/"):
            yield from verify_chain(objects, sender, sent, kept_from)


def _row(statement: Statement) -> tuple[object, ...]:
    words = {**STATUS, "OPEN": "回答待ち"}
    numbers = [f"{each.branch}：{each.first:06d}-{each.last:06d}" for each in statement.numbers]
    gaps = [f"{each.branch}：{number}" for each in statement.numbers for number in each.missing]
    return (
        statement.provider,
        statement.interface,
        statement.revision - 1 or "",
        "、".join(f"{words[name]} {count}" for name, count in statement.files.items() if count) or "0",
        statement.rows["read"],
        statement.rows["applied"],
        statement.rows["failed"],
        "、".join(numbers),
        "、".join(gaps),
        "、".join(f"{state} {count}" for state, count in statement.deliveries.items()),
        "、".join(statement.open),
    )
