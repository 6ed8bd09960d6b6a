"""`kyotsu candidates`: candidate search for operators, its index, and how well it finds people."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from kyotsu.addressees.search.items import EVERYBODY
from kyotsu.japanese import dates
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import catalogue, connect
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import console, notices, print_json, print_table
from kyotsu_cli.viewing import OPERATION, Viewing

app = typer.Typer(no_args_is_help=True)
_WIDE = {0x20: 0x3000} | {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@app.command()
def evaluate(
    persons: Annotated[Path, typer.Option(help="登録されている人（1行に1人のJSON）")],
    queries: Annotated[Path, typer.Option(help="検索条件（1行に1件のJSON）")],
    out: Annotated[Path, typer.Option(help="結果を書くファイル（1行に1件のJSON）")],
    most: Annotated[int, typer.Option(min=1, help="1件あたりの候補の最大数")] = 10,
    as_json: AsJson = False,
) -> None:
    """候補者抽出を、ファイルの人と検索条件で試す。索引の表は使わず、鍵と採点は本番と同じ。"""
    # Only this command pays for rapidfuzz and the parameters.
    from kyotsu_cli import evaluating

    for path in (persons, queries):
        if not path.is_file():
            raise CommandError(f"{path} がありません。", Exit.USAGE)
    if not out.parent.is_dir() or out.is_dir():
        # Told before a search that may take minutes, not after it.
        raise CommandError(f"{out} に書けません。", Exit.USAGE)
    try:
        done = evaluating.evaluate(persons, queries, out, most)
    except evaluating.UnreadableLineError as error:
        raise CommandError(f"{error.path} の{error.line}行目を読めません。", Exit.USAGE) from error
    if as_json:
        print_json(done.summary())
    else:
        console.print(done.sentence(), highlight=False, soft_wrap=True)


@app.command()
def search(
    name: Annotated[str, typer.Option(help="氏名（通称・ローマ字・旧氏名でもよい）")] = "",
    kana: Annotated[str, typer.Option(help="氏名のフリガナ")] = "",
    birth: Annotated[str, typer.Option(help="生年月日（1980-02-29、昭和55年2月29日。不明は00）")] = "",
    sex: Annotated[str, typer.Option(help="性別（1 男、2 女）")] = "",
    address: Annotated[str, typer.Option(help="住所（どの書き方でも、旧住所でもよい）")] = "",
    target: Annotated[str, typer.Option(help="1 住登外者、2 住民も")] = "1",
    most: Annotated[int, typer.Option(min=1, max=50, help="候補者の最大数")] = 10,
    purpose: Annotated[str, typer.Option(help="利用目的（purposes.yaml の id）")] = OPERATION,
    as_json: AsJson = False,
) -> None:
    """この人ではないか、という候補者を、得点の高い順に理由とともに示す。示した人は監査証跡に残る。

    支援措置対象者は、居所が分かる項目を示さず、住所の一致・不一致も得点に含めない。他業務参照不可の記録は示さない。
    """
    # Only searches pay for rapidfuzz and the parameters.
    from kyotsu_cli import searching

    deployment = connect()
    Viewing(deployment, purpose)  # refuses a purpose that the catalogue does not know
    asked = {
        "shimei": _wide(name),
        "shimei_furigana": _wide(kana),
        "seinengappi": _birth(birth),
        "seibetsu": sex,
        "jusho": _wide(address),
        "taisho": target,
        "saidaikensu": str(most),
    }
    rows = searching.search(deployment, asked, purpose, str(uuid.uuid4()))
    if as_json:
        for row in rows:
            print_json(row)
        return
    if not rows:
        console.print("候補者は見つかりませんでした。", highlight=False)
        return
    kinds = {code: category.name for code, category in catalogue().categories.items()}
    columns = ["得点", "宛名番号", "氏名", "フリガナ", "生年月日", "住所", "理由"]
    if target == EVERYBODY:
        columns.append("住民区分")
    print_table("候補者", columns, [_row(row, kinds)[: len(columns)] for row in rows])


@app.command()
def rebuild(as_json: AsJson = False) -> None:
    """候補者検索の索引を、台帳と住民の記録から作り直す。中断しても、もう一度実行すればよい。検索は止まらない。"""
    from kyotsu_cli import searching

    sweep = searching.sweep(connect())
    sweep.begin()
    while not (swept := sweep.run(lambda: True)).finished:
        notices.print(f"続けています（{swept.looked_at:,}人）", highlight=False)
    if as_json:
        print_json({"looked_at": swept.looked_at, "repaired": swept.repaired})
    else:
        console.print(f"{swept.looked_at:,}人を確かめ、{swept.repaired:,}件を直しました。", highlight=False)


@app.command()
def check(as_json: AsJson = False) -> None:
    """候補者検索の索引が台帳・住民の記録と同じかを確かめる。直さない。違う人がいれば終了コード4。"""
    from kyotsu_cli import searching

    found = list(searching.differing(searching.sweep(connect())))
    if as_json:
        print_json({"differing": found})
    else:
        console.print("\n".join([*found, f"違う人：{len(found):,}人"]), highlight=False)
    raise typer.Exit(Exit.NOT_ACCEPTED if found else Exit.OK)


def _wide(text: str) -> str:
    """Return a text in full width, as the call has it."""
    return unicodedata.normalize("NFKC", text).translate(_WIDE)


def _birth(text: str) -> str:
    """Return a date in any usual notation as the call has it; what is none, as it is: the call says so."""
    written = dates.written_date(text)
    return f"{written[:4]}-{written[4:6]}-{written[6:]}" if written else text


_WRITTEN = (
    *(("氏名", name) for name in ("shimei", "shimei_gaikokujinkanji", "shimei_gaikokujinromaji")),
    ("通称", "tsusho"),
)


def _row(row: dict[str, Any], kinds: Mapping[str, str]) -> tuple[object, ...]:
    why = "、".join(reason["text"] for reason in row["riyu"])
    if row.get("nayosesakiatenabango"):
        why += f"（名寄せ先：{row['nayosesakiatenabango']}）"
    address = "（支援措置対象者）" if row["yokushifuragu"] == "1" else row.get("jusho")
    kind = row.get("juminkubun")
    told = (row.get("shimei_furigana"), row.get("seinengappi"), address, why, kinds.get(kind, kind) if kind else None)
    return (row["tokuten"], row["atenabango"], _name(row), *told)


def _name(row: dict[str, Any]) -> str | None:
    """Return the name in every writing that is registered: of foreigners there may be none but in Latin letters."""
    found = {row[item]: label for label, item in reversed(_WRITTEN) if row.get(item)}
    written = [name if label == "氏名" else f"{label} {name}" for name, label in reversed(found.items())]
    return "\n".join(written) or None
