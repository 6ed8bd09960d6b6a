"""`kyotsu addressee`: the registry of 住登外者, for operators."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any, NamedTuple

import typer

from kyotsu.addressees.items import BY_NAME, PERSON
from kyotsu.addressees.records import AddresseeRecord, HistoryEntry
from kyotsu.addressees.showing import history_items, record_items
from kyotsu.addressees.standing import system_of, systems_of
from kyotsu.integrated.records import ADDRESS
from kyotsu.wiring.catalogue import withheld_items
from kyotsu_cli.commands import (
    addressee_basis,
    addressee_import,
    addressee_issue,
    addressee_links,
    addressee_retell,
    addressee_suspects,
)
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import catalogue, connect
from kyotsu_cli.output import console, print_items, print_json, print_table
from kyotsu_cli.registry import REGISTERED_BY, Registry, unregistered
from kyotsu_cli.viewing import OPERATION, Viewing

app = typer.Typer(no_args_is_help=True)
app.command("import")(addressee_import.import_)
app.command("issue")(addressee_issue.issue)
app.command("link")(addressee_links.link)
app.command("unlink")(addressee_links.unlink)
app.command("retell")(addressee_retell.retell)
app.add_typer(addressee_suspects.app, name="suspects", help="二重登録の疑い・付番時の注意（職員の確認一覧）")
app.add_typer(addressee_basis.app, name="basis", help="住登外者の支援措置情報を持つ根拠")

Number = Annotated[str, typer.Argument(help="宛名番号")]
Purpose = Annotated[str, typer.Option(help="利用目的（purposes.yaml の id）")]
_ORIGINS = {"issued": "付番", "carried-over": "引継ぎ", "migrated": "移行"}
_NAMES = {
    "rirekibango": "履歴番号",
    "riyofuragu": "利用フラグ",
    "sakujofuragu": "削除フラグ",
    "shorinaiyo": "処理内容",
}


class _Seen(NamedTuple):
    record: AddresseeRecord
    linked: Sequence[str]
    """Numbers that are linked to it."""
    hidden: Collection[str]
    """Items that the operator may not see."""
    withheld: bool


@app.command()
def show(number: Number, purpose: Purpose = OPERATION, as_json: AsJson = False) -> None:
    """住登外者の現在の記録を示す。居所が分かる項目は、利用目的に含まれる場合だけ示す。個人番号は示さない。

    他業務参照不可の記録は、氏名・住所などを示さない。支援措置対象者か判定できない場合は終了コード5。
    """
    deployment = connect()
    viewing = Viewing(deployment, purpose)
    found = _seen(Registry(deployment), viewing, number)
    record = found.record
    viewing.tell([number], "addressee show", withheld=found.withheld)
    items = record_items(record, record.owner, found.hidden)
    items.pop("riyofuragu", None)
    about = {
        "owner": system_of(record.owner),
        "systems": systems_of(record.uses),
        "origin": str(record.origin),
        "linked": list(found.linked),
        "withheld": found.withheld,
        "closed_to_others": record.closed_to_others,
    }
    if as_json:
        print_json({"addressee_number": number, "record": items, **about})
        return
    told = [(_name(name), value) for name, value in items.items()]
    own: list[tuple[str, object]] = [
        ("登録した業務", about["owner"]),
        ("利用する業務", "、".join(systems_of(record.uses)) or None),
        ("番号の由来", _ORIGINS[record.origin]),
        ("名寄せ元", "、".join(found.linked) or None),
    ]
    print_items("住登外者の記録", [*told, *own])
    _say_what_is_missing(found)


@app.command()
def history(number: Number, purpose: Purpose = OPERATION, as_json: AsJson = False) -> None:
    """住登外者の記録の履歴を、処理した順に示す（1件1行）。示す項目は show と同じ。"""
    deployment = connect()
    registry, viewing = Registry(deployment), Viewing(deployment, purpose)
    entries = registry.table.history(number)
    found = _seen(registry, viewing, number)
    viewing.tell([number], "addressee history", withheld=found.withheld)
    shown = [_entry(entry, found) for entry in entries]
    if as_json:
        for entry in shown:
            print_json(entry)
        return
    columns = ("回", "処理内容", "業務", "履歴番号", "氏名", "名寄せ先", "操作者ID", "操作日時")
    rows = [
        (
            entry["revision"],
            entry["record"]["shorinaiyo"],
            entry["by"],
            entry["record"]["rirekibango"],
            entry["record"].get("shimei"),
            entry["record"].get("nayosesakiatenabango"),
            entry["operator"],
            f"{entry['record']['sosanengappi']} {entry['record']['sosajikoku']}",
        )
        for entry in shown
    ]
    print_table(f"宛名番号 {number} の履歴", columns, rows)
    _say_what_is_missing(found)


def _seen(registry: Registry, viewing: Viewing, number: str) -> _Seen:
    known = registry.table.look([number], REGISTERED_BY).numbers[number]
    record = known.record
    if record is None:
        raise unregistered(number)
    linked = sorted(registry.table.linked_to(number)) if known.linked else []
    withheld = viewing.withholds([number])
    hidden = {*ADDRESS, *withheld_items(catalogue(), "addressees")} if withheld else set[str]()
    if record.closed_to_others:
        hidden |= set(PERSON)
    return _Seen(record, linked, hidden, withheld)


def _entry(entry: HistoryEntry, found: _Seen) -> dict[str, Any]:
    # What was registered while it was closed stays so.
    hidden = {*found.hidden, *PERSON} if entry.record.closed_to_others else found.hidden
    items: Mapping[str, Any] = history_items(entry, entry.by, hidden)
    ids = ("gyomuid", "dokujishisakushisutemutoid")
    return {
        "revision": entry.record.revision,
        "deed": str(entry.deed),
        "by": system_of(entry.by),
        "operator": entry.record.operation.operator,
        "record": {name: value for name, value in items.items() if name not in ids},
    }


def _say_what_is_missing(found: _Seen) -> None:
    if found.withheld:
        console.print("支援措置対象者のため、居所が分かる項目は示していません。")
    if found.record.closed_to_others:
        console.print("他業務参照不可のため、氏名・住所などは示していません。")


def _name(romaji: str) -> str:
    return _NAMES.get(romaji) or (BY_NAME[romaji].name if romaji in BY_NAME else romaji)
