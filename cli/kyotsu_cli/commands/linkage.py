"""`kyotsu linkage`: try files before they are sent, and take back what a file brought."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from kyotsu.linkage.undos import UndoRefusedError
from kyotsu.residents.trial import CategoryChange
from kyotsu.wiring.trial import LocalFile, Previewed, previewed
from kyotsu.wiring.undoing import undo_tried
from kyotsu_cli.commands import twin, watch
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import Deployment, connect
from kyotsu_cli.failure import Exit
from kyotsu_cli.output import bytes_progress, console, notices, print_items, print_json, print_table
from kyotsu_cli.sending import completeness, object_key
from kyotsu_cli.showing import show_answer, show_undo, undo_items
from kyotsu_cli.undoing import operator, refused, take_back

app = typer.Typer(no_args_is_help=True)
app.command("twin")(twin.twin)
app.command("gaps")(watch.gaps)
app.command("sweep")(watch.sweep)
Change = dict[str, str | None]
ACCEPTED = ("ACCEPTED", "DUPLICATE")
Limit = Annotated[int, typer.Option(min=0, help="一覧に示す最大件数（件数そのものは常に正確）")]
System = Annotated[str | None, typer.Option(help="提供側の業務ID（既定：連携IDの先頭3桁）")]


@app.command()
def preview(
    file: Annotated[Path, typer.Argument(help="送信前のファイル", exists=True, dir_okay=False)],
    system: System = None,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """送信した場合の回答と、住民区分が変わる人を示す。何も書き込まない。受付・重複以外となる場合は終了コード4。"""
    deployment = connect()
    with (
        bytes_progress(file.name, file.stat().st_size) as progress,
        previewed(_local(deployment, file, system), deployment.admission, deployment.source, progress) as found,
    ):
        changes = [_change(change) for change in islice(found.category_changes(), limit)]
        total = sum(1 for _ in found.category_changes())
        _show_preview(found, changes, total, limit, as_json=as_json)
        accepted = str(found.receipt.status) in ACCEPTED
    raise typer.Exit(Exit.OK if accepted else Exit.NOT_ACCEPTED)


@app.command()
def undo(
    receipt_id: Annotated[str, typer.Argument(help="取り消すファイルの受付番号")],
    reason: Annotated[str, typer.Option(help="取消の理由（回答に残る）")] = "",
    by: Annotated[str | None, typer.Option(help="取り消した人（既定：実行者のARN）")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="取り消さず、取り消した場合の結果を示す")] = False,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """1つのファイルが取り込んだ履歴を取り消す。取り消し済みなら、その回答を示す。"""
    deployment = connect()
    if dry_run:
        _try_undo(deployment, receipt_id, limit, as_json=as_json)
        return
    with notices.status("取り消しています…") as status:

        def progress() -> None:
            status.update(f"取り消しています…（{len(deployment.undos.steps(receipt_id))}区間まで完了）")

        function = deployment.outputs["UndoFileFunction"]
        answer = take_back(function, receipt_id, by or operator(), reason, progress)
    if as_json:
        print_json(answer)
    else:
        show_undo(answer)


def _try_undo(deployment: Deployment, receipt_id: str, limit: int, *, as_json: bool) -> None:
    receipt = deployment.receipts.find(receipt_id)
    size = receipt.scan.chunks[-1].end if receipt and receipt.scan and receipt.scan.chunks else None
    try:
        with (
            bytes_progress(receipt_id, size) as progress,
            undo_tried(
                receipt_id, deployment.admission, deployment.source, deployment.objects, deployment.undos, progress
            ) as tried,
        ):
            changes = [_change(change) for change in islice(tried.category_changes(), limit)]
            total = sum(1 for _ in tried.category_changes())
            undone = tried.undo
    except UndoRefusedError as error:
        raise refused(error.code, str(error)) from None
    counts = undone.counts.as_dict()
    if as_json:
        again = {"applied_again": undone.applied_again, "not_applied_again": undone.not_applied_again}
        shown = {"receipt_id": receipt_id, "counts": counts, **again}
        print_json({**shown, "category_changes": changes, "category_changes_total": total})
        return
    print_items("取り消した場合の結果", undo_items(counts, undone.applied_again, undone.not_applied_again))
    _show_changes(changes, total)
    console.print("取消はしていません。記録・回答は変わっていません。")


def _local(deployment: Deployment, file: Path, system: str | None) -> LocalFile:
    bucket = deployment.bucket(system or file.name[:3])
    return LocalFile(file, bucket, object_key(file), completeness(file))


def _change(change: CategoryChange) -> Change:
    return {
        "addressee_number": change.before.addressee_number,
        "before": change.before.category,
        "after": change.after.category,
        "since": change.after.since,
    }


def _show_preview(found: Previewed, changes: list[Change], total: int, limit: int, *, as_json: bool) -> None:
    # Nothing was received: there is no receipt, no version of an object and no answer that anybody could look for.
    nobody = {"receipt_id": None, "version_id": None, "received_at": None, "answered_at": None}
    answer, errors = {**found.receipt.answer(), **nobody}, found.problems(limit)
    if as_json:
        print_json({**answer, "errors": errors, "category_changes": changes, "category_changes_total": total})
        return
    show_answer(answer, errors, title="送信した場合の回答")
    _show_changes(changes, total)
    console.print("送信はしていません。記録・回答は変わっていません。")


def _show_changes(changes: list[Change], total: int) -> None:
    columns = ("宛名番号", "変更前", "変更後", "いつから")
    print_table(f"住民区分が変わる人（{total}人）", columns, [tuple(change.values()) for change in changes])
    if total > len(changes):
        console.print(f"ほか {total - len(changes)} 人。--limit で増やせます。")
