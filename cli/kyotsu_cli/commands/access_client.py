"""`kyotsu access client`: the systems that may ask for tokens, and their secrets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Any, TypeVar

import typer

from kyotsu.access.clients import Client, ClientRegistry, Issued
from kyotsu.access.errors import ClientConflictError, ClientUnknownError
from kyotsu.wiring.access import client_registry
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import catalogue, connect
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import console, notices, print_json, print_table

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True)

System = Annotated[str, typer.Argument(metavar="SYSTEM", help="業務IDまたは独自施策システムのID（例：001）")]
Days = Annotated[int, typer.Option("--days", min=1, max=1095, help="新しいシークレットの有効日数")]
_JST = timezone(timedelta(hours=9))


@app.command()
def create(system: System, days: Days = 365, as_json: AsJson = False) -> None:
    """システムのクライアントを登録する。シークレットは一度だけ表示し、後からは見られない。"""
    _show(_done(lambda registry: registry.register(system, timedelta(days=days))), as_json=as_json)


@app.command()
def rotate(
    system: System,
    days: Days = 365,
    overlap: Annotated[int, typer.Option(min=0, max=90, help="古いシークレットも使える日数")] = 7,
    replace_newest: Annotated[
        bool, typer.Option("--replace-newest", help="失くした新しい方を作り直す（2つが有効なとき）")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """シークレットを作り直す。古い方も決めた日数まで使え、その間にシステム側を切り替える。"""
    life, both = timedelta(days=days), timedelta(days=overlap)
    issued = _done(lambda registry: registry.rotate(system, life, both, replace_newest=replace_newest))
    _show(issued, as_json=as_json)


@app.command()
def disable(system: System, as_json: AsJson = False) -> None:
    """クライアントを止める。発行済みのトークンをすべて取り消し、ストレージのロールを閉じる。"""
    client = _done(lambda registry: registry.disable(system))
    said = (
        "止めました。発行済みのトークンは、決めた時間（既定は60秒）以内に使えなくなります。"
        "トークンと引き換えたストレージの認証情報は、ただちに使えなくなります。"
    )
    _report(client, said, as_json=as_json)


@app.command()
def enable(system: System, as_json: AsJson = False) -> None:
    """止めたクライアントを再開する。取り消したトークンは戻らない。ストレージの認証情報は期限まで戻る。"""
    _report(_done(lambda registry: registry.enable(system)), "再開しました。", as_json=as_json)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """登録済みのクライアントと、シークレットの期限を一覧する。シークレットは表示しない。"""
    registry = _registry()
    found = [_state(registry, client) for client in registry.clients.all()]
    if as_json:
        for state in found:
            print_json(state)
        return
    columns = ("システム", "クライアントID", "状態", "シークレットの期限")
    rows = [
        (state["system"], state["client_id"], "停止" if state["disabled"] else "有効", "、".join(state["ends_at"]))
        for state in found
    ]
    print_table("クライアント", columns, rows)


def _registry() -> ClientRegistry:
    deployment = connect()
    return client_registry(deployment.outputs, deployment.municipality, catalogue())


def _done(change: Callable[[ClientRegistry], T]) -> T:
    try:
        return change(_registry())
    except ClientUnknownError as error:
        raise CommandError(str(error), Exit.NOT_FOUND) from error
    except ClientConflictError as error:
        raise CommandError(str(error)) from error


def _show(issued: Issued, *, as_json: bool) -> None:
    shown = {
        "system": issued.system,
        "client_id": issued.client_id,
        "client_secret": issued.client_secret,
        "ends_at": _moment(issued.ends_at),
    }
    if as_json:
        print_json(shown)
        return
    names = ("システム", "クライアントID", "クライアントシークレット", "期限")
    for name, value in zip(names, shown.values(), strict=True):
        console.print(f"{name}：{value}", highlight=False, soft_wrap=True)  # a table would break a secret in two
    notices.print("シークレットはもう一度表示できません。安全な方法でシステムの担当者に渡してください。")


def _report(client: Client, said: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"system": client.system, "client_id": client.client_id, "disabled": client.disabled})
    else:
        console.print(f"システム {client.system} のクライアントを{said}", highlight=False, soft_wrap=True)


def _state(registry: ClientRegistry, client: Client) -> dict[str, Any]:
    kept = registry.secrets.read(client.system)
    valid = kept.valid(datetime.now(UTC)) if kept else ()
    ends = [_moment(secret.ends_at) for secret in valid]
    return {"system": client.system, "client_id": client.client_id, "disabled": client.disabled, "ends_at": ends}


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, _JST).isoformat()
