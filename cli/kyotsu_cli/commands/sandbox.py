"""`kyotsu sandbox`: the same stacks on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kyotsu_cli.failure import CommandError

app = typer.Typer(no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keep `up` a command of its own, although it is the only one."""


@app.command()
def up(
    municipality: Annotated[list[str] | None, typer.Option(help="市区町村コード（繰り返し可、既定 141003）")] = None,
    port: Annotated[int, typer.Option(help="AWSのポート（0：空き番号）")] = 4566,
    api_port: Annotated[int, typer.Option(help="APIのポート（0：空き番号）")] = 8080,
    state_dir: Annotated[Path, typer.Option(help="状態とログを置くフォルダー")] = Path(".sandbox"),
) -> None:
    """合成したテンプレートから環境を作って動かす。準備ができると <state-dir>/endpoints.json を書く。"""
    try:
        from infra.sandbox.run import run  # the sandbox and its moto are an extra
    except ImportError as error:
        raise CommandError("サンドボックスには追加パッケージ kyotsu[sandbox] が必要です。") from error
    raise typer.Exit(run(municipality or ["141003"], port, api_port, state_dir))
