"""`kyotsu sandbox`: the same stacks on this machine."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import console, print_json

app = typer.Typer(no_args_is_help=True)
StateDir = Annotated[Path, typer.Option(help="状態とログを置くフォルダー")]
_PERIOD = re.compile(r"([1-9][0-9]{0,4})([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


@app.command()
def up(
    municipality: Annotated[list[str] | None, typer.Option(help="市区町村コード（繰り返し可、既定 141003）")] = None,
    port: Annotated[int, typer.Option(help="AWSのポート（0：空き番号）")] = 4566,
    api_port: Annotated[int, typer.Option(help="APIのポート（0：空き番号）")] = 8080,
    state_dir: StateDir = Path(".sandbox"),
) -> None:
    """合成したテンプレートから環境を作って動かす。準備ができると <state-dir>/endpoints.json を書く。"""
    try:
        from infra.sandbox.run import run  # the sandbox and its moto are an extra
    except ImportError as error:
        raise _without_sandbox() from error
    raise typer.Exit(run(municipality or ["141003"], port, api_port, state_dir))


@app.command()
def clock(
    forward: Annotated[str | None, typer.Option(help="進める長さ（例：70d、12h、30m）")] = None,
    reset: Annotated[bool, typer.Option("--reset", help="この機械の時刻に戻す")] = False,
    state_dir: StateDir = Path(".sandbox"),
    as_json: AsJson = False,
) -> None:
    """動いているサンドボックスの関数の時計を進める（指定がなければ、どれだけ進んでいるかを示す）。

    同じフォルダーのすべての市区町村が対象。AWSの時刻、署名とトークンの時刻、このコマンドの時刻は変わらない。
    """
    try:
        from infra.sandbox import clock as clocks
    except ImportError as error:
        raise _without_sandbox() from error
    if forward is not None and reset:
        raise CommandError("--forward と --reset は、どちらか1つを指定してください。", Exit.USAGE)
    by = _period(forward) if forward is not None else None
    running = sorted(path.parent for path in state_dir.glob("[0-9]*/endpoints.json"))
    if not running:
        raise CommandError(f"{state_dir} では、サンドボックスが動いていません。")
    for folder in running:
        file = folder / clocks.FILE
        if reset:
            clocks.reset(file)
        try:
            ahead = clocks.forward(file, by) if by is not None else clocks.read(file)
        except clocks.ClockError as error:
            raise CommandError(str(error), Exit.USAGE) from error
        if as_json:
            print_json({"municipality": folder.name, "ahead_seconds": int(ahead.total_seconds())})
        else:
            console.print(f"{folder.name}：{_ahead(ahead)}", highlight=False)


def _period(text: str) -> timedelta:
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise CommandError("--forward は、70d、12h、30m のように指定してください。", Exit.USAGE)
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _ahead(ahead: timedelta) -> str:
    if not ahead:
        return "この機械の時刻のとおりです。"
    hours, seconds = divmod(ahead.seconds, 3600)
    parts = ((ahead.days, "日"), (hours, "時間"), (seconds // 60, "分"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) + "進んでいます。"


def _without_sandbox() -> CommandError:
    return CommandError("サンドボックスには追加パッケージ kyotsu[sandbox] が必要です。")
