"""`kyotsu access matrix`: who may do what, told before anything is deployed."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from infra.access.matrix import matrix
from infra.access.page import cells, lines
from infra.sandbox.assembly import Stack, read_stacks
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import print_json, print_table

_COLUMNS = ("だれが", "何を", "どこに", "条件", "どのポリシー")


def show_matrix(
    templates: Annotated[
        Path | None, typer.Option(help="合成したテンプレートのフォルダー（既定：CDK_OUTDIR、なければ cdk.out）")
    ] = None,
    stage: Annotated[str | None, typer.Option(help="development または production")] = None,
    municipality: Annotated[str | None, typer.Option(help="市区町村コード")] = None,
    subject: Annotated[str, typer.Option(help="名前がこれで始まる主体だけ（例：linked-system）")] = "",
    as_json: AsJson = False,
) -> None:
    """だれが何をできるかを、配備前のテンプレートから示す（先に make synth）。

    --json は主体・操作・資源の組を1行に1つ。表では、どのシステムにも同じことは1行にまとめる。
    """
    folder = templates or Path(os.environ.get("CDK_OUTDIR", "cdk.out"))
    if not (folder / "manifest.json").is_file():
        raise CommandError(f"{folder} にテンプレートがありません。make synth で作ってください。", Exit.USAGE)
    rows = matrix(_deployment(read_stacks(folder), stage, municipality))
    if as_json:
        for row in rows:
            if row.subject.startswith(subject):
                print_json(asdict(row))
    else:
        print_table("権限一覧", _COLUMNS, (cells(line, separator="\n") for line in lines(rows, subject)))


def _deployment(stacks: list[Stack], stage: str | None, municipality: str | None) -> list[Stack]:
    """Return the stacks of the one deployment that the options leave."""
    found: dict[tuple[str, ...], list[Stack]] = {}
    for stack in stacks:
        deployed = tuple(stack.name.split("-")[1:3])
        if (stage or deployed[0], municipality or deployed[1]) == deployed:
            found.setdefault(deployed, []).append(stack)
    if len(found) != 1:
        names = "、".join(" ".join(deployed) for deployed in sorted(found)) or "なし"
        raise CommandError(f"--stage と --municipality で1つを選んでください（該当：{names}）。", Exit.USAGE)
    return next(iter(found.values()))
