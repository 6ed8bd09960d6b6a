"""`kyotsu`: the command line of Kyotsu."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from types import ModuleType

import typer
from botocore.exceptions import BotoCoreError, ClientError

from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import notices

COMMANDS = ("send", "fetch", "town")
"""Modules of `kyotsu_cli.commands` that are one command of the same name."""
GROUPS = {
    "access": "だれが何をできるか",
    "addressee": "住登外者の宛名番号（付番・名寄せ・移行）",
    "audit": "だれが誰の情報を見たか（監査証跡）",
    "completeness": "提供側・連携ID・日ごとの受信結果（完全性証明）",
    "candidates": "候補者抽出（検索の精度を試す）",
    "catalogue": "カタログ（システム・連携ID・レイアウト）",
    "cs": "市町村CSへの電文（引越しOSS）",
    "integrated": "団体内統合宛名",
    "linkage": "ファイル連携（送信前の確認、版の比較、取消、欠番・未受信の点検）",
    "deliveries": "利用側へのファイルの提供と受領",
    "moving": "引越しOSSの手続（一覧、職員の決定、取下げ、転入届の印刷）",
    "dlq": "失敗したメッセージ（DLQ）の確認と送り戻し",
    "receipts": "受信したファイルの受付",
    "resident": "住民の記録と住民区分",
    "sandbox": "手元で動かす環境",
}
"""Modules of `kyotsu_cli.commands` that have an `app` of several commands."""


def command_line(words: Sequence[str] = ()) -> typer.Typer:
    """Return the command line for words as they were typed.

    Only the module that the first word names is imported: all of them take longer than most commands.
    """
    app = typer.Typer(
        name="kyotsu",
        help="共通機能（ファイル連携・住民区分ほか）の運用コマンド。接続先は環境変数 KYOTSU_ENDPOINTS で選びます。",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    app.callback()(_no_options)
    named = words[0] if words and words[0] in (*COMMANDS, *GROUPS) else None
    for command in COMMANDS:
        if named in (None, command):
            app.command(command)(getattr(_module(command), command))
    for group, text in GROUPS.items():
        if named in (None, group):
            app.add_typer(_module(group).app, name=group, help=text)
    return app


def _no_options() -> None:
    # Without a callback, a command line of one command would not be asked for its name.
    pass


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"kyotsu_cli.commands.{name}")


def main() -> None:
    """Run the command; end with an exit code of `kyotsu_cli.failure.Exit`."""
    try:
        command_line(sys.argv[1:])()
    except CommandError as error:
        notices.print(f"[red]エラー：[/red]{error}", highlight=False)
        sys.exit(error.code)
    except (BotoCoreError, ClientError) as error:
        notices.print(f"[red]AWSの呼び出しに失敗しました：[/red]{error}", highlight=False)
        sys.exit(Exit.FAILED)


if __name__ == "__main__":
    main()
