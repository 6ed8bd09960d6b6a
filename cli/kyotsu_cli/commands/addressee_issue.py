"""`kyotsu addressee issue`: ask for a number as a linked system does, over the same API and by the same checks."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from kyotsu.addressees.items import BY_NAME
from kyotsu.addressees.records import NO_ID
from kyotsu.addressees.responses import ISSUE
from kyotsu_cli.calling import Api
from kyotsu_cli.commands import linked_options
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import catalogue, connect
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.federation import TokenSource
from kyotsu_cli.linked import Options, token_client
from kyotsu_cli.output import notices, print_items, print_json

_SCOPE = f"031:{ISSUE.path}:Create"
_SHOWN = {"atenabango": "宛名番号", "rirekibango": "履歴番号"}


def issue(
    file: Annotated[str, typer.Option("--file", help="要求のJSON（- なら標準入力）")],
    idempotency_key: Annotated[
        str | None, typer.Option(help="同じ要求を二重に処理しないための値（既定：自動。再実行には同じ値を指定する）")
    ] = None,
    system: Annotated[str | None, typer.Option(help="要求する業務ID・独自施策システム等ID（既定：要求の値）")] = None,
    api_url: Annotated[
        str | None, typer.Option(envvar="KYOTSU_API_URL", help="付番APIのURL（既定：接続先の設定）")
    ] = None,
    token_url: linked_options.TokenUrl = None,
    client_id: linked_options.ClientId = None,
    secret_file: linked_options.SecretFile = None,
    basic: linked_options.Basic = False,
    as_json: AsJson = False,
) -> None:
    """住登外者宛名番号の付番を、連携システムと同じAPIで依頼する。誤りがあれば終了コード4。"""
    body = _body(file)
    caller = _system(system, body)
    options = Options(token_url=token_url, client_id=client_id, secret_file=secret_file, basic=basic)
    api = Api(url=api_url or _deployed_url(), token=TokenSource(token_client(options, caller, _SCOPE)))
    key = idempotency_key or str(uuid.uuid4())
    answered = api.call(ISSUE.path, json.dumps(body, ensure_ascii=False).encode(), key)
    if as_json:
        print_json(answered.body)
    elif answered.done:
        for one in answered.body["result"]:
            names = _SHOWN | {name: BY_NAME[name].name for name in one if name in BY_NAME}
            print_items("付番", [(names.get(name, name), value) for name, value in one.items()])
    else:
        for error in answered.body["errors"]:
            notices.print(f"{error['code']} {error['message']}", highlight=False)
    raise typer.Exit(Exit.OK if answered.done else Exit.NOT_ACCEPTED)


def _body(file: str) -> dict[str, Any]:
    try:
        found = json.loads(sys.stdin.read() if file == "-" else Path(file).read_text("utf-8"))
    except OSError as error:
        raise CommandError(f"{file} を読めません（{error.strerror}）。", Exit.USAGE) from error
    except ValueError as error:  # its text may hold what stands in the file
        raise CommandError("要求がJSON（UTF-8）ではありません。", Exit.USAGE) from error
    if not isinstance(found, dict):
        raise CommandError("要求はJSONのオブジェクトで指定してください。", Exit.USAGE)
    return found


def _system(given: str | None, body: Mapping[str, Any]) -> str:
    named = (body.get("gyomuid"), body.get("dokujishisakushisutemutoid"))
    wanted = given or next((str(one) for one in named if one not in (None, "", NO_ID)), None)
    if wanted is None:
        raise CommandError("要求に業務IDがありません。--system を指定してください。", Exit.USAGE)
    if wanted.lower() not in {system.lower() for system in catalogue().systems}:
        raise CommandError(f"{wanted} はカタログにないシステムです。--system を確認してください。", Exit.USAGE)
    return wanted.lower()


def _deployed_url() -> str:
    url = connect().outputs.get("NumberingApiUrl")
    if not url:
        raise CommandError("付番APIのURLが分かりません。--api-url を指定してください。", Exit.USAGE)
    return url
