"""Make a town, send its files in any order and with every kind of trouble, and compare the result with the truth."""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import boto3
from rich.progress import track

from kyotsu_cli.demo import erasing, moving, sandbox, truth
from kyotsu_cli.demo.numbering import Callers, flows, operated_now
from kyotsu_cli.demo.side import Side
from kyotsu_cli.demo.spoiled import Case, cases, lawful, repeated
from kyotsu_cli.deployment import ENDPOINTS, Deployment, catalogue, connect
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import console, print_table
from kyotsu_cli.registry import Registry
from kyotsu_cli.sending import Sent, answers, completeness, upload
from kyotsu_cli.showing import STATUS, counts_text
from kyotsu_cli.town import generate
from kyotsu_cli.town.support import generate_support

MUNICIPALITY, OTHER = "141003", "131016"
MOVED_OUT = "2"
Row = tuple[Case, dict[str, Any]]
STATE = Path(".sandbox") / "demo"
ANSWER_SECONDS = 90


def main() -> int:
    """Run the demo; exit 1 at the first difference from the truth."""
    parser = argparse.ArgumentParser(prog="make demo")
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    shutil.rmtree(STATE, ignore_errors=True)
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory() as folder:
            town = Path(folder) / "town"
            _step(1, f"架空の町を作ります（{given.people}人、乱数の種 {given.seed}）")
            generate(given.people, given.seed, town, municipality=MUNICIPALITY)
            numbers = [person["addressee_number"] for person in truth.read(town)]
            generate_support(numbers, town, municipality=MUNICIPALITY)
            _step(2, "合成したテンプレートから、AWSと同じ構成を手元に作ります")
            with sandbox.running(STATE, MUNICIPALITY) as endpoints:
                os.environ[ENDPOINTS] = str(endpoints)
                here = Side(endpoints)
                # The other municipality is made while this one works.
                joining = ("--secondary", "--juki-net", str(here.endpoints["juki_net_url"]))
                with sandbox.starting(STATE, OTHER, *joining) as other:
                    _run(connect(), town, Path(folder), random.Random(given.seed))  # noqa: S311 - an order, no secret
                    _move(here, Side(other()))
    except CommandError as error:
        console.print(f"[red bold]失敗：[/red bold]{error}", highlight=False)
        return Exit.FAILED
    console.print(f"[green bold]すべて正解と一致しました[/green bold]（{time.monotonic() - started:.0f}秒）")
    return Exit.OK


def _run(deployment: Deployment, town: Path, folder: Path, order: random.Random) -> None:
    people, reader = truth.read(town), deployment.residents
    full = next(town.glob("outbox/001o006-*/*_F_*.csv"))
    _step(3, "全件ファイルを送ります")
    _show_each(_send(deployment, [Case("全件", full, completeness(full), "ACCEPTED")]))
    _compare(truth.differences(people, reader, "before"))
    before = truth.categories(people, reader)
    differing = sorted(town.glob("outbox/001o006-*/*_D_*.csv"))
    files = [lawful(path) for path in differing]
    files += [repeated(path) for path in order.sample(differing, 5)]
    order.shuffle(files)
    _step(4, f"枝番01–11の差分 {len(differing)}ファイルを、順不同に、再送を交えて送ります")
    _show_branches(_send(deployment, files))
    _step(5, "困ったファイルを送ります")
    spoiled = max(differing, key=lambda path: path.stat().st_size)
    _show_each(_send(deployment, list(cases(spoiled, folder))))
    _step(6, "住民区分を、現在と過去のすべての時点で、正解と比べます")
    _compare(truth.differences(people, reader, "after"))
    _show(people, before, truth.categories(people, reader))
    _step(7, "支援措置対象者情報を順不同に送り、誰の住所を示さないかを、正解と比べます")
    paths = sorted(town.glob("outbox/001o009-00/*.csv"))
    support = [
        Case(f"支援措置 {path.stem[11:12]}{path.stem[-1:]}", path, completeness(path), "ACCEPTED") for path in paths
    ]
    support.append(repeated(paths[1]))
    order.shuffle(support)
    _show_each(_send(deployment, support))
    _compare(truth.protection_differences(people, town, deployment.shown))
    _step(8, "住登外者宛名番号と団体内統合宛名番号を、連携システムのトークンとAPIで扱います")
    _number(deployment, next(p["addressee_number"] for p in people if p["category"] == MOVED_OUT))


def _move(here: Side, other: Side) -> None:
    _step(9, f"{here.municipality} から {other.municipality} へ、家族が引っ越します（引越しOSS）")
    moving.family_settles(here)
    move = moving.planned(here, other, STATE / "forms")
    moving.file(move)
    moving.send(move)
    moving.register(move)
    _step(10, "時計を進め、届出・転出証明書情報・転入届が残っていないことを確かめます")
    erasing.prove(move, STATE)


def _number(deployment: Deployment, moved_out: str) -> None:
    categories = Registry(deployment).categories

    def category(number: str) -> str | None:
        return next(iter(categories.categories([number]))).shown.category

    callers = Callers(deployment.outputs["NumberingApiUrl"], deployment.municipality, operated_now())
    print_table("業務フロー（共通機能標準仕様書2.1）", ("節", "流れ", "結果"), flows(callers, moved_out, category))


def _send(deployment: Deployment, files: list[Case]) -> list[Row]:
    """Send files, and hold each answer against what its case expects."""
    client = boto3.client("s3")
    bucket = deployment.bucket("001")
    sent: dict[Sent, Case] = {}
    for case in track(files, "送信中", console=console, transient=True):
        sent[upload(client, bucket, case.path, case.metadata, lambda _: None)] = case
    rows: list[Row] = []
    # Of two versions of one key only the last one's answer stays beside it.
    latest = {file.ref.key: file for file in sent}
    waiting = answers(client, list(latest.values()), ANSWER_SECONDS)
    for file, answer in track(waiting, "回答待ち", total=len(latest), console=console, transient=True):
        rows.append(_checked(sent[file], answer))
    return rows


def _checked(case: Case, answer: dict[str, Any] | None) -> Row:
    if answer is None:
        raise CommandError(f"{case.path.name} に回答がありません。")
    code = answer["reason"]["code"] if answer["reason"] else None
    if (answer["status"], code) != (case.status, case.code):
        raise CommandError(f"{case.path.name}（{case.title}）の回答が想定と違います：{json.dumps(answer)}")
    return case, answer


def _show_each(rows: list[Row]) -> None:
    """Show every file with its outcome."""
    lines = [(case.title, STATUS[answer["status"]], _detail(answer)) for case, answer in rows]
    print_table("回答", ("内容", "結果", "件数・理由"), sorted(lines))


def _show_branches(rows: list[Row]) -> None:
    """Show the files of a branch in one line: there are many, and all went well."""
    branches: dict[str, list[dict[str, Any]]] = {}
    for _, answer in rows:
        branches.setdefault(answer["branch"], []).append(answer)
    lines = []
    for branch, found in sorted(branches.items()):
        counts = sum((Counter(answer["counts"]) for answer in found), Counter[str]())
        name = catalogue().interfaces["001o006"].branch(branch)
        lines.append((branch, name.name if name else "", len(found), counts_text(counts)))
    print_table("枝番ごとの回答（すべて受付）", ("枝番", "異動", "ファイル", "件数"), lines)


def _detail(answer: dict[str, Any]) -> str:
    reason = answer["reason"]
    return f"{reason['code']} {reason['message']}" if reason else counts_text(answer["counts"])


def _compare(found: Any) -> None:
    wrong = list(found)
    if wrong:
        raise CommandError(f"正解と {len(wrong)} 件異なります。\n" + "\n".join(wrong[:20]))
    console.print("[green]正解と一致[/green]")


def _show(people: list[dict[str, Any]], before: Counter[str | None], after: Counter[str | None]) -> None:
    names: dict[str | None, str] = {code: entry.name for code, entry in catalogue().categories.items()}
    names[None] = "（なし）"
    rows = [(name, before[code], after[code]) for code, name in names.items() if before[code] or after[code]]
    print_table(f"住民区分（{len(people)}人）", ("住民区分", "全件のあと", "差分のあと"), rows)
    changed = [p for p in people if p["before"]["category"] != p["category"]]
    examples = [
        (p["addressee_number"], names[p["before"]["category"]], names[p["category"]], p["since"]) for p in changed[:8]
    ]
    title = f"住民区分が変わった人（{len(changed)}人のうち{len(examples)}人）"
    print_table(title, ("宛名番号", "前", "後", "いつから"), examples)


def _step(number: int, text: str) -> None:
    console.print(f"\n[bold]{number}. {text}[/bold]", highlight=False)


if __name__ == "__main__":
    sys.exit(main())
