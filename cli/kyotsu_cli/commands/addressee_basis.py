"""`kyotsu addressee basis`: the legal basis of keeping 支援措置 data of a 住登外者 (1.1.4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Annotated

import boto3
import typer

from kyotsu.addressees.basis import Basis, BasisKind, WithoutBasis, without_basis
from kyotsu.contracts.audit import Deed
from kyotsu.japanese.dates import JST, utc_now
from kyotsu.japanese.text import is_half_width
from kyotsu.protection.standing import is_protected
from kyotsu.residents.applier import Head
from kyotsu.residents.packing import unpack
from kyotsu.residents.stream import HEAD
from kyotsu.residents.table import ResidentTable
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import Deployment, connect
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import console, print_json, print_table
from kyotsu_cli.registry import Registry, unregistered
from kyotsu_cli.undoing import operator

app = typer.Typer(no_args_is_help=True)
_KINDS = {
    BasisKind.PURPOSE_CHANGED: "利用目的の変更",
    BasisKind.CONSENT: "本人同意",
    BasisKind.WITHDRAWN: "取消",
}
_LONGEST_DOCUMENT = 50
_PAGE = 500


@app.command("set")
def set_(
    number: Annotated[str, typer.Argument(help="宛名番号")],
    kind: Annotated[BasisKind, typer.Option(help="purpose-changed 利用目的の変更、consent 本人同意、withdrawn 取消")],
    document: Annotated[str, typer.Option(help="文書番号（個人情報を含めない。半角50文字以内）")],
    day: Annotated[str, typer.Option(help="決定・同意の日（YYYY-MM-DD）")],
) -> None:
    """根拠を記録する。前の記録は履歴に残る。支援措置の取扱いは、根拠の有無によって変わらない。"""
    _check(document, day)
    registry = Registry(connect())
    if number not in registry.standings.standings([number]):
        raise unregistered(number)
    before = registry.bases.current([number]).get(number)
    basis = Basis(
        number=number,
        revision=1 if before is None else before.revision + 1,
        kind=kind,
        document=document,
        day=day,
        operator=operator(),
        recorded_at=utc_now().astimezone(JST).isoformat(timespec="milliseconds"),
    )
    registry.tell("addressee basis set", [number], Deed.CHANGED)
    if not registry.bases.record(basis):
        raise CommandError("ほかの人が同時に記録しました。basis list で確認してください。", Exit.NOT_ACCEPTED)
    console.print(f"{number}：{_KINDS[kind]}（{document}、{day}）", highlight=False)


@app.command("list")
def list_(
    number: Annotated[str | None, typer.Argument(help="宛名番号（既定：根拠の記録がない人を示す）")] = None,
    as_json: AsJson = False,
) -> None:
    """根拠の履歴か、根拠の記録がない支援措置対象の住登外者を示す。後者がいれば終了コード4。"""
    registry = Registry(connect())
    if number is not None:
        _show_history(registry, number, as_json=as_json)
        return
    lacking = list(_lacking(registry))
    if lacking:
        registry.tell("addressee basis list", [one.number for one in lacking], Deed.READ)
    if as_json:
        for one in lacking:
            print_json({"addressee_number": one.number, "withdrawn": one.basis is not None})
    else:
        rows = [(one.number, None if one.basis is None else f"{one.basis.day} に取消") for one in lacking]
        print_table("根拠の記録がない支援措置対象の住登外者", ("宛名番号", "前の記録"), rows)
    raise typer.Exit(Exit.NOT_ACCEPTED if lacking else Exit.OK)


def _show_history(registry: Registry, number: str, *, as_json: bool) -> None:
    found = registry.bases.history(number)
    if found:  # that there is a basis tells that there is a measure
        registry.tell("addressee basis list", [number], Deed.READ)
    if as_json:
        for basis in found:
            shown = {"revision": basis.revision, "kind": str(basis.kind), "document": basis.document, "day": basis.day}
            who = {"operator": basis.operator, "recorded_at": basis.recorded_at}
            print_json({"addressee_number": number, **shown, **who})
        return
    columns = ("回", "根拠", "文書番号", "日", "記録した人", "記録日時")
    rows = [(b.revision, _KINDS[b.kind], b.document, b.day, b.operator, b.recorded_at) for b in found]
    print_table(f"宛名番号 {number} の根拠", columns, rows)


def _check(document: str, day: str) -> None:
    if not document.strip() or len(document) > _LONGEST_DOCUMENT or not is_half_width(document):
        raise CommandError(f"--document は半角{_LONGEST_DOCUMENT}文字以内で指定してください。", Exit.USAGE)
    try:
        date.fromisoformat(day)
    except ValueError:
        raise CommandError("--day は YYYY-MM-DD で指定してください。", Exit.USAGE) from None


def _lacking(registry: Registry) -> Iterator[WithoutBasis]:
    """Yield who is protected without a basis, by pages: the protected are some hundreds, the registry is not read."""
    deployment, protected = registry.deployment, _protected(registry.deployment)
    client = boto3.client("dynamodb")
    residents = ResidentTable(client, deployment.outputs["ResidentsTable"], deployment.municipality)
    while numbers := list(islice(protected, _PAGE)):
        heads, standings = residents.heads(numbers), registry.standings.many(numbers)
        yield from without_basis(numbers, heads, standings, registry.bases.current(numbers))


def _protected(deployment: Deployment) -> Iterator[str]:
    pages = (
        boto3.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=deployment.outputs["ProtectionTable"],
            FilterExpression="sk = :head AND begins_with(pk, :own)",
            ExpressionAttributeValues={":head": {"S": HEAD}, ":own": {"S": f"{deployment.municipality}#"}},
            ConsistentRead=True,
        )
    )
    for page in pages:
        for item in page["Items"]:
            number = item["pk"]["S"].partition("#")[2]
            if is_protected(Head(number, int(item["n"]["N"]), *unpack(item["b"]["B"])).entries):
                yield number
