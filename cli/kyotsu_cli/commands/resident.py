"""`kyotsu resident`: a person's record and 住民区分."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import typer

from kyotsu.addressees.category import PersonCategory
from kyotsu.addressees.standing import system_of
from kyotsu.catalogue.layouts import load_layout
from kyotsu.japanese.dates import JST, iso
from kyotsu.residents.reading import ResidentReader
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import catalogue, connect
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import console, notices, print_items, print_json, print_table
from kyotsu_cli.registry import Registry
from kyotsu_cli.viewing import OPERATION, Viewing

app = typer.Typer(no_args_is_help=True)
_BATCH = 1_000


@app.command()
def show(
    number: Annotated[str, typer.Argument(help="宛名番号（- なら標準入力から1行に1つ）")],
    purpose: Annotated[str, typer.Option(help="利用目的（purposes.yaml の id）")] = OPERATION,
    as_json: AsJson = False,
) -> None:
    """現在の記録と履歴を示す。支援措置対象者の居所が分かる項目は、利用目的に含まれる場合だけ示す。

    支援措置対象者かどうか判定できない人は示さず（終了コード5）、ほかの人は示す。
    """
    deployment = connect()
    viewing = Viewing(deployment, purpose)
    if number != "-":
        _show(deployment.residents, viewing, number, as_json=as_json)
        return
    code = Exit.OK
    for one in filter(None, (line.strip() for line in sys.stdin)):
        try:
            _show(deployment.residents, viewing, one, as_json=as_json)
        except CommandError as error:
            notices.print(f"[red]エラー：[/red]{error}", highlight=False)
            code = max(code, error.code)
    raise typer.Exit(code)


def _show(reader: ResidentReader, viewing: Viewing, number: str, *, as_json: bool) -> None:
    history = reader.history(number)
    if not history:
        raise _unknown(number)
    shown = viewing.of(number)
    if as_json:
        versions = [
            {
                "history": entry.history,
                "sub": entry.sub,
                "operated_at": iso(entry.operated_at),
                "latest": entry.latest,
                "deleted": entry.deleted,
                "effect": entry.effect,
                "source": {"receipt_id": entry.receipt_id, "line": entry.line},
            }
            for entry in history
        ]
        person = {"addressee_number": number, "record": shown.items, "withheld": shown.withheld}
        print_json({**person, "history": versions})
        return
    names = _item_names()
    print_items("現在の記録", [(names.get(name, name), value) for name, value in (shown.items or {}).items()])
    if shown.withheld:
        console.print("支援措置対象者のため、居所が分かる項目は示していません。")
    columns = ("履歴番号", "操作日時", "最新", "削除", "住民区分", "受付番号", "行")
    rows = [
        (f"{e.history}-{e.sub}", iso(e.operated_at), e.latest, e.deleted, e.effect, e.receipt_id, e.line)
        for e in history
    ]
    print_table("履歴", columns, rows)


@app.command()
def category(
    number: Annotated[str, typer.Argument(help="宛名番号（- なら標準入力から1行に1つ）")],
    at: Annotated[str | None, typer.Option(help="この時点の住民区分（ISO 8601、既定：現在）")] = None,
    as_json: AsJson = False,
) -> None:
    """住民区分と、その根拠になったファイルの行、または住登外者の登録元を示す。"""
    moment, deployment = _moment(at), connect()
    reader, viewing = Registry(deployment).categories, Viewing(deployment, OPERATION)
    if number == "-":
        for batch in _batches(line.strip() for line in sys.stdin):
            found = list(reader.categories(batch, moment))
            known = [one.shown.addressee_number for one in found if one.shown.known]
            viewing.tell(known, "resident category")
            for one in found:
                print_json(_json(one))
        return
    person = next(iter(reader.categories([number], moment)))
    shown = person.shown
    if not shown.known:
        raise _unknown(number)
    viewing.tell([number], "resident category")
    if as_json:
        print_json(_json(person))
        return
    names = catalogue().categories
    name = f"{shown.category} {names[shown.category].name}" if shown.category else None
    items = [("宛名番号", number), ("住民区分", name), ("いつから", shown.since)]
    if person.registered_by:
        print_items("住民区分", [*items, ("登録元", system_of(person.registered_by))])
        return
    print_items("住民区分", [*items, ("受付番号", shown.receipt_id), ("行", shown.line)])


def _json(person: PersonCategory) -> dict[str, Any]:
    shown = person.shown
    source: dict[str, Any] | None = None
    if person.registered_by:
        source = {"registered_by": system_of(person.registered_by)}
    elif shown.category:
        source = {"receipt_id": shown.receipt_id, "line": shown.line}
    return {
        "addressee_number": shown.addressee_number,
        "category": shown.category,
        "since": shown.since,
        "source": source,
    }


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError("--at はISO 8601で指定してください（例：2026-04-01T00:00:00+09:00）。", Exit.USAGE) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=JST)


def _batches(numbers: Iterator[str]) -> Iterator[list[str]]:
    wanted = (number for number in numbers if number)
    while batch := list(itertools.islice(wanted, _BATCH)):
        yield batch


def _item_names() -> dict[str, str]:
    loaded = catalogue()
    layouts = {version.layout for interface in loaded.interfaces.values() for version in interface.versions}
    return {item.romaji: item.name for name in layouts for item in load_layout(loaded.root, name).items}


def _unknown(number: str) -> CommandError:
    return CommandError(f"宛名番号 {number} の記録はありません。", Exit.NOT_FOUND)
