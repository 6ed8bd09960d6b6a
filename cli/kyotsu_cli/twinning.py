"""What a version twin found, as programs and as people read it. No value of a row is in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from kyotsu.catalogue.comparing import ItemDifference
from kyotsu.catalogue.model import Version
from kyotsu.linkage.twin import Lines
from kyotsu.wiring.twin import Twinned
from kyotsu_cli.output import console, print_items, print_table

_KINDS = {"new": "追加", "gone": "廃止", "changed": "変更"}
_ASPECTS = {
    "name": "名称",
    "type": "型",
    "length": "桁数",
    "presence": "要否",
    "key": "キー項目",
    "codes": "コード",
    "position": "項番",
}
_VALUES = {
    "type": {"X": "X（半角）", "N": "N（全角）", "9": "9（半角数字）"},
    "presence": {"required": "必須", "conditional": "条件付き", "optional": "任意"},
    "key": {"1": "である", "": "でない"},
    "codes": {"": "なし"},
}
_MODES = {"F": "全件", "D": "差分"}


def as_shown(
    name: str, found: Twinned, people: Sequence[Mapping[str, Any]], total: int, today: date, *, connected: bool
) -> dict[str, Any]:
    """Return all that is printed; `own` is the version of the file's name, `other` the one it was held against."""
    pair, tally = found.pair, found.tally
    return {
        "file": name,
        "interface": pair.interface.id,
        "branch": pair.branch.id,
        "mode": pair.mode.value,
        "own": _version(pair.own, today),
        "other": _version(pair.other, today),
        "differs": bool(tally.differs or total or found.unmade),
        "layout": [_item(item) for item in found.layout],
        "rows": {
            "read": tally.read,
            "accepted": tally.accepted,
            "only_own": _lines(tally.only_own),
            "only_other": _lines(tally.only_other),
            "refused": tally.refused,
            "malformed": _lines(tally.malformed),
        },
        "findings": list(_findings(found)),
        "dropped": [{"romaji": item, **_lines(lines)} for item, lines in tally.dropped.items()],
        "records": {
            "compared": found.stores is not None,
            "connected": connected,
            "lacking": list(found.unmade),
            "differing": total,
            "people": list(people),
        },
    }


def show_twin(shown: Mapping[str, Any]) -> None:
    """Print what was found as tables."""
    own, other = shown["own"]["version"], shown["other"]["version"]
    _show_rows(shown, own, other)
    _show_table("レイアウトの違い", ("項目", "項目名", "違い", own, other), [_item_row(i) for i in shown["layout"]])
    if shown["dropped"]:
        dropped = [(one["romaji"], _lines_text(one)) for one in shown["dropped"]]
        print_table(f"{other} にない項目に値がある行（値は失われる）", ("項目名", "行"), dropped)
    findings = [
        (one["item"], one["code"], one["message"], _lines_text(one["own"]), _lines_text(one["other"]))
        for one in shown["findings"]
    ]
    _show_table("行の結果の違い", ("項目", "コード", "内容", f"{own} だけ", f"{other} だけ"), findings)
    _show_people(shown["records"], own, other)
    told = "違いがあります。" if shown["differs"] else "このファイルの行・記録・住民区分に違いはありません。"
    console.print(f"{told}送信はしていません。記録・回答は変わっていません。")


def _show_rows(shown: Mapping[str, Any], own: str, other: str) -> None:
    rows = shown["rows"]
    items: list[tuple[str, object]] = [
        ("ファイル", shown["file"]),
        ("連携ID-枝番", f"{shown['interface']}-{shown['branch']}（{_MODES[shown['mode']]}）"),
        (f"{own}（ファイルの版）", _window(shown["own"])),
        (f"{other}（比べる版）", _window(shown["other"])),
        ("読込", f"{rows['read']}行"),
        ("両方で受付", f"{rows['accepted']}行"),
        (f"{own} だけで受付", _lines_text(rows["only_own"])),
        (f"{other} だけで受付", _lines_text(rows["only_other"])),
        ("両方で誤り", f"{rows['refused']}行"),
    ]
    if rows["malformed"]["rows"]:
        items.append((f"列の数が {own} と合わず比べられない行", _lines_text(rows["malformed"])))
    print_items("版の比較", items)


def _show_people(records: Mapping[str, Any], own: str, other: str) -> None:
    if records["lacking"]:
        console.print(f"どちらかの版に {'、'.join(records['lacking'])} がないため、記録は作れません。", highlight=False)
    elif not records["compared"]:
        console.print("住基情報ではないため、記録・住民区分は比べていません。")
    else:
        columns = ("宛名番号", "記録", f"住民区分 {own}", f"いつから {own}", f"住民区分 {other}", f"いつから {other}")
        rows = [
            (
                person["addressee_number"],
                "異なる" if person["record_differs"] else "同じ",
                *(person[name][side] for side in ("own", "other") for name in ("category", "since")),
            )
            for person in records["people"]
        ]
        title = "記録か住民区分が異なる人"
        _show_table(f"{title}（{records['differing']}人）" if records["differing"] else title, columns, rows)
        if records["differing"] > len(rows):
            console.print(f"ほか {records['differing'] - len(rows)} 人。--limit で増やせます。")
        if not records["connected"]:
            console.print("接続していないため、全員を記録のない人として比べました。")


def _show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    if rows:
        print_table(title, columns, rows)
    else:
        console.print(f"{title}：なし")


def _version(version: Version, today: date) -> dict[str, Any]:
    until = version.accepted_until
    return {
        "version": version.id,
        "accepted_from": version.accepted_from.isoformat(),
        "accepted_until": until.isoformat() if until else None,
        "accepted_today": version.accepts(today),
    }


def _window(version: Mapping[str, Any]) -> str:
    today = "今日は受け付けている" if version["accepted_today"] else "今日は受け付けていない"
    return f"受付期間 {version['accepted_from']}～{version['accepted_until'] or ''}（{today}）"


def _lines(lines: Lines) -> dict[str, Any]:
    return {"rows": lines.rows, "first_lines": lines.first}


def _lines_text(lines: Mapping[str, Any]) -> str:
    if not lines["rows"]:
        return "0行"
    more = "…" if lines["rows"] > len(lines["first_lines"]) else ""
    return f"{lines['rows']}行（行番号 {'、'.join(map(str, lines['first_lines']))}{more}）"


def _findings(found: Twinned) -> Iterator[dict[str, Any]]:
    places = {romaji: place for place, romaji in enumerate(found.columns)}
    # In the order of the file; items that only the other version has come last.
    ordered = sorted(found.tally.findings.items(), key=lambda one: (places.get(one[0][0], len(places)), *one[0]))
    for (romaji, code), one in ordered:
        yield {
            "item": one.item,
            "romaji": romaji,
            "code": code,
            "level": str(one.outcome.level),
            "message": one.message,
            "own": _lines(one.own),
            "other": _lines(one.other),
        }


def _item(item: ItemDifference) -> dict[str, Any]:
    aspects = {name: {"own": own, "other": other} for name, (own, other) in item.aspects.items()}
    return {"romaji": item.romaji, "item": item.name, "kind": item.kind, "aspects": aspects}


def _item_row(item: Mapping[str, Any]) -> tuple[str, ...]:
    told = (_aspects_text(item["aspects"], side) for side in ("own", "other"))
    return (item["item"], item["romaji"], _KINDS[item["kind"]], *told)


def _aspects_text(aspects: Mapping[str, Mapping[str, str | None]], side: str) -> str:
    told = ((name, sides[side]) for name, sides in aspects.items())
    return "、".join(f"{_ASPECTS[n]} {_VALUES.get(n, {}).get(v, v)}" for n, v in told if v is not None) or "－"
