"""The output folder: names, order, manifest, determinism, refusals, memory."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from kyotsu_cli.town import generate
from tests.unit.town.reading import SEED, Town

KEY = re.compile(
    r"outbox/(001o006-([0-9]{2}))/001o006_\2_(?P<mode>[FD])_v1_(?P<stamp>[0-9]{14})_(?P<number>[0-9]{6})\.csv"
)
BRANCHES = [f"{branch:02d}" for branch in range(1, 12)]


def _bytes(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_names_follow_the_key_contract_and_numbers_count_up(town: Town) -> None:
    last: dict[str, tuple[str, int]] = {}
    for key in town.files:
        match = KEY.fullmatch(key)
        assert match, key
        stamp, number = last.get(match[1], ("", 0))
        assert match["stamp"] > stamp
        assert int(match["number"]) == number + 1
        last[match[1]] = match["stamp"], number + 1


@pytest.mark.parametrize("seed", range(8))
def test_every_branch_comes_several_times_and_every_kind_appears(seed: int, tmp_path: Path, town: Town) -> None:
    summary = generate(200, seed, tmp_path / "out")
    of_branch = [file.branch for file in summary.files if file.mode == "D"]
    assert all(of_branch.count(branch) >= 2 for branch in BRANCHES)
    assert set(summary.kinds) == set(town.summary.kinds)
    assert all(file.rows for file in summary.files)


def test_full_file_has_whole_people_in_ascending_order(town: Town) -> None:
    (full,) = (rows for key, rows in town.files.items() if "_F_" in key)
    order = [(sent.row["atenabango"], sent.key) for sent in full]
    assert order == sorted(set(order))


def test_rows_are_older_than_their_file(town: Town) -> None:
    for key, rows in town.files.items():
        match = KEY.fullmatch(key)
        assert match
        for sent in rows:
            assert re.sub("[-T:]", "", sent.operated_at[:19]) < match["stamp"] < "20261101000000"
            assert (sent.operated_at < town.manifest["cut_off"]) == (match["mode"] == "F")


def test_manifest_describes_the_files(town: Town) -> None:
    on_disk = {key: content for key, content in _bytes(town.root).items() if key.startswith("outbox/")}
    assert set(on_disk) == {file["key"] for file in town.manifest["files"]}
    for file in town.manifest["files"]:
        assert file["sha256"] == hashlib.sha256(on_disk[file["key"]]).hexdigest()
        assert file["rows"] == len(town.files[file["key"]])
        assert file["bytes"] == len(on_disk[file["key"]])
    assert town.manifest["counts"]["rows"] == sum(map(len, town.files.values()))
    assert set(town.truth) == {sent.row["atenabango"] for rows in town.files.values() for sent in rows}


def test_the_same_seed_gives_the_same_bytes_in_another_process(town: Town, tmp_path: Path) -> None:
    out = tmp_path / "again"
    command = [sys.executable, "-m", "kyotsu_cli.town", "--people", "200", "--seed", str(SEED), "--out", str(out)]
    cli = Path(__file__).parents[3] / "cli"
    environment = {"PYTHONHASHSEED": "12345", "PYTHONPATH": str(cli), "PYTHONUTF8": "1"}
    subprocess.run(command, check=True, capture_output=True, env=environment)
    assert _bytes(out) == _bytes(town.root)


def test_another_seed_gives_another_town(town: Town, tmp_path: Path) -> None:
    generate(200, SEED + 1, tmp_path / "out")
    assert _bytes(tmp_path / "out")["truth.jsonl"] != _bytes(town.root)["truth.jsonl"]


@pytest.mark.parametrize("people", range(1, 11))
def test_small_towns(people: int, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    summary = generate(people, people, tmp_path / "out", progress=lambda done, total: seen.append((done, total)))
    assert summary.people == people
    assert len((tmp_path / "out" / "truth.jsonl").read_text(encoding="utf-8").splitlines()) == people
    assert seen[-1] == (people, people)
    assert seen == sorted(set(seen))


def test_another_municipality(tmp_path: Path) -> None:
    generate(5, 1, tmp_path / "out", municipality="131121")
    (full,) = (tmp_path / "out" / "outbox" / "001o006-00").iterdir()
    generate(5, 1, tmp_path / "unlisted", municipality="010006")
    assert "世田谷区" in "".join(path.read_text(encoding="utf-8") for path in full.parent.parent.rglob("*.csv"))


@pytest.mark.parametrize(("people", "municipality"), [(0, "141003"), (5, "141004"), (5, "990000")])
def test_refuses_what_makes_no_town(people: int, municipality: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        generate(people, 1, tmp_path / "out", municipality=municipality)
    assert not (tmp_path / "out").exists()


def test_never_mixes_two_towns(tmp_path: Path) -> None:
    generate(3, 1, tmp_path / "out")
    before = _bytes(tmp_path / "out")
    with pytest.raises(FileExistsError):
        generate(3, 2, tmp_path / "out")
    assert _bytes(tmp_path / "out") == before


def test_memory_does_not_grow_with_the_town(tmp_path: Path) -> None:
    def peak(people: int) -> int:
        tracemalloc.start()
        generate(people, 1, tmp_path / str(people))
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(300)
    assert peak(3000) < 1.5 * peak(600)
