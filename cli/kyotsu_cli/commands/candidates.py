"""`kyotsu candidates`: how well candidate search finds people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import console, print_json

app = typer.Typer(no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keep `evaluate` a command of its own, although it is the only one."""


@app.command()
def evaluate(
    persons: Annotated[Path, typer.Option(help="登録されている人（1行に1人のJSON）")],
    queries: Annotated[Path, typer.Option(help="検索条件（1行に1件のJSON）")],
    out: Annotated[Path, typer.Option(help="結果を書くファイル（1行に1件のJSON）")],
    most: Annotated[int, typer.Option(min=1, help="1件あたりの候補の最大数")] = 10,
    as_json: AsJson = False,
) -> None:
    """候補者抽出を、ファイルの人と検索条件で試す。索引の表は使わず、鍵と採点は本番と同じ。"""
    # Only this command pays for rapidfuzz and the parameters.
    from kyotsu_cli import evaluating

    for path in (persons, queries):
        if not path.is_file():
            raise CommandError(f"{path} がありません。", Exit.USAGE)
    try:
        done = evaluating.evaluate(persons, queries, out, most)
    except evaluating.UnreadableLineError as error:
        raise CommandError(f"{error.path} の{error.line}行目を読めません。", Exit.USAGE) from error
    if as_json:
        print_json(done.summary())
    else:
        console.print(done.sentence(), highlight=False, soft_wrap=True)
