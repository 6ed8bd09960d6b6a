"""`kyotsu send`: put files into a provider's bucket, and wait for the answers."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Annotated, Any

import boto3
import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import connect
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import console, notices, print_json
from kyotsu_cli.sending import Sent, answers, completeness, errors_of, upload
from kyotsu_cli.showing import show_answer

ACCEPTED = ("ACCEPTED", "DUPLICATE")


def send(
    files: Annotated[list[Path], typer.Argument(help="送信するファイル", exists=True, dir_okay=False)],
    wait: Annotated[bool, typer.Option("--wait", help="回答を待って表示する")] = False,
    system: Annotated[str | None, typer.Option(help="提供側の業務ID（既定：連携IDの先頭3桁）")] = None,
    timeout: Annotated[float, typer.Option(help="回答を待つ最大秒数")] = 600,
    metadata: Annotated[bool, typer.Option(help="row-count と sha256 を付ける")] = True,
    as_json: AsJson = False,
) -> None:
    """ファイルを提供側のバケットに置く。--wait では、受付・重複以外の回答があれば終了コード4。"""
    deployment, client = connect(), boto3.client("s3")
    sent = []
    with _progress() as progress:
        for path in files:
            task = progress.add_task(path.name, total=path.stat().st_size)
            bucket = deployment.bucket(system or path.name[:3])
            claims = completeness(path) if metadata else {}
            sent.append(upload(client, bucket, path, claims, functools.partial(progress.advance, task)))
    if not wait:
        for file in sent:
            _show_sent(file, as_json=as_json)
        return
    worst = Exit.OK
    for file, answer in answers(client, sent, timeout):
        if answer is None:
            raise CommandError(f"{file.path.name}: {timeout:g}秒待ちましたが回答がありません。")
        errors = errors_of(client, file.ref) if answer["counts"]["failed"] or answer["counts"]["warned"] else []
        _show_answer(answer, errors, as_json=as_json)
        if answer["status"] not in ACCEPTED:
            worst = Exit.NOT_ACCEPTED
    raise typer.Exit(worst)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    return Progress(*columns, console=notices, transient=True)


def _show_sent(file: Sent, *, as_json: bool) -> None:
    if as_json:
        print_json({"bucket": file.ref.bucket, "object_key": file.ref.key, "version_id": file.ref.version_id})
    else:
        console.print(f"送信しました：{file.ref.key}（受付番号 {file.ref.receipt_id}）", highlight=False)


def _show_answer(answer: dict[str, Any], errors: list[dict[str, str]], *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
    else:
        show_answer(answer, errors)
