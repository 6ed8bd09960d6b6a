"""The migration of existing systems' addressees: read, held against the deployment, and taken over."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar

from kyotsu.addressees.migrating import Fate, Met, MigratingRow, Place, RecordMet, ResidentMet, decide, not_linked
from kyotsu.addressees.migration_people import person_key as keyed
from kyotsu.addressees.migration_people import value_of
from kyotsu.addressees.migration_survey import CHAIN, Survey
from kyotsu.addressees.migration_writing import RowWriter, Task
from kyotsu.addressees.numbers import LENGTH, NumberKind, Ranges
from kyotsu.addressees.records import NO_ID, AddresseeRecord, Origin, Use
from kyotsu.addressees.row_edits import is_deletion, principal_of_row
from kyotsu.addressees.store import KnownNumber, MigrationStore, RegistryStore
from kyotsu.contracts.rows import Row
from kyotsu.contracts.sealing import Fingerprints
from kyotsu.japanese.addressee_numbers import forms_of
from kyotsu.japanese.dates import operated_at
from kyotsu.japanese.text import is_digits
from kyotsu.residents.effects import REGISTERED
from kyotsu.runtime.batches import in_parallel
from kyotsu.wiring.migration_files import MigrationFile, RowReader, scanned

BATCH = 200
"""Rows that are looked up, told to the audit trail and taken over together."""
_NOBODY = Use(NO_ID)
_PURPOSE = "migration"
Progress = Callable[[int], object]
T = TypeVar("T")


class SameContentError(Exception):
    """Two files have the same content."""


class Records(Protocol):
    """Reads residents' current records."""

    def record(self, number: str) -> Mapping[str, str] | None:
        """Return the current record by romaji name, or None."""
        ...


class IntegratedNumbers(Protocol):
    """Numbers of integrated people: one of an existing system may lie in their range."""

    def reserve(self, numbers: Collection[str]) -> Collection[str]:
        """Reserve numbers, so that they are never issued; again changes nothing. Returns those that are taken."""
        ...


class Registry(RegistryStore, MigrationStore, Protocol):
    """The registry as a migration needs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One run over some files. Close its survey at the end."""

    reader: RowReader
    registry: Registry
    integrated: IntegratedNumbers
    residents: Records
    ranges: Ranges
    fingerprints: Fingerprints
    now: Callable[[], datetime]
    told: Callable[[str, Sequence[str]], None]
    """Has the audit trail know, under an id of its own, that something of these numbers is about to change."""
    survey: Survey = field(default_factory=Survey)
    key: bytes = field(default_factory=lambda: os.urandom(32), repr=False)
    """Tells people of this run apart; nothing that it makes is kept."""

    def open(self, paths: Sequence[Path], progress: Progress) -> list[MigrationFile]:
        """Return the files in the order of their contents; raises FileRejectedError, SameContentError."""
        reader = self.reader
        files = [scanned(path, reader.columns, reader.version.id, progress) for path in paths]
        files.sort(key=lambda file: file.scan.sha256)
        if len({file.scan.sha256 for file in files}) < len(files):
            raise SameContentError
        return files

    def read(self, files: Sequence[MigrationFile], progress: Progress) -> None:
        """Hold every row against the rules of file linkage."""
        for place, file in enumerate(files):
            for rows, size in file.chunks():
                self.survey.add(filter(None, [self._read(place, row) for row in rows]))
                progress(size)

    def compare(self, progress: Progress) -> None:
        """Hold all rows against each other and against what is registered, and decide what becomes of them."""
        for groups in self.survey.groups():
            met = self._met(groups)
            for group, one in zip(groups, met, strict=True):
                self.survey.decide(group[0].number, decide(group, one, self.ranges))
            progress(sum(map(len, groups)))
        for place, number in self.survey.take_out_chains():
            self.survey.tell(number, [not_linked(place, CHAIN)])

    def reserve(self) -> None:
        """Have none of the numbers issued from now on."""
        for numbers in self.survey.numbers():
            # Receivers pad: one that is issued later must not become one of these by that.
            whole = list(dict.fromkeys([*numbers, *map(value_of, numbers)]))
            self.registry.reserve(whole)
            theirs = [number for number in whole if self.ranges.kind(number) is NumberKind.INTEGRATED]
            if theirs:
                self.integrated.reserve(theirs)

    def write(self, files: Sequence[MigrationFile], progress: Progress) -> None:
        """Take all rows over that may be: first those whose data records have, then further systems, then links."""
        writer = RowWriter(self.registry, self.ranges, self.key, self._content, in_parallel, self.now)
        for fate in (Fate.REGISTERS, Fate.JOINS):
            for name, batch in self._batches(files, partial(self._fated, fate)):
                self.told(f"{fate}/{name}", [task.number for task, _ in batch])
                for task, finding in writer.register([task for task, _ in batch]):
                    self.survey.tell(task.number, [finding])
                progress(len(batch))
        for name, batch in self._batches(files, self._linking):
            self.told(f"links/{name}", [task.number for task, _ in batch])
            for task, finding in writer.link([(task, principal or "") for task, principal in batch]):
                self.survey.tell(task.number, [finding])

    def _read(self, file: int, row: Row) -> MigratingRow | None:
        found, place = self.reader.read(row), Place(file, row.line)
        values, number = found.values, found.values.get("atenabango", "")
        if found.use is None and not (is_digits(number) and len(number) <= LENGTH):
            number = ""  # in a row that is wrong anything may stand there, somebody's name, too
        for problem in found.problems:
            self.survey.tell_plainly(number, place, problem.outcome.code, problem.item, problem.message)
        if found.use is None:
            self.survey.refuse(place, number)
            return None
        return MigratingRow(
            place=place,
            number=number,
            use=found.use,
            person=keyed(self.key, values),
            content=self.fingerprints.of(_PURPOSE, "\x1f".join(row.values))[:16],
            operated=operated_at(values["sosanengappi"], values["sosajikoku"]),
            deleted=is_deletion(values),
            closed=values["tagyomusanshofukafuragu"] == "1",
            principal=principal_of_row(values),
        )

    def _met(self, groups: Sequence[Sequence[MigratingRow]]) -> list[Met]:
        spellings = [_spellings(group) for group in groups]
        wanted = sorted({number for numbers in spellings for number in numbers})
        known = self.registry.look(wanted, _NOBODY).numbers
        resident = [number for number in wanted if known[number].resident is not None]
        records = dict(zip(resident, in_parallel(self.residents.record, resident), strict=True))
        people = {n: self._resident(known[n].resident, records[n]) for n in resident}
        # Obtained here for somebody who has not come as a resident yet: nobody can tell who that is.
        obtained = (n for n in wanted if known[n].issued_to_residents)
        people = {n: ResidentMet(None, registered=False) for n in obtained} | people
        return [self._met_by(group, numbers, known, people) for group, numbers in zip(groups, spellings, strict=True)]

    def _met_by(
        self,
        group: Sequence[MigratingRow],
        spellings: Sequence[str],
        known: Mapping[str, KnownNumber],
        residents: Mapping[str, ResidentMet],
    ) -> Met:
        number, used = group[0].number, {row.number for row in group}
        record = known[number].record
        others = [known[spelling] for spelling in spellings if spelling not in used]
        return Met(
            resident=residents.get(number),
            record=None if record is None else self._record(record),
            spelled_otherwise=any(other.record is not None or other.resident is not None for other in others),
        )

    def _record(self, record: AddresseeRecord) -> RecordMet:
        return RecordMet(
            person=keyed(self.key, record.person),
            owner=record.owner,
            uses=record.uses,
            closed=record.closed_to_others,
            deleted=record.deleted,
            principal=record.principal,
            migrated=record.origin is Origin.MIGRATED,
        )

    def _resident(self, category: str | None, record: Mapping[str, str] | None) -> ResidentMet:
        return ResidentMet(None if record is None else keyed(self.key, record), category == REGISTERED)

    def _batches(
        self,
        files: Sequence[MigrationFile],
        chosen: Callable[[int, Sequence[Row]], Mapping[int, str | None]],
    ) -> Iterator[tuple[str, list[tuple[Task, str | None]]]]:
        """Yield batches of rows with what was chosen about them, each with a name that a repeat gives it, too."""
        for place, file in enumerate(files):
            name = self.fingerprints.of(_PURPOSE, file.scan.sha256).hex()[:32]
            for rows, _ in file.chunks():
                lines = chosen(place, rows) if rows else {}
                tasks = ((self._task(place, name, row), lines[row.line]) for row in rows if row.line in lines)
                while batch := list(islice(tasks, BATCH)):
                    yield f"{name}/{_lines(batch)}", batch

    def _task(self, file: int, name: str, row: Row) -> Task:
        found = self.reader.read(row)
        if found.use is None:
            raise ValueError("a row that broke no rule before breaks one now")
        return Task(Place(file, row.line), f"row/{name}/{row.line}", found.use, found.values)

    def _fated(self, fate: Fate, file: int, rows: Sequence[Row]) -> Mapping[int, str | None]:
        found = self.survey.fates(file, rows[0].line, rows[-1].line)
        return {line: None for line, one in found.items() if one is fate}

    def _linking(self, file: int, rows: Sequence[Row]) -> Mapping[int, str | None]:
        found = self.survey.links(file, rows[0].line, rows[-1].line)
        return {line: link.principal for line, link in found.items()}

    def _content(self, once: str) -> bytes:
        return self.fingerprints.of(_PURPOSE, once)


def _lines(batch: Sequence[tuple[Task, object]]) -> str:
    """Return a short name of exactly these rows of a file."""
    lines = ",".join(str(task.place.line) for task, _ in batch)
    return f"{batch[0][0].place.line}-{hashlib.sha256(lines.encode()).hexdigest()[:16]}"


def _spellings(group: Sequence[MigratingRow]) -> list[str]:
    """Return the numbers of a group, and the forms with and without leading zeros in which others may have them."""
    return list(dict.fromkeys(form for row in group for form in forms_of(row.number)))
