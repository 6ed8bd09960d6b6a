"""`kyotsu integrated conflicts`: 宛名番号 and 個人番号 that were told as one person's and are two people's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from kyotsu.addressees.clerks_list import Settlement, Verdict
from kyotsu.contracts.audit import Deed
from kyotsu.integrated.conflicts import id_of, still_open
from kyotsu.integrated.records import Conflict
from kyotsu.japanese import dates
from kyotsu.japanese.dates import JST, utc_now
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import connect
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import console, print_json, print_table
from kyotsu_cli.registry import INTEGRATED, Registry
from kyotsu_cli.undoing import operator

app = typer.Typer(invoke_without_command=True)
_VERDICTS = {Verdict.SAME: "同じ人", Verdict.DIFFERENT: "別の人"}


@app.callback()
def conflicts(
    context: typer.Context,
    settled: Annotated[bool, typer.Option("--settled", help="確認済みのものを示す（既定：未確認）")] = False,
    as_json: AsJson = False,
) -> None:
    """宛名番号の人と個人番号の人が違うため、受け付けなかったものを示す。個人番号・氏名・住所は含まない。

    個人番号が、変更前のほかの人の番号だったものも示す（受け付けている。二重付番の疑い）。宛名番号がその人のものでなくなったものは除く。
    """
    if context.invoked_subcommand:
        return
    registry = Registry(connect())
    found: list[tuple[Conflict, Settlement | None]]
    if settled:
        found = list(registry.conflicts.settled())
    else:
        kept = list(registry.conflicts.open())
        found = [(one, None) for one in still_open(kept, registry.integrated)]
    numbers = _numbers(one for one, _ in found)
    if numbers:
        registry.tell("integrated conflicts", numbers, Deed.READ, business=INTEGRATED)
    if as_json:
        for one, how in found:
            print_json(_json(one, how))
        return
    columns = ("番号", "宛名番号", "宛名番号の人", "個人番号の人", "業務", "操作日時", "結果")
    rows = [
        (
            id_of(one),
            one.number,
            one.integrated,
            one.other or "付番なし",
            one.by,
            dates.iso(one.at),
            None if how is None else f"{_VERDICTS[how.verdict]}（{how.operator}）",
        )
        for one, how in found
    ]
    print_table("確認済み" if settled else "未確認", columns, rows)


@app.command()
def settle(
    conflict_id: Annotated[str, typer.Argument(metavar="ID", help="一覧の番号")],
    verdict: Annotated[Verdict, typer.Option(help="same 同じ人、different 別の人")],
) -> None:
    """確認した結果を記録する。宛名番号・個人番号は変えない（正しい内容を送るのは、送った業務）。

    同じ番号の組が、より新しい操作日時で再び送られると、未確認に戻る。
    """
    if verdict not in _VERDICTS:
        raise CommandError("--verdict は same か different です。", Exit.USAGE)
    registry = Registry(connect())
    found = next((one for one in registry.conflicts.open() if id_of(one) == conflict_id), None)
    if found is None:
        raise CommandError(
            f"未確認の {conflict_id} はありません。integrated conflicts で確認してください。", Exit.NOT_FOUND
        )
    registry.tell("integrated conflicts settle", _numbers([found]), Deed.CHANGED, business=INTEGRATED)
    at = utc_now().astimezone(JST).isoformat(timespec="milliseconds")
    if not registry.conflicts.settle(found, Settlement(verdict=verdict, operator=operator(), settled_at=at)):
        raise CommandError(
            f"{conflict_id} は、ほかの人が確認したか、再び送られました。integrated conflicts で確認してください。",
            Exit.NOT_ACCEPTED,
        )
    console.print(f"{conflict_id}：{_VERDICTS[verdict]}", highlight=False)


def _numbers(found: Iterable[Conflict]) -> list[str]:
    """Return the numbers of everybody concerned, each once: who has the 個人番号 is known by the integrated one."""
    return list(dict.fromkeys(number for one in found for number in one[:3] if number))


def _json(found: Conflict, how: Settlement | None) -> dict[str, object]:
    shown: dict[str, object] = {
        "conflict_id": id_of(found),
        "addressee_number": found.number,
        "integrated_number": found.integrated,
        "other_integrated_number": found.other or None,
        "by": found.by,
        "operated_at": dates.iso(found.at),
    }
    if how is not None:
        shown["settled"] = {"verdict": str(how.verdict), "operator": how.operator, "at": how.settled_at}
    return shown
