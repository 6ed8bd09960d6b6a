"""`kyotsu`: the command line of Kyotsu."""

from __future__ import annotations

import sys

import typer
from botocore.exceptions import BotoCoreError, ClientError

from kyotsu_cli.commands import (
    access,
    addressee,
    audit,
    candidates,
    catalogue,
    completeness,
    deliveries,
    dlq,
    fetch,
    integrated,
    linkage,
    receipts,
    resident,
    sandbox,
    send,
    town,
    twin,
    watch,
)
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import notices

app = typer.Typer(
    name="kyotsu",
    help="共通機能（ファイル連携・住民区分ほか）の運用コマンド。接続先は環境変数 KYOTSU_ENDPOINTS で選びます。",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("send")(send.send)
app.command("fetch")(fetch.fetch)
app.command("town")(town.town)
linkage.app.command("twin")(twin.twin)
linkage.app.command("gaps")(watch.gaps)
linkage.app.command("sweep")(watch.sweep)
app.add_typer(access.app, name="access", help="だれが何をできるか")
app.add_typer(addressee.app, name="addressee", help="住登外者の宛名番号（付番・名寄せ・移行）")
app.add_typer(audit.app, name="audit", help="だれが誰の情報を見たか（監査証跡）")
app.add_typer(completeness.app, name="completeness", help="提供側・連携ID・日ごとの受信結果（完全性証明）")
app.add_typer(candidates.app, name="candidates", help="候補者抽出（検索の精度を試す）")
app.add_typer(catalogue.app, name="catalogue", help="カタログ（システム・連携ID・レイアウト）")
app.add_typer(integrated.app, name="integrated", help="団体内統合宛名")
app.add_typer(linkage.app, name="linkage", help="ファイル連携（送信前の確認、版の比較、取消、欠番・未受信の点検）")
app.add_typer(deliveries.app, name="deliveries", help="利用側へのファイルの提供と受領")
app.add_typer(dlq.app, name="dlq", help="失敗したメッセージ（DLQ）の確認と送り戻し")
app.add_typer(receipts.app, name="receipts", help="受信したファイルの受付")
app.add_typer(resident.app, name="resident", help="住民の記録と住民区分")
app.add_typer(sandbox.app, name="sandbox", help="手元で動かす環境")


def main() -> None:
    """Run the command; end with an exit code of `kyotsu_cli.failure.Exit`."""
    try:
        app()
    except CommandError as error:
        notices.print(f"[red]エラー：[/red]{error}", highlight=False)
        sys.exit(error.code)
    except (BotoCoreError, ClientError) as error:
        notices.print(f"[red]AWSの呼び出しに失敗しました：[/red]{error}", highlight=False)
        sys.exit(Exit.FAILED)


if __name__ == "__main__":
    main()
