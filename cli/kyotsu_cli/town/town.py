"""Generates a town: its files, the truth about its people, and a manifest. Memory does not grow with the town."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from kyotsu_cli.town import truth
from kyotsu_cli.town.moments import CUT_OFF, END
from kyotsu_cli.town.outbox import File, Outbox
from kyotsu_cli.town.people import Registry, Resident
from kyotsu_cli.town.places import find_municipality
from kyotsu_cli.town.register import FULL
from kyotsu_cli.town.script import play

EXAMPLES = 20
"""The manifest names so many people of a kind; all of them are counted."""

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class TownSummary:
    """What was generated. `before` and `after` count people by 住民区分 after the full file and after all files."""

    municipality: str
    seed: int
    people: int = 0
    rows: int = 0
    files: list[File] = field(default_factory=list)
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def manifest(self) -> dict[str, object]:
        """Return the content of manifest.json."""
        special = {kind: {"count": self.kinds[kind], "addressee_numbers": self.examples[kind]} for kind in self.kinds}
        return {
            "municipality": self.municipality,
            "seed": self.seed,
            "cut_off": CUT_OFF.isoformat(),
            "end": END.isoformat(),
            "counts": {
                "people": self.people,
                "rows": self.rows,
                "files": len(self.files),
                "categories_before": dict(sorted(self.before.items())),
                "categories": dict(sorted(self.after.items())),
            },
            "special": dict(sorted(special.items())),
            "files": [file.as_json() for file in self.files],
        }

    def count(self, who: Resident, before: truth.Standing, after: truth.Standing) -> None:
        """Count one more person."""
        self.people += 1
        self.before[before.category or "none"] += 1
        self.after[after.category or "none"] += 1
        for kind in who.kinds:
            self.kinds[kind] += 1
            examples = self.examples.setdefault(kind, [])
            if len(examples) < EXAMPLES:
                examples.append(who.number)


def generate(
    people: int, seed: int, out: Path, *, municipality: str = "141003", progress: Progress | None = None
) -> TownSummary:
    """Write a town of exactly so many people into `out`; the same arguments give the same bytes.

    Writes `outbox/…` (the object keys of the files), `truth.jsonl` (a line per person, ascending by 宛名番号) and
    `manifest.json`. `progress` is told the people done and the total after each household. Raises ValueError for
    fewer than one person or a wrong 市区町村コード, FileExistsError if `out` holds a town already.
    """
    if people < 1:
        raise ValueError("a town needs at least one person")
    registry = Registry(seed, find_municipality(municipality))
    if (out / "outbox").exists():
        raise FileExistsError(f"{out} already holds a town")
    out.mkdir(parents=True, exist_ok=True)
    summary = TownSummary(municipality, seed)
    with Outbox(out) as outbox, (out / "truth.jsonl").open("w", encoding="utf-8", newline="") as lines:
        household = 0
        while summary.people < people:
            for who in play(registry, household, people - summary.people).members:
                _write(who, outbox, lines, summary)
            household += 1
            if progress:
                progress(summary.people, people)
        summary.files, summary.rows = outbox.finish(), outbox.rows
    manifest = json.dumps(summary.manifest(), ensure_ascii=False, indent=2)
    (out / "manifest.json").write_text(manifest + "\n", encoding="utf-8", newline="")
    return summary


def _write(who: Resident, outbox: Outbox, lines: TextIO, summary: TownSummary) -> None:
    rows = [*who.register.full(), *who.register.differences()]
    outbox.write(rows)
    before = truth.standing(sent for sent in rows if sent.mode == FULL)
    after = truth.standing(rows)
    line = {
        "addressee_number": who.number,
        "category": after.category,
        "since": after.since,
        "before": {"category": before.category, "since": before.since},
        "history": [{"at": change.at, "category": change.category} for change in truth.history(rows)],
    }
    lines.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    summary.count(who, before, after)
