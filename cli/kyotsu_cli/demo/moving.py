"""A family moves through both deployments: filed once, sent by the CS, received, registered, closed on both sides."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from kyotsu.japanese.dates import JST
from kyotsu.moving.cases import Case, CaseState
from kyotsu.moving.ports import PaperKind
from kyotsu_cli.commands.moving import print_case
from kyotsu_cli.demo.family import CHIYODA, FAMILY, YOKOHAMA, Application, Home, rows
from kyotsu_cli.demo.side import PORTAL, Side, awaited
from kyotsu_cli.deployment import catalogue
from kyotsu_cli.failure import CommandError
from kyotsu_cli.output import console, print_table

NUMBER = "DEMO1"
MOVES_IN = timedelta(days=7)
DONE = "完了"
RESERVATIONS = "029o001"
REGISTERED = "1"
"""住民区分 of somebody who is registered."""


@dataclass(frozen=True)
class Move:
    """The family's move, and the cases it becomes."""

    left: Side
    joined: Side
    application: Application
    folder: Path
    """Where the form is written."""

    @property
    def out_case(self) -> str:
        """The case of the municipality that is left."""
        return f"O-{self.application.number}"

    @property
    def in_case(self) -> str:
        """The case of the municipality that is joined."""
        return f"I-{self.application.number}"

    @property
    def cases(self) -> tuple[tuple[Side, str], tuple[Side, str]]:
        """Both sides, each with its case."""
        return (self.left, self.out_case), (self.joined, self.in_case)


def family_settles(side: Side) -> None:
    """Register the family where it lives before; long before it moves, as in life."""
    side.register(*rows(YOKOHAMA))


def planned(left: Side, joined: Side, folder: Path) -> Move:
    """Return the move of a family that settled."""
    moves_on = datetime.now(JST).date() + MOVES_IN
    return Move(left, joined, Application(NUMBER, YOKOHAMA, CHIYODA, moves_on), folder)


def file(move: Move) -> None:
    """File the application: each municipality gets its own part of it, and 個人番号 by their references."""
    for side, part in ((move.left, "tenshutsutodoke"), (move.joined, "tennyuyoyaku")):
        for reference, number in move.application.references().items():
            side.put(PORTAL, f"inbox/kojinbango/{reference}", number.encode())
        side.put(PORTAL, f"inbox/{move.application.number}.json", move.application.document(part))


def send(move: Move) -> None:
    """See it checked, sent and received: the form is drawn, the offices have the reservation, nobody is registered."""
    out = move.left.reached(move.out_case, CaseState.COMPLETED)
    check("差異", out.differs, right=False)
    told = move.left.get(PORTAL, f"status/{move.application.number}.json") or {}
    check("申請者の状況", told.get("status"), DONE)
    move.joined.reached(move.in_case, CaseState.PREPARED)
    case = awaited("転入届の作成", lambda: _with_form(move))
    check("転出証明書情報の人数", len(case.certified), len(FAMILY))
    _draw(move, case)
    offices = awaited("転入予約の提供", lambda: _offered(move))
    systems = catalogue().systems
    names = "、".join(systems[code.lower()].name for code in sorted(offices))
    console.print(f"転入予約を受け取った業務：{names}", highlight=False)
    _show_categories(move, "転入予約の提供後（まだ変わらない）", (REGISTERED, None))


def register(move: Move) -> None:
    """Register everybody where they live now, and see both cases closed."""
    move.joined.register(*rows(CHIYODA))
    for side, case_id in reversed(move.cases):
        side.reached(case_id, CaseState.CLOSED)
    _show_categories(move, "001o006-01の受付後", (REGISTERED, REGISTERED))
    for side, case_id in move.cases:
        shown = shown_case(side, case_id)
        console.print(f"\n[bold]{side.municipality}[/bold]（kyotsu moving show {case_id}）", highlight=False)
        print_case(shown, None)
        if side is move.joined:
            _check_deliveries(shown)


def shown_case(side: Side, case_id: str) -> dict[str, Any]:
    """Return what `kyotsu moving show` tells of a case."""
    shown: dict[str, Any] = json.loads(side.kyotsu("moving", "show", case_id, "--json"))
    return shown


def check(what: str, found: object, right: object) -> None:
    """Raise CommandError unless something is as it must be."""
    if found != right:
        raise CommandError(f"{what}：{found}、正解 {right}")


def _with_form(move: Move) -> Case | None:
    case = move.joined.cases.get(move.in_case)
    return case if case.has_form and case.has_reservation else None


def _draw(move: Move, case: Case) -> None:
    """Write the form that the deployment drew, and a picture of it."""
    # Here: the engine and its fonts cost whoever does not draw half a second.
    from kyotsu.moving.drawing_step import form_of
    from kyotsu.moving.form.drawing import picture
    from kyotsu.moving.form.fonts import find_fonts

    pdf = move.joined.papers.get(case.id, PaperKind.FORM) or b""
    check("転入届の形式", pdf[:5], b"%PDF-")
    pages = picture(form_of(case, move.joined.papers), find_fonts())
    check("転入届のページ数", len(pages), 1)
    move.folder.mkdir(parents=True, exist_ok=True)
    for name, body in ((f"{case.id}.pdf", pdf), (f"{case.id}.png", pages[0])):
        (move.folder / name).write_bytes(body)
        console.print(f"転入届：{move.folder / name}", highlight=False, soft_wrap=True)


def _offices() -> set[str]:
    """Return whom the catalogue hands reservations."""
    return {one.id.upper() for one in catalogue().interfaces[RESERVATIONS].recipients}


def _offered(move: Move) -> set[str] | None:
    """Return the offices, once every one of them finds the reservation."""
    found = {key.split("/")[1].upper() for key in move.joined.keys(PORTAL, "deliveries/") if f"/{RESERVATIONS}/" in key}
    return found if _offices() <= found else None


def _check_deliveries(shown: dict[str, Any]) -> None:
    """See that every office, and nobody else, was handed the reservation, each with a state of its own."""
    files = {each["file"]: each["deliveries"] for each in shown["files"] if each["file"].startswith(RESERVATIONS)}
    for name, deliveries in files.items():
        check(f"{name} の利用側", sorted(one["recipient"].upper() for one in deliveries), sorted(_offices()))
        check(f"{name} の提供の状態", {one["state"] for one in deliveries}, {"OFFERED"})
    check("転入予約の提供", bool(files), right=True)


def _show_categories(move: Move, title: str, right: tuple[str | None, str | None]) -> None:
    names = {code: entry.name for code, entry in catalogue().categories.items()}
    lines = []
    homes: tuple[tuple[Side, Home], tuple[Side, Home]] = ((move.left, YOKOHAMA), (move.joined, CHIYODA))
    for (side, home), wanted in zip(homes, right, strict=True):
        found = side.categories(home.numbers())
        check(f"{side.municipality} の住民区分", found, [wanted] * len(FAMILY))
        lines.append((side.municipality, names[wanted] if wanted else "（記録なし）", len(found)))
    print_table(f"家族の住民区分：{title}", ("市区町村", "住民区分", "人数"), lines)
