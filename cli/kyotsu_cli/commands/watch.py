"""`kyotsu linkage gaps|sweep`: which 連番 are missing, and having lost files found at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

import boto3
import typer

from kyotsu.linkage.continuity import Numbering
from kyotsu.linkage.sequences import Span, missing, without
from kyotsu.linkage.watch_table import WatchTable
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import connect
from kyotsu_cli.failure import CommandError
from kyotsu_cli.output import console, print_json, print_table

TOLD, WAITING = "reported", "waiting"
WORDS = {TOLD: "通知済み", WAITING: "待機中"}


def gaps(as_json: AsJson = False) -> None:
    """届いていない連番を一覧する（待機中：決めた時間がまだ過ぎていない）。"""
    deployment = connect()
    table = WatchTable(deployment.outputs["LinkageTable"], deployment.municipality)
    found = [gap for numbering in table.numberings() for gap in _gaps(numbering)]
    if as_json:
        for gap in found:
            print_json(gap)
        return
    rows = [
        (g["provider"], f"{g['interface']}-{g['branch']}", "、".join(g["numbers"]), WORDS[g["state"]]) for g in found
    ]
    print_table("届いていない連番", ("提供側", "連携ID-枝番", "連番", "状態"), rows)


def sweep(
    now: Annotated[bool, typer.Option("--now", help="置かれたばかりのファイルも、受付がなければ受信に回す")] = False,
    as_json: AsJson = False,
) -> None:
    """受付のないファイルと回答の終わらないファイルを探し、受信に回す（定期実行と同じ処理）。"""
    function = connect().outputs["SweepOutboxFunction"]
    payload = json.dumps({"now": now}).encode()
    response = boto3.client("lambda").invoke(FunctionName=function, Payload=payload)
    answer = json.loads(response["Payload"].read())
    if response.get("FunctionError"):
        raise CommandError("見回りの関数が異常終了しました。ログの sweep.failed を確認してください。")
    if as_json:
        print_json(answer)
        return
    console.print(
        f"{answer['listed']}件を確認し、受付のない{answer['lost']}件と回答の終わらない{answer['again']}件を"
        "受信に回しました。"
    )


def _gaps(numbering: Numbering) -> Iterator[dict[str, Any]]:
    here = [Span(run.first, run.last) for run in numbering.runs]
    told = without(numbering.told, here)
    waiting = without(missing(numbering.runs, from_one=False, until=float("inf")), told)
    for state, spans in ((TOLD, told), (WAITING, waiting)):
        if spans:
            yield {
                "provider": numbering.provider,
                "interface": numbering.interface,
                "branch": numbering.branch,
                "state": state,
                "numbers": [str(span) for span in spans],
            }
