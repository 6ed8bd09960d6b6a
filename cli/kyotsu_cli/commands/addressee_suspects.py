"""`kyotsu addressee suspects`: what a clerk must look at, and how it was settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple

import typer

from kyotsu.addressees.clerks_list import Entry, Kind, Settlement, Verdict, numbers_of, still_open
from kyotsu.addressees.doubles_view import WRITTEN_ALIKE, Pairs, ShownPair, is_withheld, pairs_of, shown_pair
from kyotsu.addressees.standing import Standing
from kyotsu.contracts import protection
from kyotsu.contracts.audit import Deed
from kyotsu.contracts.outcomes import by_code
from kyotsu.japanese.dates import JST, utc_now
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import connect
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import console, notices, print_json, print_table
from kyotsu_cli.registry import Registry
from kyotsu_cli.undoing import operator

app = typer.Typer(no_args_is_help=True)
_KINDS = {
    Kind.REPEAT: "再送の疑い",
    Kind.DOUBLE: "二重登録の疑い",
    Kind.PROBABLE: "同じ人の可能性",
    Kind.REMARK: "付番時の注意",
}
_VERDICTS = {Verdict.SAME: "同じ人", Verdict.DIFFERENT: "別の人", Verdict.CHECKED: "確認済み"}


class _Shown(NamedTuple):
    entry: Entry
    how: Settlement | None
    pair: ShownPair


@app.command("list")
def list_(
    settled: Annotated[bool, typer.Option("--settled", help="確認済みのものを示す（既定：未確認）")] = False,
    as_json: AsJson = False,
) -> None:
    """確認が必要なものを示す。名寄せ・削除されたものは除く。氏名・住所は含まない。

    「同じ人の可能性」は得点の高い順。支援措置対象者の組は、住所の一致・不一致を示さず、得点にも含めない。
    """
    registry = Registry(connect())
    judged = list(registry.clerks.settled())
    found: list[tuple[Entry, Settlement | None]] = [(entry, None) for entry in registry.clerks.open()]
    # Who is written alike is not listed as a probable pair beside that, also once a clerk has judged it.
    alike = pairs_of([entry for entry, _ in ([] if settled else found) + judged], WRITTEN_ALIKE)
    if settled:
        found = list(judged)
    standings = registry.standings.many(sorted(numbers_of([entry for entry, _ in found])))
    if not settled:
        found = [(entry, None) for entry in still_open([entry for entry, _ in found], standings)]
    shown, hidden = _shown(registry, found, standings, alike)
    pairs = sorted({number for one in shown if one.entry.kind is Kind.PROBABLE for number in one.entry.numbers})
    if pairs:
        registry.tell("addressee suspects list", pairs, Deed.READ)
    if as_json:
        for one in shown:
            print_json(_json(one))
    else:
        _print(shown, settled=settled)
    if hidden:
        notices.print(f"支援措置対象者の組のうち、住所を使わなければ分からない{hidden}件は示していません。")


def _shown(
    registry: Registry,
    found: Sequence[tuple[Entry, Settlement | None]],
    standings: Mapping[str, Standing],
    alike: Pairs,
) -> tuple[list[_Shown], int]:
    """Return what may be shown, and how many pairs of protected people may not. Who is protected is asked last; of whom
    nobody can tell now, as little is shown."""
    pairs = sorted({number for entry, _ in found if entry.kind is not Kind.REMARK for number in entry.numbers})
    verdicts = registry.deployment.protection.decide(pairs, registry.reader) if pairs else {}
    protected = {number for number in pairs if verdicts.get(number) is not protection.Verdict.OPEN}
    shown = [
        _Shown(entry, how, pair)
        for entry, how in found
        if (pair := shown_pair(entry, protected=protected, standings=standings, alike=alike)) is not None
    ]
    told, instead = {one.entry.entry_id for one in shown}, pairs_of([one.entry for one in shown], {Kind.PROBABLE})
    hidden = [
        entry
        for entry, _ in found
        if is_withheld(entry, protected)
        and entry.entry_id not in told
        and not (entry.kind in WRITTEN_ALIKE and frozenset(entry.numbers) in instead)
    ]
    return sorted(shown, key=lambda one: -1 if one.pair.points is None else one.pair.points, reverse=True), len(hidden)


def _print(shown: Sequence[_Shown], *, settled: bool) -> None:
    columns = ("番号", "種類", "宛名番号", "業務", "得点", "結果" if settled else "内容")
    rows = [
        (
            one.entry.entry_id,
            _KINDS[one.entry.kind],
            "\n".join(_numbers(one.entry)),
            "、".join(one.entry.systems),
            one.pair.points,
            _told(one) if one.how is None else f"{_VERDICTS[one.how.verdict]}（{one.how.operator}）",
        )
        for one in shown
    ]
    print_table("確認済み" if settled else "未確認", columns, rows)


def _numbers(entry: Entry) -> list[str]:
    return [f"{number}（住民）" if number in entry.residents else number for number in entry.numbers]


@app.command()
def settle(
    entry_id: Annotated[str, typer.Argument(metavar="ENTRY", help="一覧の番号")],
    verdict: Annotated[Verdict, typer.Option(help="same 同じ人、different 別の人、checked 確認済み（注意のみ）")],
) -> None:
    """確認した結果を記録する。番号の名寄せ・削除はしない（名寄せは kyotsu addressee link）。

    「同じ人の可能性」は、別の人と記録しても、どちらかの氏名・生年月日・性別・住所が変わると再び載ることがある。
    """
    registry = Registry(connect())
    entry = next((one for one in registry.clerks.open() if one.entry_id == entry_id), None)
    if entry is None:
        raise CommandError(f"未確認の {entry_id} はありません。suspects list で確認してください。", Exit.NOT_FOUND)
    if (verdict is Verdict.CHECKED) != (entry.kind is Kind.REMARK):
        raise CommandError("--verdict は、注意には checked、疑いには same か different です。", Exit.USAGE)
    registry.tell("addressee suspects settle", list(entry.numbers), Deed.CHANGED)
    at = utc_now().astimezone(JST).isoformat(timespec="milliseconds")
    if not registry.clerks.settle(entry_id, Settlement(verdict=verdict, operator=operator(), settled_at=at)):
        raise CommandError(f"{entry_id} は、ほかの人が確認済みにしました。", Exit.NOT_ACCEPTED)
    for other in list(registry.clerks.open()):
        # One question, whatever it is listed as: written alike, and probably the same.
        kinds = {entry.kind in WRITTEN_ALIKE, other.kind in WRITTEN_ALIKE}
        if len(kinds) > 1 and other.kind is not Kind.REMARK and set(other.numbers) == set(entry.numbers):
            registry.clerks.settle(other.entry_id, Settlement(verdict=verdict, operator=operator(), settled_at=at))
    console.print(f"{entry_id}：{_VERDICTS[verdict]}", highlight=False)


def text_of(code: str) -> str:
    """Return what a reason says."""
    # Only who sees reasons pays for rapidfuzz.
    from kyotsu.addressees.candidates.reasons import Reason

    return Reason(code).text


def _told(one: _Shown) -> str | None:
    why = [text_of(code) for code in one.pair.reasons]
    if one.pair.withheld:
        why.append("支援措置対象者（住所を除く）")
    return "\n".join([*(f"{code} {by_code(code).message}" for code in one.entry.codes), "、".join(why)]).strip() or None


def _json(one: _Shown) -> dict[str, object]:
    entry, pair = one.entry, one.pair
    shown: dict[str, object] = {
        "entry_id": entry.entry_id,
        "kind": str(entry.kind),
        "addressee_numbers": list(entry.numbers),
        "systems": list(entry.systems),
        "noticed_at": entry.noticed_at,
        "codes": list(entry.codes),
    }
    if entry.kind is Kind.PROBABLE:
        reasons = [{"code": code, "text": text_of(code)} for code in pair.reasons]
        shown |= {"residents": list(entry.residents), "points": pair.points, "reasons": reasons}
        shown["withheld"] = pair.withheld
    if one.how is not None:
        shown["settled"] = {"verdict": str(one.how.verdict), "operator": one.how.operator, "at": one.how.settled_at}
    return shown
