"""`kyotsu dlq`: what failed for good, and its way back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import boto3
import typer
from rich.progress import Progress

from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.dead_letters import KINDS, DeadLetter, DeadLetters, Kind
from kyotsu_cli.deployment import Deployment, connect
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import console, notices, print_json, print_table

app = typer.Typer(no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="QUEUE", help="キュー名（kyotsu dlq list に出る名前）")]
Limit = Annotated[int, typer.Option(min=1, help="見る件数の上限")]


@app.command("list")
def list_(limit: Limit = 1000, as_json: AsJson = False) -> None:
    """すべてのDLQの件数と、最も古いメッセージを一覧する。"""
    deployment = connect()
    found = [_state(kind, _letters(deployment, kind), limit) for kind in KINDS]
    if as_json:
        for state in found:
            print_json(state)
        return
    columns = ("キュー", "内容", "件数", "最も古いもの", "経過（分）")
    rows = [(s["queue"], s["title"], s["depth"], s["oldest"], _minutes(s["age_seconds"])) for s in found]
    print_table("DLQ", columns, rows)


@app.command()
def show(queue: Name, limit: Limit = 100, as_json: AsJson = False) -> None:
    """1つのDLQのメッセージを古い順に示す。"""
    with _letters(connect(), _kind(queue)).held(limit) as letters:
        shown = [letter.as_dict() for letter in letters]
    if as_json:
        for letter in shown:
            print_json(letter)
        return
    columns = ("メッセージ", "送信日時", "試行回数", "受付番号", "システム", "連携ID", "ファイル", "最後のエラー")
    names = ("message_id", "sent_at", "attempts", "receipt_id", "system", "interface", "file", "error")
    print_table(queue, columns, [[letter[name] for name in names] for letter in shown])


@app.command()
def redrive(
    queue: Name,
    message_id: Annotated[list[str] | None, typer.Option("--id", help="送り戻すメッセージ（既定：すべて）")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="送り戻さず、対象だけを示す")] = False,
    limit: Limit = 1000,
    as_json: AsJson = False,
) -> None:
    """DLQのメッセージを元のキューに送り戻す。途中で止めても失われず、もう一度実行できる。"""
    deployment, kind = connect(), _kind(queue)
    if kind.back_to is None:
        raise CommandError(f"{kind.output} のメッセージは送り戻せません。{kind.instead}")
    letters, sent = _letters(deployment, kind), list[DeadLetter]()
    with letters.held(limit) as held:
        chosen = _chosen(held, message_id)
        if not dry_run:
            with _progress(len(chosen)) as advance:
                letters.send_back(chosen, deployment.outputs[kind.back_to], lambda letter: advance(sent, letter))
    _report(sent if not dry_run else chosen, dry_run=dry_run, as_json=as_json)


def _report(letters: Sequence[DeadLetter], *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        for letter in letters:
            print_json({**letter.as_dict(), "redriven": not dry_run})
    elif dry_run:
        console.print(f"{len(letters)} 件を送り戻せます（--dry-run なので何もしていません）。")
    else:
        console.print(f"{len(letters)} 件を送り戻しました。")


def _chosen(held: Sequence[DeadLetter], message_ids: Sequence[str] | None) -> list[DeadLetter]:
    if not message_ids:
        return list(held)
    missing = set(message_ids) - {letter.message_id for letter in held}
    if missing:
        raise CommandError(f"メッセージ {'、'.join(sorted(missing))} はありません。", Exit.NOT_FOUND)
    return [letter for letter in held if letter.message_id in message_ids]


@contextmanager
def _progress(total: int) -> Iterator[Any]:
    """Show a bar; give a function that notes a message as sent and moves it."""
    with Progress(console=notices) as progress:
        task = progress.add_task("送り戻し", total=total)

        def advance(sent: list[DeadLetter], letter: DeadLetter) -> None:
            sent.append(letter)
            progress.advance(task)

        yield advance


def _kind(name: str) -> Kind:
    kind = next((kind for kind in KINDS if kind.output.lower() == name.lower()), None)
    if kind is None:
        raise CommandError(f"DLQ {name} はありません。{'、'.join(kind.output for kind in KINDS)} のいずれかです。")
    return kind


def _letters(deployment: Deployment, kind: Kind) -> DeadLetters:
    return DeadLetters(boto3.client("sqs"), deployment.outputs[kind.output], deployment.failures)


def _state(kind: Kind, letters: DeadLetters, limit: int) -> dict[str, Any]:
    depth = letters.depth()
    with letters.held(limit if depth else 0) as held:
        oldest = held[0] if held else None
    age = int((datetime.now(UTC) - oldest.sent_at).total_seconds()) if oldest else None
    return {
        "queue": kind.output,
        "title": kind.title,
        "depth": depth,
        "oldest": oldest.as_dict()["sent_at"] if oldest else None,
        "age_seconds": age,
        "back_to": kind.back_to,
    }


def _minutes(seconds: int | None) -> int | None:
    return None if seconds is None else seconds // 60
