"""`kyotsu integrated reserve`: numbers of a former 団体内統合宛名 system, never to be issued here."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from kyotsu.contracts.audit import Deed
from kyotsu.integrated import reserving
from kyotsu.integrated.reserving import Former, Reserved
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import connect
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import console, counted_progress, print_items, print_json, print_table
from kyotsu_cli.registry import INTEGRATED, Registry

_SHOWN = 50
"""Of each kind of finding, for people; --json has all of them."""


def reserve(
    file: Annotated[str, typer.Argument(help="1行に1つの番号（- なら標準入力）")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="点検だけを行い、何も書き込まない")] = False,
    as_json: AsJson = False,
) -> None:
    """既存システムの団体内統合宛名番号を予約し、新しい付番に使わないようにする。検査数字が合わない番号も予約する。

    中断しても、もう一度実行すれば続きを予約する。使用中の番号、番号でない行、個人番号の可能性がある行は予約せず、
    あれば終了コード4。
    """
    registry = Registry(connect())
    former = reserving.read(_lines(file), registry.ranges)
    if not former.lines:
        raise CommandError("番号がありません。1行に1つ指定してください。", Exit.USAGE)

    def told(deed: Deed, numbers: Sequence[str]) -> None:
        registry.tell("integrated reserve", numbers, deed, business=INTEGRATED)

    done = Reserved()
    with counted_progress() as shown:
        progress = shown("番号の点検" if dry_run else "番号の予約", len(former.numbers))
        for through, part in reserving.reserve(registry.integrated, former.numbers, told, writes=not dry_run):
            done = Reserved(done.free + part.free, done.before + part.before, done.used + part.used)
            progress(through)
    print_json(_json(former, done, written=not dry_run)) if as_json else _show(former, done, written=not dry_run)
    left = done.used or former.invalid or former.individual
    raise typer.Exit(Exit.NOT_ACCEPTED if left else Exit.OK)


def _lines(file: str) -> list[str]:
    """Return the lines of UTF-8 text; bytes that are not make a line that holds no number."""
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise CommandError(f"{file} を読めません（{error.strerror}）。", Exit.USAGE) from error
    return raw.decode("utf-8-sig", errors="replace").splitlines()


def _show(former: Former, done: Reserved, *, written: bool) -> None:
    counts = [
        ("予約した番号" if written else "予約する番号", done.free),
        ("予約済み", done.before),
        ("使用中（予約しない）", len(done.used)),
        ("検査数字が合わない・15桁でない（予約する）", len(former.irregular)),
        ("付番の範囲の外（予約する）", former.outside),
        ("番号でない行（予約しない）", len(former.invalid)),
        ("個人番号の可能性がある行（予約しない）", len(former.individual)),
    ]
    print_items("団体内統合宛名番号の予約", counts)
    for title, column, found in (
        ("使用中の番号", "番号", done.used),
        ("検査数字が合わない・15桁でない番号", "番号", former.irregular),
        ("番号でない行", "行", former.invalid),
        ("個人番号の可能性がある行", "行", former.individual),
    ):
        if found:
            print_table(title, (column,), [(one,) for one in found[:_SHOWN]])
        if len(found) > _SHOWN:
            console.print(f"ほか{len(found) - _SHOWN}件（--json ですべて示します）", highlight=False)


def _json(former: Former, done: Reserved, *, written: bool) -> dict[str, Any]:
    return {
        "written": written,
        "lines": former.lines,
        "numbers": len(former.numbers),
        "reserved": done.free,
        "reserved_before": done.before,
        "outside_range": former.outside,
        "used": done.used,
        "irregular": former.irregular,
        "invalid_lines": former.invalid,
        "individual_number_lines": former.individual,
    }
