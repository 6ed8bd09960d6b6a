"""What a migration found and did: a report in a file and a summary. Both hold numbers, and nothing of people."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from kyotsu.addressees.migrating import Fate
from kyotsu.addressees.migration_survey import LEVELS, Survey
from kyotsu.addressees.standing import system_of
from kyotsu.contracts.outcomes import by_code
from kyotsu.wiring.migration_files import MigrationFile
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import console, print_items, print_table

FORMATS = (".csv", ".json")
COLUMNS = ("atenabango", "file", "line", "system", "result", "code", "level", "item", "message")
_RESULTS = {
    Fate.REGISTERS: "登録",
    Fate.JOINS: "利用の追加",
    Fate.STAYS: "登録済み",
    Fate.RESERVES: "番号の予約のみ",
    Fate.EXCLUDED: "移行しない（重複）",
}
_INVALID = "移行しない（誤り）"


def check_format(report: Path | None) -> None:
    """Raise CommandError for a report whose name does not tell CSV or JSON."""
    if report is not None and report.suffix.lower() not in FORMATS:
        raise CommandError(f"{report.name}：報告書の名前は .csv か .json で終わるものにしてください。", Exit.USAGE)


def summary(survey: Survey, files: Sequence[MigrationFile], *, written: bool) -> dict[str, Any]:
    """Return what is printed with --json."""
    codes = survey.codes()
    return {
        "written": written,
        "blocked": blocked(survey) > 0,
        "files": [{"name": file.path.name, "rows": file.scan.rows, "sha256": file.scan.sha256} for file in files],
        "rows": survey.counts(),
        "links": survey.links_to_make(),
        "codes": {code: {"rows": count, "level": LEVELS[code]} for code, count in codes.items()},
    }


def blocked(survey: Survey) -> int:
    """Return how many rows have a number of different people."""
    return survey.counts()[Fate.EXCLUDED]


def errors(survey: Survey) -> int:
    """Return how many codes tell of rows that were not, or not wholly, taken over."""
    return sum(LEVELS[code] == "error" for code in survey.codes())


def write_report(survey: Survey, files: Sequence[MigrationFile], path: Path, found: Mapping[str, Any]) -> None:
    """Write every line that is told; memory does not grow with them. A report that is there is replaced whole."""
    with _replacing(path) as stream:
        rows = _rows(survey, files)
        if path.suffix.lower() == ".csv":
            writer = csv.DictWriter(stream, COLUMNS, lineterminator="\r\n")
            writer.writeheader()
            writer.writerows(rows)
            return
        stream.write(json.dumps(found, ensure_ascii=False)[:-1] + ', "findings": [')
        for place, row in enumerate(rows):
            stream.write((",\n" if place else "\n") + json.dumps(row, ensure_ascii=False))
        stream.write("\n]}\n")


def show(found: Mapping[str, Any]) -> None:
    """Print a summary as tables."""
    print_table("ファイル", ("名前", "行数"), [(file["name"], file["rows"]) for file in found["files"]])
    rows = found["rows"]
    results: list[tuple[str, object]] = [(name, rows[fate]) for fate, name in _RESULTS.items()]
    print_items("移行した行" if found["written"] else "移行する行", [*results, (_INVALID, rows["invalid"])])
    told = [(code, counted["rows"], _template(code)) for code, counted in found["codes"].items()]
    if told:
        print_table("確認が必要な行", ("コード", "行数", "内容"), told)
    if found["links"]:
        console.print(f"名寄せ：{found['links']}件")


def _template(code: str) -> str:
    return by_code(code).message.replace("{", "〔").replace("}", "〕")


def _rows(survey: Survey, files: Sequence[MigrationFile]) -> Iterator[dict[str, object]]:
    for told in survey.told():
        yield {
            "atenabango": told.number,
            "file": files[told.place.file].path.name,
            "line": told.place.line,
            "system": "" if told.use is None else system_of(told.use),
            "result": _INVALID if told.fate is None else _RESULTS[told.fate],
            "code": told.code,
            "level": LEVELS[told.code],
            "item": told.item,
            "message": told.message,
        }


@contextmanager
def _replacing(path: Path) -> Iterator[IO[str]]:
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        unfinished.replace(path)
    except OSError as error:
        raise CommandError(f"報告書 {path} を書けません（{error.strerror}）。") from error
    finally:
        unfinished.unlink(missing_ok=True)
