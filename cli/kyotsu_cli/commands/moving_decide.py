"""`kyotsu moving decide|cancel`: what clerks say to a case. The same command again decides nothing twice."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from kyotsu.moving.deciding import SIGNALS, Said
from kyotsu.moving.decisions import Choice
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import connect
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.moving import Moving, numbers_of, refusals, tell
from kyotsu_cli.output import console, print_json
from kyotsu_cli.undoing import operator

_NUMBER = re.compile(r"([1-9][0-9]?)=([0-9]{15})")
_SAYS = {
    Choice.ACCEPT: "届出のとおり受理しました。別の職員が決裁してください。",
    Choice.CORRECT: "訂正した内容で受理しました。別の職員が決裁してください。",
    Choice.RETURN: "差し戻しました。申請者の状況に差戻しが示されます。",
    Choice.APPROVE: "決裁しました。転出証明書情報を送信します。",
    Choice.RELEASE: "抑止を解除しました。別の職員が決裁してください。",
}
CaseId = Annotated[str, typer.Argument(help="手続番号（kyotsu moving list で示すもの）")]


def decide(
    case_id: CaseId,
    choice: Annotated[
        str, typer.Argument(help="accept 受理、correct 訂正、return 差戻し、approve 決裁、release 抑止解除")
    ],
    file: Annotated[Path | None, typer.Argument(help="correct：訂正する内容（JSON）")] = None,
    number: Annotated[
        list[str] | None, typer.Option("--number", help="本人を確認した人の宛名番号（例：2=000000000000013）")
    ] = None,
    reason: Annotated[str, typer.Option(help="理由（手続の書類と一緒に消去される）")] = "",
    as_json: AsJson = False,
) -> None:
    """転出の手続に決定を伝える。手続がいま待っていない決定は受け付けない。

    受理・訂正・抑止解除をした職員は、同じ手続を決裁できない。同じ決定を繰り返しても、2回は決定されない。
    """
    if choice not in set(SIGNALS):
        raise CommandError(f"決定は次のいずれかです：{'、'.join(SIGNALS)}", Exit.USAGE)
    chosen = Choice(choice)
    correction = _correction(chosen, file)
    numbers = _numbers(number or [])
    deployment = connect()
    moving, by = Moving(deployment), f"operator:{operator()}"
    case = moving.case(case_id)
    tell(deployment, f"moving decide {case_id} {chosen}", {*numbers_of(case), *numbers.values()})
    with refusals():
        said = Said(choice=chosen, by=by, reason=reason, numbers=numbers, correction=correction)
        moving.deciding.decide(case_id, said)
    if as_json:
        print_json({"case_id": case_id, "choice": str(chosen)})
        return
    console.print(f"{case_id}：{_SAYS[chosen]}", highlight=False)


def cancel(
    case_id: CaseId,
    reason: Annotated[str, typer.Option(help="理由（手続の書類と一緒に消去される）")],
    as_json: AsJson = False,
) -> None:
    """手続を取り下げる。送信済みの転出証明書情報は、取消の電文で取り消される。転入では予約だけが取り消される。"""
    deployment = connect()
    moving = Moving(deployment)
    tell(deployment, f"moving cancel {case_id}", numbers_of(moving.case(case_id)))
    with refusals():
        moving.deciding.cancel(case_id, f"operator:{operator()}", reason)
    if as_json:
        print_json({"case_id": case_id, "choice": "cancel"})
        return
    console.print(f"{case_id}：取下げを伝えました。kyotsu moving show で結果を確認してください。", highlight=False)


def _correction(choice: Choice, file: Path | None) -> bytes:
    if (choice is Choice.CORRECT) != (file is not None):
        raise CommandError("correct には、訂正する内容のファイルが必要です（ほかの決定には不要）。", Exit.USAGE)
    if file is None:
        return b""
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file} を読めません：{error.strerror}", Exit.USAGE) from error


def _numbers(given: list[str]) -> dict[int, str]:
    found = [_NUMBER.fullmatch(each) for each in given]
    numbers = {int(each[1]): each[2] for each in found if each}
    if len(numbers) < len(given):
        raise CommandError("--number は、番号=宛名番号（15桁）を1人に1つ指定してください。", Exit.USAGE)
    return numbers
