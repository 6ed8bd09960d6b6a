"""Files of existing systems, and a registry in memory, for migrations. Nobody in them exists."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any

from kyotsu.addressees.changes import Change
from kyotsu.addressees.numbers import Ranges
from kyotsu.addressees.records import AddresseeRecord, BusinessUse, HistoryEntry, Use
from kyotsu.addressees.store import Done, KnownNumber, Seen
from kyotsu.catalogue.layouts import load_layout
from kyotsu.wiring.migration import Migration
from kyotsu.wiring.migration_files import RowReader
from tests.fakes.deployment import CATALOGUE
from tests.fakes.sealing import FINGERPRINTS

COLUMNS = load_layout(CATALOGUE.root, "031i001_v1.csv").columns
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
RANGES = Ranges()


def old_row(number: str, **items: str) -> dict[str, str]:
    """Return a lawful row of 031i001 about a person of this number."""
    lawful = {
        "shikuchosonkodo": "141003",
        "atenabango": number,
        "shimei": f"移行　{number[-3:].translate(str.maketrans('0123456789', '〇一二三四五六七八九'))}",
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
class MemoryRegistry:
    """`Registry`, with what it must hold together checked at every write."""

    records: dict[str, AddresseeRecord] = field(default_factory=dict)
    entries: dict[str, list[HistoryEntry]] = field(default_factory=dict)
    uses: dict[tuple[str, Use], BusinessUse] = field(default_factory=dict)
    residents: dict[str, dict[str, str]] = field(default_factory=dict)
    """Current records of residents; `kubun` is 住民区分."""
    reserved: set[str] = field(default_factory=set)
    done: dict[str, Done] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)
    lock: Any = field(default_factory=RLock)

    def look(self, numbers: Collection[str], use: Use, once: str | None = None) -> Seen:
        with self.lock:
            return Seen({number: self._known(number, use) for number in numbers}, self.done.get(once or ""))

    def write(self, change: Change | None, done: Done | None = None) -> bool:
        with self.lock:
            if done is not None and done.key in self.done:
                return False
            if change is not None and change.changes and not self._store(change):
                return False
            if done is not None:
                self.done[done.key] = done
                self.writes.append(done.key)
            return True

    def reserve(self, numbers: Collection[str]) -> set[str]:
        with self.lock:
            self.reserved |= set(numbers)
            return set()

    def record(self, number: str) -> dict[str, str] | None:
        return self.residents.get(number)

    def history(self, number: str) -> Sequence[HistoryEntry]:
        return self.entries.get(number, [])

    def lease(self, *_: Any) -> Any:
        raise NotImplementedError

    release = alike = lease

    def linked_to(self, principal: str) -> Iterator[str]:
        return (number for number, record in self.records.items() if record.principal == principal)

    def state(self) -> Any:
        """Return everything that must come to the same, however the migration was disturbed."""
        deeds = {number: [entry.deed for entry in entries] for number, entries in self.entries.items()}
        return self.records, self.uses, self.reserved, deeds, set(self.done)

    def _known(self, number: str, use: Use) -> KnownNumber:
        resident = self.residents.get(number)
        return KnownNumber(
            number=number,
            record=self.records.get(number),
            use=self.uses.get((number, use)),
            resident=None if resident is None else resident["kubun"],
            migrated=number in self.reserved,
            linked=len(list(self.linked_to(number))),
        )

    def _store(self, change: Change) -> bool:
        record = change.record
        before = self.records.get(record.number)
        if (None if before is None else before.revision) != change.expected:
            return False
        if change.linked_to is not None and change.linked_to not in self.records:
            assert change.linked_to in self.residents
        if change.entry is not None:
            self.records[record.number] = record
            self.entries.setdefault(record.number, []).append(change.entry)
        if change.use is not None:
            self.uses[record.number, change.use.use] = change.use
        return True


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
        now=NOW,
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
