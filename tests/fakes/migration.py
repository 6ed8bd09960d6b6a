"""Files of existing systems, and a registry in memory, for migrations. Nobody in them exists."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kyotsu.addressees.numbers import Ranges
from kyotsu.catalogue.layouts import load_layout
from kyotsu.wiring.migration import Migration
from kyotsu.wiring.migration_files import RowReader
from tests.fakes.deployment import CATALOGUE
from tests.fakes.registry import MemoryRegistry
from tests.fakes.sealing import FINGERPRINTS

COLUMNS = load_layout(CATALOGUE.root, "031i001_v1.csv").columns
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
RANGES = Ranges()


def old_row(number: str, **items: str) -> dict[str, str]:
    """Return a lawful row of 031i001 about a person of this number."""
    name = items.get("shimei", f"移行　{number[-3:].translate(str.maketrans('0123456789', '〇一二三四五六七八九'))}")
    lawful = {
        "shikuchosonkodo": "141003",
        "atenabango": number,
        "shimei": name,
        "uji_nihonjin": name[:2],
        "na_nihonjin": name.partition("　")[2] or name,
        "seibetsu": "1",
        "seinengappi": "1970-01-02",
        "gyomuid": "010",
        "nayosemotofuragu": "0",
        "tagyomusanshofukafuragu": "0",
        "sosashaid": "old",
        "sosanengappi": "2020-04-01",
        "sosajikoku": "09:00:00",
        "sakujofuragu": "0",
    }
    return {**lawful, **items}


def old_file(path: Path, *rows: Mapping[str, str]) -> Path:
    """Write a file of an existing system."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(stream.getvalue().encode())
    return path


@dataclass
class OldRegistry(MemoryRegistry):
    """The registry, with the residents' records that a migration compares with."""

    people: dict[str, dict[str, str]] = field(default_factory=dict)

    def know(self, number: str, category: str, record: dict[str, str]) -> None:
        """Have the residents know somebody."""
        self.residents[number] = category
        self.people[number] = record

    def record(self, number: str) -> dict[str, str] | None:
        return self.people.get(number)

    def state(self) -> Any:
        """Return everything that must come to the same, however the migration was disturbed."""
        deeds = {number: [entry.deed for entry in entries] for number, entries in self.entries.items()}
        return self.records, self.individual_numbers, self.links, self.migrated, deeds, set(self.done)


def migration(registry: Any, residents: Any = None, system: str | None = None, told: Any = None) -> Migration:
    """Return a migration into a registry that starts now."""
    given = None if system is None else CATALOGUE.systems[system]
    return Migration(
        reader=RowReader(CATALOGUE, "141003", frozenset({"141003"}), NOW, given),
        registry=registry,
        integrated=registry,
        residents=residents or registry,
        ranges=RANGES,
        fingerprints=FINGERPRINTS,
        now=lambda: NOW,
        told=told or (lambda *_: None),
    )


def run(found: Migration, *paths: Path, write: bool = True) -> list[tuple[str, int, str]]:
    """Take files over, or only survey them; return what is told: number, line and code."""
    files = found.open(paths, lambda _: None)
    found.read(files, lambda _: None)
    found.compare(lambda _: None)
    if write:
        found.reserve()
        found.write(files, lambda _: None)
    return [(told.number, told.place.line, told.code) for told in found.survey.told()]
