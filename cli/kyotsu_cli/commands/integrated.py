"""`kyotsu integrated`: integrated people (団体内統合宛名), for operators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from kyotsu.addressees.items import BY_NAME
from kyotsu.integrated.records import ADDRESS, IntegratedPerson
from kyotsu.integrated.store import Wanted
from kyotsu_cli.commands import integrated_conflicts, integrated_reserve
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import connect
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import console, print_items, print_json, print_table
from kyotsu_cli.registry import Registry
from kyotsu_cli.viewing import OPERATION, Viewing

app = typer.Typer(no_args_is_help=True)
app.command("reserve")(integrated_reserve.reserve)
app.add_typer(integrated_conflicts.app, name="conflicts", help="宛名番号と個人番号の人が違うもの（職員の確認一覧）")


@app.callback()
def integrated() -> None:
    """団体内統合宛名。"""


@app.command()
def show(
    number: Annotated[str, typer.Argument(help="団体内統合宛名番号（--by-addressee なら宛名番号）")],
    by_addressee: Annotated[bool, typer.Option("--by-addressee", help="宛名番号で探す")] = False,
    purpose: Annotated[str, typer.Option(help="利用目的（purposes.yaml の id）")] = OPERATION,
    as_json: AsJson = False,
) -> None:
    """団体内統合宛名番号の人と、その宛名番号・業務を示す。個人番号は示さない。

    居所が分かる項目は、利用目的に含まれる場合だけ示す。支援措置対象者か判定できない場合は終了コード5。
    """
    deployment = connect()
    viewing, registry = Viewing(deployment, purpose), Registry(deployment)
    store = registry.integrated
    person = store.look([Wanted(number=number)])[0].by_number if by_addressee else store.person(number)
    if person is None:
        raise CommandError(f"番号 {number} の団体内統合宛名はありません。", Exit.NOT_FOUND)
    flagged = person.flagged
    told = None if flagged is None else store.information(person, flagged.key)
    numbers = sorted({row.number for row in person.living})
    withheld = viewing.withholds(numbers) if numbers else False
    hidden = ADDRESS if withheld else ()
    items = {} if told is None else {name: value for name, value in told.person.items() if name not in hidden}
    viewing.tell(numbers or [person.number], "integrated show", withheld=withheld)
    rows = [_row(person, place) for place in range(len(person.living))]
    if as_json:
        about = {"integrated_number": person.number, "deleted": person.deleted, "record": items}
        print_json({**about, "rows": rows, "withheld": withheld})
    else:
        _print(person, items, rows, withheld=withheld)


def _print(
    person: IntegratedPerson, items: Mapping[str, str], rows: Sequence[Mapping[str, object]], *, withheld: bool
) -> None:
    state = "削除" if person.deleted else "有効"
    names = [(BY_NAME[name].name, value) for name, value in items.items()]
    print_items("団体内統合宛名", [("団体内統合宛名番号", person.number), ("状態", state), *names])
    columns = ("宛名番号", "業務", "統合宛名フラグ", "操作日時")
    shown = [(r["addressee_number"], r["system"], "1" if r["flagged"] else "0", r["operated_at"]) for r in rows]
    print_table("宛名番号と業務", columns, shown)
    if withheld:
        console.print("支援措置対象者のため、居所が分かる項目は示していません。")


def _row(person: IntegratedPerson, place: int) -> dict[str, object]:
    row = person.living[place]
    system = row.business if row.business.strip("0") else row.local_system
    flagged = person.flagged is not None and person.flagged.key == row.key
    return {"addressee_number": row.number, "system": system, "flagged": flagged, "operated_at": row.operated_at}
