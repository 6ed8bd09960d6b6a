"""Reads a town back from its files, as a recipient would."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kyotsu_cli.town import TownSummary
from kyotsu_cli.town.register import Sent

SEED = 20260401


@dataclass(frozen=True)
class Town:
    """A generated town and what its files say."""

    root: Path
    summary: TownSummary
    files: dict[str, list[Sent]]
    truth: dict[str, dict[str, Any]]
    manifest: dict[str, Any]

    def rows_of(self, number: str) -> list[Sent]:
        return [sent for rows in self.files.values() for sent in rows if sent.row["atenabango"] == number]

    def people(self, kind: str) -> list[str]:
        numbers: list[str] = self.manifest["special"][kind]["addressee_numbers"]
        return numbers

    def current(self, number: str) -> dict[str, str]:
        by_key = {}
        for sent in sorted(self.rows_of(number), key=lambda sent: sent.operated_at):
            by_key[sent.key] = sent.row
        return by_key[max(key for key, row in by_key.items() if row["sakujofuragu"] == "0")]


def read_town(root: Path, summary: TownSummary) -> Town:
    files = {}
    for file in summary.files:
        with (root / file.key).open(encoding="utf-8", newline="") as stream:
            files[file.key] = [Sent(file.mode, file.branch, row) for row in csv.DictReader(stream)]
    lines = (root / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    truth = {line["addressee_number"]: line for line in map(json.loads, lines)}
    assert len(truth) == len(lines)
    return Town(root, summary, files, truth, json.loads((root / "manifest.json").read_text(encoding="utf-8")))
