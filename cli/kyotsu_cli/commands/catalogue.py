"""`kyotsu catalogue`: is what the catalogue says right?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from kyotsu.catalogue.loading import check_catalogue
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import catalogue_root
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import console, print_json

app = typer.Typer(no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keep `check` a command of its own, although it is the only one."""


@app.command()
def check(
    root: Annotated[Path | None, typer.Option(help="カタログのフォルダー（既定：製品のカタログ）")] = None,
    as_json: AsJson = False,
) -> None:
    """カタログの誤りをすべて、ファイルと行番号で示す（誤りがあれば終了コード1）。"""
    folder = root or catalogue_root()
    if not folder.is_dir():
        raise CommandError(f"{folder} はフォルダーではありません。", Exit.USAGE)
    problems = check_catalogue(folder)
    for problem in problems:
        if as_json:
            print_json(asdict(problem))
        else:
            console.print(str(problem), highlight=False, soft_wrap=True)
    if problems:
        raise typer.Exit(Exit.FAILED)
    if not as_json:
        console.print("カタログに誤りはありません。")
