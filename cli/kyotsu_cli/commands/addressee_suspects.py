"""`kyotsu addressee suspects`: what a clerk must look at, and how it was settled."""

from __future__ import annotations

from typing import Annotated

import typer

from kyotsu.addressees.clerks_list import Entry, Kind, Settlement, Verdict, numbers_of, still_open
from kyotsu.contracts.audit import Deed
from kyotsu.contracts.outcomes import by_code
from kyotsu.japanese.dates import JST, utc_now
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import connect
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import console, print_json, print_table
from kyotsu_cli.registry import Registry
from kyotsu_cli.undoing import operator

app = typer.Typer(no_args_is_help=True)
_KINDS = {Kind.REPEAT: "再送の疑い", Kind.DOUBLE: "二重登録の疑い", Kind.REMARK: "付番時の注意"}
_VERDICTS = {Verdict.SAME: "同じ人", Verdict.DIFFERENT: "別の人", Verdict.CHECKED: "確認済み"}


@app.command("list")
def list_(
    settled: Annotated[bool, typer.Option("--settled", help="確認済みのものを示す（既定：未確認）")] = False,
    as_json: AsJson = False,
) -> None:
    """確認が必要なものを示す。名寄せ・削除されたものは除く。氏名・住所は含まない。"""
    registry = Registry(connect())
    found: list[tuple[Entry, Settlement | None]]
    if settled:
        found = list(registry.clerks.settled())
    else:
        entries = list(registry.clerks.open())
        standings = registry.standings.many(sorted(numbers_of(entries)))
        found = [(entry, None) for entry in still_open(entries, standings)]
    if as_json:
        for entry, how in found:
            print_json(_json(entry, how))
        return
    columns = ("番号", "種類", "宛名番号", "業務", "結果" if settled else "内容")
    rows = [
        (
            entry.entry_id,
            _KINDS[entry.kind],
            "\n".join(entry.numbers),
            "、".join(entry.systems),
            _told(entry) if how is None else f"{_VERDICTS[how.verdict]}（{how.operator}）",
        )
        for entry, how in found
    ]
    print_table("確認済み" if settled else "未確認", columns, rows)


@app.command()
def settle(
    entry_id: Annotated[str, typer.Argument(metavar="ENTRY", help="一覧の番号")],
    verdict: Annotated[Verdict, typer.Option(help="same 同じ人、different 別の人、checked 確認済み（注意のみ）")],
) -> None:
    """確認した結果を記録する。番号の名寄せ・削除はしない（名寄せは kyotsu addressee link）。"""
    registry = Registry(connect())
    entry = next((one for one in registry.clerks.open() if one.entry_id == entry_id), None)
    if entry is None:
        raise CommandError(f"未確認の {entry_id} はありません。suspects list で確認してください。", Exit.NOT_FOUND)
    if (verdict is Verdict.CHECKED) != (entry.kind is Kind.REMARK):
        raise CommandError("--verdict は、注意には checked、疑いには same か different です。", Exit.USAGE)
    registry.tell("addressee suspects settle", list(entry.numbers), Deed.CHANGED)
    at = utc_now().astimezone(JST).isoformat(timespec="milliseconds")
    if not registry.clerks.settle(entry_id, Settlement(verdict=verdict, operator=operator(), settled_at=at)):
        raise CommandError(f"{entry_id} は、ほかの人が確認済みにしました。", Exit.NOT_ACCEPTED)
    console.print(f"{entry_id}：{_VERDICTS[verdict]}", highlight=False)


def _told(entry: Entry) -> str | None:
    return "\n".join(f"{code} {by_code(code).message}" for code in entry.codes) or None


def _json(entry: Entry, how: Settlement | None) -> dict[str, object]:
    shown: dict[str, object] = {
        "entry_id": entry.entry_id,
        "kind": str(entry.kind),
        "addressee_numbers": list(entry.numbers),
        "systems": list(entry.systems),
        "noticed_at": entry.noticed_at,
        "codes": list(entry.codes),
    }
    if how is not None:
        shown["settled"] = {"verdict": str(how.verdict), "operator": how.operator, "at": how.settled_at}
    return shown
