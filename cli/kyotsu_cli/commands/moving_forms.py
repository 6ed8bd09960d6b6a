"""`kyotsu moving forms`: 転入届 of those who announced their visit for a day, as one PDF with an index."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome
from kyotsu.japanese.eras import japanese_date
from kyotsu.moving.cases import ENDED, Case
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import connect
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.moving import Moving, is_withheld, numbers_of
from kyotsu_cli.output import console, print_json
from kyotsu_cli.viewing import OPERATION, Viewing


def forms(
    day: Annotated[datetime, typer.Option("--date", formats=["%Y-%m-%d"], help="来庁予定日")],
    out: Annotated[Path, typer.Option(help="書き出すPDF（上書きする）")],
    case_id: Annotated[str | None, typer.Option("--case", help="手続番号（既定：この日のすべて）")] = None,
    purpose: Annotated[str, typer.Option(help="利用目的（purposes.yaml の id）")] = OPERATION,
    as_json: AsJson = False,
) -> None:
    """来庁予定日の転入届を、目次つきの1つのPDFにする。

    いまの内容で作成されていない転入届と、支援措置対象者を含むもの（利用目的に居所が含まれない場合）は、入れずに示す。
    """
    # Here: the engine and its fonts cost every other command of the group half a second.
    from kyotsu.moving.drawing_step import form_of
    from kyotsu.moving.form.drawing import draw_batch
    from kyotsu.moving.form.fonts import find_fonts

    deployment = connect()
    moving, viewing = Moving(deployment), Viewing(deployment, purpose)
    cases = _cases(moving, day.date(), case_id)
    standing = [(case, form_of(case, moving.papers)) for case in cases if case.has_form]
    withheld = {case.id for case, _ in standing if is_withheld(viewing, case, purpose)}
    left_out = [(case, outcomes.FORM_OUTDATED) for case in cases if not case.has_form]
    left_out += [(case, outcomes.FORM_WITHHELD) for case, _ in standing if case.id in withheld]
    printed = [(case, form) for case, form in standing if case.id not in withheld]
    if printed:
        numbers = sorted({number for case, _ in printed for number in numbers_of(case)})
        viewing.tell(numbers, f"moving forms {day.date()} " + " ".join(case.id for case, _ in printed))
        made = draw_batch([form for _, form in printed], japanese_date(str(day.date())), find_fonts())
        _write(out, made.pdf)
    _report([case for case, _ in printed], left_out, out, as_json=as_json)


def _cases(moving: Moving, day: date, case_id: str | None) -> list[Case]:
    # The list may lag by a second; what is printed is what the case itself says now.
    listed = sorted({case.id for case in moving.cases.visits(day)})
    if case_id is not None:
        moving.case(case_id)
        listed = [case_id]
    found = [moving.case(each) for each in listed]
    return [case for case in found if case.visit_on == day and case.state not in ENDED]


def _write(out: Path, body: bytes) -> None:
    """Write a file that nobody else on this machine may read, whole or not at all."""
    part = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
        part.replace(out)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise CommandError(f"{out} に書き出せません：{error.strerror}", Exit.FAILED) from error


def _report(printed: Sequence[Case], left_out: Iterable[tuple[Case, Outcome]], out: Path, *, as_json: bool) -> None:
    missing = [{"case_id": case.id, "code": one.code, "message": one.sentence()} for case, one in left_out]
    if as_json:
        print_json({"out": str(out) if printed else None, "cases": [case.id for case in printed], "left_out": missing})
        return
    if printed:
        console.print(f"転入届 {len(printed)}件を {out} に書き出しました。", highlight=False)
    else:
        console.print("印刷できる転入届はありません。")
    for each in missing:
        console.print(f"{each['case_id']}：{each['code']} {each['message']}", highlight=False)
