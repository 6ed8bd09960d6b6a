"""`kyotsu receipts`: which files came, and how they ended."""

from __future__ import annotations

from typing import Annotated

import boto3
import typer

from kyotsu.linkage.receipts import Receipt
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import catalogue, connect
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import print_json, print_table
from kyotsu_cli.sending import errors_of
from kyotsu_cli.showing import show_answer, show_undo

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_(
    system: Annotated[str | None, typer.Option(help="提供側の業務ID（既定：すべて）")] = None,
    limit: Annotated[int, typer.Option(min=1, help="業務IDごとの最大件数")] = 20,
    as_json: AsJson = False,
) -> None:
    """受付を新しい順に一覧する。"""
    table = connect().receipts
    systems = [system.lower()] if system else list(catalogue().systems)
    found = [receipt for provider in systems for receipt in table.listed(provider, limit)]
    found.sort(key=lambda receipt: receipt.received_at, reverse=True)
    if as_json:
        for receipt in found:
            print_json(receipt.answer())
        return
    print_table("受付", ("受付番号", "受信日時", "ファイル", "結果", "件数"), map(_line, found))


@app.command()
def show(receipt_id: Annotated[str, typer.Argument(help="受付番号")], as_json: AsJson = False) -> None:
    """受付1件の回答と、行ごとの誤り・注意を示す。"""
    deployment = connect()
    receipt = deployment.receipts.find(receipt_id)
    if receipt is None:
        raise CommandError(f"受付 {receipt_id} はありません。", Exit.NOT_FOUND)
    errors = errors_of(boto3.client("s3"), receipt.ref) if receipt.problems else []
    undo = deployment.undos.find(receipt_id)
    undone = undo.answer(receipt) if undo else None
    if as_json:
        print_json({**receipt.answer(), "errors": errors, "undo": undone})
        return
    show_answer(receipt.answer(), errors)
    if undone:
        show_undo(undone)


def _line(receipt: Receipt) -> tuple[object, ...]:
    answer = receipt.answer()
    name = receipt.ref.key.rpartition("/")[2]
    return (receipt.receipt_id, answer["received_at"], name, receipt.status or "処理中", receipt.counts.read)
