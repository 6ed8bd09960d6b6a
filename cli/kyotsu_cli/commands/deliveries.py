"""`kyotsu deliveries list|show|reoffer`: what recipients were offered, how far that is, and offering it anew."""

from __future__ import annotations

import re
from typing import Annotated, Any

import boto3
import typer

from kyotsu.linkage.deliveries import Delivery, Lane, Part, key_of
from kyotsu.linkage.delivery_documents import japanese
from kyotsu.linkage.delivery_table import DeliveryTable
from kyotsu.linkage.planning import Planning, ReofferRefusedError
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.events import EventBus
from kyotsu.wiring.deliveries import LaneQueue, UndoneFiles
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import Deployment, catalogue, connect
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import console, print_items, print_json, print_table

app = typer.Typer(no_args_is_help=True)
_ID = re.compile(r"([0-9A-Za-z]{3}[a-z][0-9]{3})-([0-9A-Za-z]{3})-([0-9]{1,9})")
STATES = {
    "PLANNED": "提供待ち",
    "OFFERED": "提供済み",
    "FETCHED": "取得済み",
    "ACKNOWLEDGED": "受領",
    "REFUSED": "拒否",
    "NOT_DELIVERED": "不達",
}
ENDS = {"CANCELLED": "取消", "REPLACED": "再提供済み", "SET_ASIDE": "後回し", "SOURCE_GONE": "元ファイルなし"}

DeliveryId = Annotated[str, typer.Argument(help="提供番号（例：001o006-010-000012）")]


@app.command("list")
def list_(
    recipient: Annotated[str | None, typer.Option(help="利用側の業務ID（既定：すべて）")] = None,
    interface: Annotated[str | None, typer.Option(help="連携ID（既定：すべて）")] = None,
    limit: Annotated[int, typer.Option(min=1, help="連携IDと利用側の組ごとの最大件数")] = 20,
    as_json: AsJson = False,
) -> None:
    """提供を新しい順に一覧する。"""
    table = _table(connect())
    lanes = [
        Lane(each.id, to.id.lower())
        for each in catalogue().interfaces.values()
        for to in each.recipients
        if interface in (None, each.id) and recipient in (None, to.id, to.id.lower())
    ]
    found = [delivery for lane in lanes for delivery in table.listed(lane, limit)]
    found.sort(key=lambda delivery: delivery.planned_at, reverse=True)
    if as_json:
        for delivery in found:
            print_json(_shown(delivery))
        return
    rows = [
        (d.delivery_id, japanese(d.planned_at), d.source_key.rpartition("/")[2], _state(d), d.parts, d.rows, d.waiting)
        for d in found
    ]
    print_table("提供", ("提供番号", "計画日時", "元のファイル", "状態", "分割数", "件数", "判定待ち"), rows)


@app.command()
def show(delivery_id: DeliveryId, as_json: AsJson = False) -> None:
    """提供1件の状態と、分割されたファイルごとの受領を示す。"""
    table, (lane, number) = _table(connect()), _parsed(delivery_id)
    delivery = table.find(lane, number)
    if delivery is None:
        raise CommandError(f"提供 {delivery_id} はありません。", Exit.NOT_FOUND)
    parts = [part for part in table.parts(lane, number) if part.offered]
    if as_json:
        print_json({**_shown(delivery), "parts": [_part(delivery, part) for part in parts]})
        return
    print_items(delivery.delivery_id, _shown(delivery).items())
    rows = [
        (part.part, key_of(delivery.stem, part.part), part.rows, STATES[part.state], part.message or None)
        for part in parts
    ]
    print_table("分割されたファイル", ("番号", "キー", "件数", "状態", "利用側のメッセージ"), rows)


@app.command()
def reoffer(delivery_id: DeliveryId, as_json: AsJson = False) -> None:
    """いまの支援措置とカタログでもう一度提供する。前の提供は履歴に残る。"""
    deployment, (lane, number) = connect(), _parsed(delivery_id)
    try:
        new = _planning(deployment).reoffer(lane, number)
    except ReofferRefusedError as error:
        raise CommandError(f"{error.code} {error}") from error
    if as_json:
        print_json(_shown(new))
        return
    console.print(f"{delivery_id} を {new.delivery_id} として再提供します。")


def _planning(deployment: Deployment) -> Planning:
    outputs = deployment.outputs
    return Planning(
        catalogue=catalogue(),
        municipality=deployment.municipality,
        bucket_prefix=outputs["BucketPrefix"],
        store=_table(deployment),
        receipts=deployment.receipts,
        undone=UndoneFiles(deployment.undos),
        objects=deployment.objects,
        events=EventBus(boto3.client("events"), outputs["EventBus"]),
        wakeups=LaneQueue(boto3.client("sqs"), outputs["LanesQueue"]),
        clock=SystemClock(),
    )


def _table(deployment: Deployment) -> DeliveryTable:
    return DeliveryTable(deployment.outputs["LinkageTable"], deployment.municipality)


def _parsed(delivery_id: str) -> tuple[Lane, int]:
    match = _ID.fullmatch(delivery_id)
    if match is None:
        raise CommandError(f"提供番号 {delivery_id} の形式が違います（例：001o006-010-000012）。")
    return Lane(match[1], match[2].lower()), int(match[3])


def _state(delivery: Delivery) -> str:
    return ENDS[delivery.ended] if delivery.ended else STATES[delivery.state]


def _shown(delivery: Delivery) -> dict[str, Any]:
    return {
        "delivery_id": delivery.delivery_id,
        "receipt_id": delivery.receipt_id,
        "provider": delivery.provider,
        "recipient": delivery.recipient,
        "interface": delivery.interface,
        "source_key": delivery.source_key,
        "bucket": delivery.bucket,
        "attempt": delivery.attempt,
        "state": str(delivery.state),
        "ended": str(delivery.ended) if delivery.ended else None,
        "complete": delivery.complete,
        "offered_parts": delivery.parts,
        "rows": delivery.rows,
        "waiting": delivery.waiting,
        "planned_at": japanese(delivery.planned_at),
        "offered_at": japanese(delivery.offered_at),
        "deadline": japanese(delivery.deadline),
        "undone_at": japanese(delivery.undone_at),
        "not_delivered_at": japanese(delivery.not_delivered_at),
    }


def _part(delivery: Delivery, part: Part) -> dict[str, Any]:
    return {
        "part": part.part,
        "object_key": key_of(delivery.stem, part.part),
        "rows": part.rows,
        "sha256": part.sha256,
        "last": part.last,
        "offered_at": part.made_at,
        "state": str(part.state),
        "message": part.message,
    }
