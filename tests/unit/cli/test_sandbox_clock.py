"""`kyotsu sandbox clock` on folders of sandboxes that run."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from infra.sandbox.clock import FILE, read
from kyotsu_cli.failure import CommandError
from kyotsu_cli.main import command_line

CODES = ("131016", "141003")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    for code in CODES:
        (tmp_path / code).mkdir()
        (tmp_path / code / "endpoints.json").write_text("{}", "utf-8")
    (tmp_path / "town").mkdir()
    return tmp_path


def run(state: Path, *options: str) -> Any:
    return CliRunner().invoke(command_line(), ["sandbox", "clock", "--state-dir", str(state), *options])


def test_moves_every_municipality_of_the_folder_and_back(state: Path) -> None:
    assert "70日進んでいます。" in run(state, "--forward", "70d").output
    assert [read(state / code / FILE) for code in CODES] == [timedelta(days=70)] * 2
    assert not (state / "town" / FILE).exists()
    assert "70日1時間30分進んでいます。" in run(state, "--forward", "90m").output
    shown = [json.loads(line) for line in run(state, "--json").output.splitlines()]
    assert shown == [{"municipality": code, "ahead_seconds": 70 * 86400 + 5400} for code in CODES]
    assert "この機械の時刻のとおりです。" in run(state, "--reset").output
    assert read(state / CODES[0] / FILE) == timedelta()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--forward", "-1d"), "70d"),
        (("--forward", "0d"), "70d"),
        (("--forward", "70"), "70d"),
        (("--forward", "99999d"), "3650 日まで"),
        (("--forward", "1d", "--reset"), "どちらか1つ"),
    ],
)
def test_refuses_in_words_and_moves_nothing(state: Path, options: tuple[str, ...], said: str) -> None:
    done = run(state, *options)
    assert isinstance(done.exception, CommandError)
    assert said in str(done.exception)
    assert read(state / CODES[0] / FILE) == timedelta()


def test_without_a_running_sandbox_there_is_no_clock(tmp_path: Path) -> None:
    assert "動いていません" in str(run(tmp_path, "--forward", "1d").exception)
