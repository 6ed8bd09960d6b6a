"""`kyotsu candidates evaluate`: files in, one line of candidates per query out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kyotsu_cli.commands import candidates
from kyotsu_cli.failure import CommandError, Exit

DATA = Path(__file__).parents[2] / "data/candidates"


def run(tmp_path: Path, queries: Path, *more: str) -> tuple[str, Path]:
    out = tmp_path / "out.jsonl"
    arguments = [
        "evaluate",
        "--persons",
        str(DATA / "persons.jsonl"),
        "--queries",
        str(queries),
        "--out",
        str(out),
        *more,
    ]
    done = CliRunner().invoke(candidates.app, arguments, catch_exceptions=False)
    return done.output, out


def test_one_line_per_query_best_first(tmp_path: Path) -> None:
    queries = tmp_path / "queries.jsonl"
    queries.write_text("".join((DATA / "queries.jsonl").open().readlines()[:20]))
    output, out = run(tmp_path, queries, "--json")
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["qid"] for line in lines] == [json.loads(line)["qid"] for line in queries.read_text().splitlines()]
    for line in lines:
        assert set(line) == {"qid", "candidates"}
        scores = [candidate["score"] for candidate in line["candidates"]]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)
    done = json.loads(output)
    assert (done["persons"], done["queries"]) == (3063, 20)
    assert not list(tmp_path.glob("*.partial"))


def test_a_line_that_is_none_is_named(tmp_path: Path) -> None:
    queries = tmp_path / "queries.jsonl"
    queries.write_text('{"qid": "1"}\n{"qid": 2}\n')
    with pytest.raises(CommandError, match="2行目") as failed:
        run(tmp_path, queries)
    assert failed.value.code is Exit.USAGE
    assert not (tmp_path / "out.jsonl").exists()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="がありません"):
        run(tmp_path, tmp_path / "none.jsonl")


def test_a_folder_to_write_to_that_is_not_there_is_told(tmp_path: Path) -> None:
    arguments = ["--persons", str(DATA / "persons.jsonl"), "--queries", str(DATA / "queries.jsonl")]
    for out in (tmp_path / "none" / "out.jsonl", tmp_path):
        with pytest.raises(CommandError, match="書けません") as failed:
            CliRunner().invoke(candidates.app, ["evaluate", *arguments, "--out", str(out)], catch_exceptions=False)
        assert failed.value.code is Exit.USAGE


def test_files_of_other_systems_are_read(tmp_path: Path) -> None:
    persons, queries, out = (tmp_path / name for name in ("persons.jsonl", "queries.jsonl", "out.jsonl"))
    known = (
        '{"id": "1", "name": "佐藤　花子", "kana": null, "birth": null, "sex": 2, "prev_names": null, "x": [1]}',
        "",
        '{"id": "2", "name": null, "kana": "スズキ　ハジメ", "birth": "", "prev_addresses": [{"address": null}]}',
    )
    wanted = (
        '{"qid": "a", "name": "佐藤花子", "kana": null, "birth": "", "sex": null}',
        '{"qid": "b", "kana": "すずき はじめ", "name": null, "address": null, "more": {}}',
    )
    persons.write_text("\r\n".join(known), encoding="utf-8-sig", newline="")
    queries.write_text("\r\n".join(wanted), encoding="utf-8-sig", newline="")
    arguments = ["evaluate", "--persons", str(persons), "--queries", str(queries), "--out", str(out)]
    CliRunner().invoke(candidates.app, arguments, catch_exceptions=False)
    found = {line["qid"]: line["candidates"] for line in map(json.loads, out.read_text().splitlines())}
    assert {qid: [candidate["id"] for candidate in ranked] for qid, ranked in found.items()} == {"a": ["1"], "b": ["2"]}


def test_a_table_names_everybody_in_the_writings_there_are() -> None:
    found = {"tokuten": 90, "atenabango": "1", "riyu": [{"code": "K01", "text": "カナ一致"}], "yokushifuragu": "0"}
    foreigner = {
        **found,
        "shimei_gaikokujinromaji": "NGUYEN THI LINH",
        "tsusho": "田中　リン",
        "juminkubun": "1",
        "nayosesakiatenabango": "2",
        "jusho": "港町",
    }
    assert candidates._row(foreigner, {"1": "住登者"}) == (
        *(90, "1", "NGUYEN THI LINH\n通称 田中　リン", None, None, "港町"),
        *("カナ一致（名寄せ先：2）", "住登者"),
    )
    hidden = {**found, "shimei": "見本　花子", "yokushifuragu": "1", "jusho": None}
    assert candidates._row(hidden, {})[2:6] == ("見本　花子", None, None, "（支援措置対象者）")
