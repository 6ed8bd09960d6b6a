"""`kyotsu linkage twin` without a deployment: what it prints and how it ends (issue part 2, Version twin)."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kyotsu.catalogue.layouts import load_layout
from kyotsu.linkage import scanning
from kyotsu_cli.failure import CommandError
from kyotsu_cli.main import command_line
from tests.fakes.deployment import CATALOGUE, NUMBER, body, name, row

ROMAN = "shimei_gaikokujinromaji"


def run(path: Path, *options: str) -> Any:
    return CliRunner().invoke(command_line(), ["linkage", "twin", str(path), "--municipality", "141003", *options])


def told(path: Path, to: str = "v2") -> tuple[int, Any]:
    done = run(path, "--to", to, "--json")
    return done.exit_code, json.loads(done.stdout)


def written(folder: Path, *rows: dict[str, str], **named: Any) -> Path:
    path = folder / name(**named)
    path.write_bytes(body(rows))
    return path


def test_two_versions_of_one_layout_do_not_differ(tmp_path: Path) -> None:
    code, shown = told(written(tmp_path, row(), row(seinengappi="1990-02-30")), "v0")
    assert (code, shown["differs"], shown["layout"], shown["findings"]) == (0, False, [], [])
    assert (shown["rows"]["accepted"], shown["rows"]["refused"], shown["records"]["differing"]) == (1, 1, 0)


def test_both_windows_are_told(tmp_path: Path) -> None:
    _, shown = told(written(tmp_path, row(), version="v0"))
    assert (shown["own"]["accepted_from"], shown["own"]["accepted_until"]) == ("2025-04-01", "2026-03-31")
    assert (shown["other"]["accepted_from"], shown["other"]["accepted_until"]) == ("2027-04-01", None)


def test_layouts_that_differ_do_not_matter_to_a_file_whose_rows_do_not(tmp_path: Path) -> None:
    code, shown = told(written(tmp_path, row()))
    assert (code, shown["differs"]) == (0, False)
    assert [(one["romaji"], one["kind"]) for one in shown["layout"]] == [
        (ROMAN, "changed"),
        ("shimei_furigana_kakuninjokyo", "new"),
    ]


def test_a_row_that_would_be_refused_is_told_with_the_person_who_would_lack_it(tmp_path: Path) -> None:
    path = written(tmp_path, row(atenabango="000000000000027"), row(**{ROMAN: "ＴＡＲＯ"}))
    code, shown = told(path)
    assert (code, shown["differs"], shown["rows"]["only_own"]) == (4, True, {"rows": 1, "first_lines": [3]})
    assert [(one["romaji"], one["code"], one["own"]["rows"], one["other"]) for one in shown["findings"]] == [
        (ROMAN, "E0002", 0, {"rows": 1, "first_lines": [3]})
    ]
    assert shown["records"] == {
        "compared": True,
        "connected": False,
        "lacking": [],
        "differing": 1,
        "people": [
            {
                "addressee_number": NUMBER,
                "record_differs": True,
                "category": {"own": "1", "other": None},
                "since": {"own": "2026-04-01T09:30:00+09:00", "other": None},
            }
        ],
    }
    for done in (run(path, "--to", "v2"), run(path, "--to", "v2", "--json")):
        assert done.exit_code == 4
        assert "E0002" in done.stdout
        assert "ＴＡＲＯ" not in done.stdout
        assert "架空" not in done.stdout


def test_values_of_an_item_that_the_other_version_does_not_have_are_told(tmp_path: Path) -> None:
    columns = load_layout(CATALOGUE.root, "001o006_v2.csv").columns
    lawful = row(shimei_furigana_kakuninjokyo="1")
    path = tmp_path / name(version="v2")
    lines = [",".join(columns), ",".join(lawful.get(column, "") for column in columns)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, shown = told(path, "v1")
    assert (code, shown["dropped"]) == (4, [{"romaji": "shimei_furigana_kakuninjokyo", "rows": 1, "first_lines": [2]}])
    assert [(p["record_differs"], p["category"]) for p in shown["records"]["people"]] == [
        (True, {"own": "1", "other": "1"})
    ]
    assert "失われる" in run(path, "--to", "v1").stdout


def test_an_interface_without_applier_is_compared_row_by_row(tmp_path: Path) -> None:
    columns = load_layout(CATALOGUE.root, "001o009_v1.csv").columns
    path = tmp_path / "001o009_00_D_v1_20260401093000_000001.csv"
    path.write_text(",".join(columns) + "\n" + "," * (len(columns) - 1) + "\n", encoding="utf-8")
    code, shown = told(path, "v1")
    assert (code, shown["rows"]["refused"], shown["records"]["compared"]) == (0, 1, False)
    assert "比べていません" in run(path, "--to", "v1").stdout


@pytest.mark.parametrize(
    ("file", "options", "code", "sentence"),
    [
        (name(), ["--to", "v7"], 2, "ある版：v0、v1、v2"),
        (name(), ["--to", "v2", "--municipality", "141004"], 2, "市区町村コード"),
        (name(version="v9"), ["--to", "v2"], 4, "E1107"),
        (name(version="v2"), ["--to", "v1"], 4, "E1116"),
        ("001o006_01_D.csv", ["--to", "v2"], 4, "E1101"),
    ],
)
def test_what_can_not_be_compared_is_told(
    tmp_path: Path, file: str, options: list[str], code: int, sentence: str
) -> None:
    path = tmp_path / file
    path.write_bytes(body([row()]))
    error = run(path, *options).exception
    assert isinstance(error, CommandError)
    assert (error.code, sentence in str(error)) == (code, True), str(error)


def test_without_a_deployment_the_municipality_must_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("KYOTSU_ENDPOINTS", "KYOTSU_STAGE", "KYOTSU_MUNICIPALITY"):
        monkeypatch.delenv(variable, raising=False)
    done = CliRunner().invoke(command_line(), ["linkage", "twin", str(written(tmp_path, row())), "--to", "v2"])
    assert isinstance(done.exception, CommandError)
    assert "--municipality" in str(done.exception)


def test_memory_does_not_grow_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row is another person's, and differs."""
    monkeypatch.setattr(scanning, "CHUNK_BYTES", 60_000)
    monkeypatch.setattr(scanning, "MAX_RECORD_BYTES", 10_000)
    peaks = []
    for rows in (1_000, 4_000):
        path = tmp_path / name(sequence=rows)
        template = body([row(atenabango="9" * 15, **{ROMAN: "Ａ"})]).partition(b"\n")
        with path.open("wb") as stream:
            stream.write(template[0] + b"\n")
            stream.writelines(template[2].replace(b"9" * 15, b"%015d" % number) for number in range(1, rows + 1))
        tracemalloc.start()
        shown = told(path)[1]
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert (shown["rows"]["only_own"]["rows"], shown["records"]["differing"]) == (rows, rows)
    assert peaks[1] < 1.25 * peaks[0]
