"""`kyotsu town`: invented residents to try everything with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import console, notices, print_json
from kyotsu_cli.town import generate


def town(
    people: Annotated[int, typer.Option(min=1, help="人数")],
    out: Annotated[Path, typer.Option(help="出力先フォルダー（まだないもの）")],
    seed: Annotated[int, typer.Option(help="乱数の種（同じ値なら同じファイル）")] = 1,
    municipality: Annotated[str, typer.Option(help="市区町村コード（6桁）")] = "141003",
    as_json: AsJson = False,
) -> None:
    """架空の町を作る：全件ファイル、枝番ごとの差分ファイル、正解（住民区分）。実在の人物は含まない。"""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=notices, transient=True) as progress:
        task = progress.add_task("住民を作成中", total=people)

        def advance(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        try:
            summary = generate(people, seed, out, municipality=municipality, progress=advance)
        except (ValueError, FileExistsError) as error:
            raise CommandError(f"作成できません：{error}", Exit.USAGE) from error
    if as_json:
        print_json({"people": summary.people, "files": len(summary.files), "rows": summary.rows, "out": str(out)})
    else:
        console.print(f"{summary.people}人、{len(summary.files)}ファイル、{summary.rows}行を {out} に作成しました。")
