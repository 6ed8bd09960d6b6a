"""`kyotsu cs messages|holds|hold|release|resend`: the outbox to the CS, for operators."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Any

import boto3
import typer

from kyotsu.contracts import outcomes
from kyotsu.contracts.audit import Deed
from kyotsu.japanese.dates import utc_now
from kyotsu.linkage.delivery_documents import japanese
from kyotsu.moving.cs.lanes import Entry, Lane, MessageState
from kyotsu.moving.cs.mapping import notes_of
from kyotsu.moving.cs.outbox_table import OutboxTable
from kyotsu.moving.cs.ports import EVERYBODY, Hold
from kyotsu.moving.cs.posting import CsOutbox, ResendRefusedError, paper
from kyotsu.moving.papers_table import PapersTable
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.sealing import PAPERS, KmsSealer
from kyotsu.wiring.moving_cs import CsLanes
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import Deployment, connect
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import console, print_items, print_json, print_table
from kyotsu_cli.registry import Registry
from kyotsu_cli.undoing import operator

app = typer.Typer(no_args_is_help=True)
BUSINESS = "029"
"""申請管理, of which 引越しOSS is a part."""
STATES = {
    MessageState.READY: "送信待ち",
    MessageState.SENDING: "送信中",
    MessageState.SENT_UNKNOWN: "結果不明",
    MessageState.SENT: "送信済み",
    MessageState.ACKNOWLEDGED: "受領",
    MessageState.REJECTED: "受付不可",
    MessageState.CANCELLED: "取消",
}
MessageId = Annotated[str, typer.Argument(help="電文番号（kyotsu cs messages で示すもの）")]
_CODE = re.compile("[0-9]{6}")


def _municipality(code: str | None) -> str | None:
    if code is not None and not _CODE.fullmatch(code):
        raise typer.BadParameter("市区町村コードは、検査数字を含む6桁です。")
    return code


Municipality = Annotated[
    str | None, typer.Option(help="宛先の市区町村コード（既定：すべての宛先）", callback=_municipality)
]


@app.command()
def messages(
    state: Annotated[MessageState | None, typer.Option(help="状態（既定：すべて）", case_sensitive=False)] = None,
    case: Annotated[str | None, typer.Option(help="手続番号（既定：すべて）")] = None,
    parked: Annotated[bool, typer.Option("--parked", help="CSから届いて取り込めなかった電文を示す")] = False,
    limit: Annotated[int, typer.Option(min=1, help="最大件数")] = 200,
    as_json: AsJson = False,
) -> None:
    """CSへの電文を、終わっていないものから一覧する。本文（個人情報）は示さない。"""
    store = _store(connect())
    if parked:
        _show_parked(store, as_json=as_json)
        return
    found = list(_some(_entries(store, case, state), limit))
    if as_json:
        for entry in found:
            print_json(_shown(entry))
        return
    rows = [
        (e.id, e.case_id, e.to, _state(e), japanese(e.posted_at), japanese(e.sent_at), e.reason or None, _remark(e))
        for e in found
    ]
    columns = ("電文番号", "手続番号", "宛先", "状態", "登録日時", "送信日時", "理由", "注意")
    print_table("CSへの電文", columns, rows)
    for hold in store.holds():
        console.print(f"保留中：{_whom(hold.to)}（{japanese(hold.at)} {hold.by}）", highlight=False)


@app.command()
def show(message: MessageId, as_json: AsJson = False) -> None:
    """電文の状態と、置き換えた文字（項目、何文字目か、もとのコードポイント）を示す。本文は示さない。"""
    deployment = connect()
    store = _store(deployment)
    entry = _entry_of(store, message)
    notes = list[tuple[str, int, str, str]]()
    if entry.substituted:
        # A code point of somebody's name is told of as that person's data.
        _tell(deployment, f"cs show {message}", store.lane_of(message) or "", Deed.READ)
        body = _papers(deployment).get(entry.case_id, paper(message))
        notes = notes_of(body) if body else []
    columns = ("item", "position", "code_point", "substitute")
    if as_json:
        print_json({**_shown(entry), "substituted": [dict(zip(columns, note, strict=True)) for note in notes]})
        return
    print_items(message, _shown(entry).items())
    if notes:
        print_table("置き換えた文字", ("項目", "何文字目", "もとの文字", "置き換え"), notes)
    elif entry.substituted:
        console.print("本文は消去されています。")


@app.command()
def hold(municipality: Municipality = None, as_json: AsJson = False) -> None:
    """CSへの送信を止める。送信中の電文は止まらない。止めている間も電文は失われず、順番も変わらない。"""
    deployment = connect()
    to = municipality or EVERYBODY
    wanted, store = Hold(to, operator(), utc_now()), _store(deployment)
    store.note_order("hold", wanted)
    store.hold(wanted)
    _say(as_json, {"held": to}, "CSへの送信を保留しました。kyotsu cs release で再開します。")


@app.command()
def holds(as_json: AsJson = False) -> None:
    """いまの保留と、だれがいつ保留・再開したかの記録を、新しい順に示す。"""
    store = _store(connect())
    now, orders = store.holds(), store.orders()
    if as_json:
        print_json({"held": [_ordered(one) for one in now]})
        for order, one in orders:
            print_json({"order": order, **_ordered(one)})
        return
    print_table("いまの保留", ("宛先", "日時", "職員"), [(_whom(one.to), japanese(one.at), one.by) for one in now])
    rows = [
        (japanese(one.at), {"hold": "保留", "release": "再開"}[order], _whom(one.to), one.by) for order, one in orders
    ]
    print_table("保留と再開の記録", ("日時", "操作", "宛先", "職員"), rows)


@app.command()
def release(municipality: Municipality = None, as_json: AsJson = False) -> None:
    """止めた送信を再開する。"""
    deployment = connect()
    to, store = municipality or EVERYBODY, _store(deployment)
    store.note_order("release", Hold(to, operator(), utc_now()))
    was = store.release(to)
    lanes = [lane.key for lane in store.open_lanes() if lane.head]
    if lanes:
        _lanes(deployment).wake(lanes)
    text = f"CSへの送信を再開しました（{len(lanes)}人分の電文）。" if was else "保留はありませんでした。"
    left = [one.to for one in store.holds()]
    if left:
        text += f"まだ保留があります：{'、'.join(left)}"
    _say(as_json, {"released": to, "was_held": was, "woken": len(lanes), "held": left}, text)


@app.command()
def resend(message: MessageId, as_json: AsJson = False) -> None:
    """受け付けられなかった電文、または受領された電文を、もとの電文を参照する新しい電文として送る。"""
    deployment = connect()
    store = _store(deployment)
    _entry_of(store, message)
    # Before it is done, as everything that moves somebody's data.
    _tell(deployment, f"cs resend {message}", store.lane_of(message) or "", Deed.CHANGED)
    try:
        new = CsOutbox(store, _papers(deployment), _lanes(deployment), SystemClock()).resend(message)
    except ResendRefusedError as error:
        raise CommandError(f"{error.code} {error}") from error
    _say(as_json, {"message_id": new, "refers_to": message}, f"{message} を {new} として再送します。")


def _entries(store: OutboxTable, case: str | None, state: MessageState | None) -> Iterator[Entry]:
    lanes: Iterable[Lane] = (
        store.all_lanes() if case is None else map(store.read, sorted(set(store.messages_of(case).values())))
    )
    for lane in lanes:
        for entry in lane.entries:
            if case in (None, entry.case_id) and state in (None, entry.state):
                yield entry


def _entry_of(store: OutboxTable, message_id: str) -> Entry:
    key = store.lane_of(message_id)
    entry = store.read(key).find(message_id) if key else None
    if entry is None:
        raise CommandError(f"電文 {message_id} はありません。", Exit.NOT_FOUND)
    return entry


def _tell(deployment: Deployment, subject: str, lane: str, deed: Deed) -> None:
    """Record in the audit trail whose data is about to be touched: a lane is a person's 宛名番号."""
    Registry(deployment).tell(subject, [lane], deed, business=BUSINESS)


def _remark(entry: Entry) -> str | None:
    return outcomes.CHARACTERS_SUBSTITUTED.code if entry.substituted else None


def _some(entries: Iterator[Entry], limit: int) -> Iterator[Entry]:
    for _, entry in zip(range(limit), entries, strict=False):
        yield entry


def _show_parked(store: OutboxTable, *, as_json: bool) -> None:
    found = store.parked()
    if as_json:
        for one in found:
            print_json({"key": one.key, "code": one.code, "at": japanese(one.at)})
        return
    rows = [(one.key, one.code, japanese(one.at)) for one in found]
    print_table("取り込めなかったCSの電文", ("キー", "理由", "日時"), rows)


def _state(entry: Entry) -> str:
    return f"{STATES[entry.state]}（再送済み）" if entry.superseded_by else STATES[entry.state]


def _shown(entry: Entry) -> dict[str, Any]:
    return {
        "message_id": entry.id,
        "case_id": entry.case_id,
        "kind": str(entry.kind),
        "position": entry.position,
        "to": entry.to,
        "state": str(entry.state),
        "attempts": entry.attempts,
        "posted_at": japanese(entry.posted_at),
        "sent_at": japanese(entry.sent_at),
        "settled_at": japanese(entry.settled_at),
        "reason": entry.reason,
        "remark": _remark(entry),
        "refers_to": entry.refers_to or None,
        "superseded_by": entry.superseded_by or None,
    }


def _whom(to: str) -> str:
    return "すべての宛先" if to == EVERYBODY else f"{to} 宛て"


def _ordered(one: Hold) -> dict[str, Any]:
    return {"to": one.to, "by": one.by, "at": japanese(one.at)}


def _say(as_json: bool, told: dict[str, Any], text: str) -> None:
    if as_json:
        print_json(told)
    else:
        console.print(text, highlight=False)


def _store(deployment: Deployment) -> OutboxTable:
    return OutboxTable(deployment.outputs["MovingTable"], deployment.municipality)


def _lanes(deployment: Deployment) -> CsLanes:
    return CsLanes(boto3.client("sqs"), deployment.outputs["CsLanesQueue"])


def _papers(deployment: Deployment) -> PapersTable:
    outputs, municipality = deployment.outputs, deployment.municipality
    sealer = KmsSealer(lambda: boto3.client("kms"), outputs["PaperKey"], municipality, PAPERS)
    tables = (outputs["PapersTable"], outputs["PaperBucket"])
    return PapersTable(boto3.client("dynamodb"), boto3.client("s3"), *tables, municipality, sealer)
