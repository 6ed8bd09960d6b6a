"""Files of existing systems, read with the rules of file linkage, without growing with them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from kyotsu.addressees.items import BY_NAME
from kyotsu.addressees.records import NO_ID, Use, use_of
from kyotsu.addressees.row_edits import row_errors
from kyotsu.addressees.standing import system_of
from kyotsu.catalogue.layouts import load_layout
from kyotsu.catalogue.model import Catalogue, System, Version
from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome, by_code
from kyotsu.contracts.rows import FileContext, Mode, Row, RowProblem
from kyotsu.japanese.dates import JST
from kyotsu.linkage.applying import rows_of
from kyotsu.linkage.receipts import Scan
from kyotsu.linkage.scanning import scan
from kyotsu.linkage.validation import RowValidator

INTERFACE = "031i001"
BRANCH = "00"
_BLOCK_BYTES = 1024 * 1024


class FileChangedError(Exception):
    """A file is not any more what it was when it was read first."""


@dataclass(frozen=True, slots=True)
class MigrationFile:
    """A file that was scanned whole."""

    path: Path
    scan: Scan
    stamp: tuple[int, int]

    def chunks(self) -> Iterator[tuple[list[Row], int]]:
        """Yield the rows of the file in pieces, each with its bytes; raises FileChangedError."""
        with self.path.open("rb") as stream:
            for chunk in self.scan.chunks:
                stream.seek(chunk.start)
                data = stream.read(chunk.end - chunk.start)
                if _stamp(self.path) != self.stamp:
                    raise FileChangedError(self.path.name)
                yield list(rows_of(data, chunk)), len(data)


def scanned(path: Path, columns: Sequence[str], version: str, progress: Callable[[int], object]) -> MigrationFile:
    """Return a file whose encoding, quotes and header are right; raises FileRejectedError."""
    stamp = _stamp(path)

    def blocks() -> Iterator[bytes]:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK_BYTES):
                progress(len(block))
                yield block

    return MigrationFile(path, scan(blocks(), columns, version), stamp)


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row as migrations need it. Without a `use`, one of the problems says why it is not taken over."""

    values: Mapping[str, str] = field(repr=False)
    use: Use | None
    problems: Sequence[RowProblem]


class RowReader:
    """Reads rows of one migration."""

    def __init__(
        self, catalogue: Catalogue, municipality: str, accepted: frozenset[str], now: datetime, system: System | None
    ) -> None:
        """`system`: whose rows they are; None: each row says it itself."""
        self.version = layout_version(catalogue, now)
        layout = load_layout(catalogue.root, self.version.layout)
        self.columns = layout.columns
        self._handles = {system.id for system in catalogue.systems.values() if system.individual_numbers}
        self._given = None if system is None else use_of(system.id)
        self._uses = {_spelt(use_of(system.id)): use_of(system.id) for system in catalogue.systems.values()}
        self._validator = RowValidator(layout, _context(municipality, self.version, layout.columns, now, accepted))

    def read(self, row: Row) -> ReadRow:
        """Return a row with every error of it, or with what is remarkable about it."""
        problems = self._validator.validate(row)
        if len(row.values) != len(self.columns):
            return ReadRow({}, None, problems)
        values = dict(zip(self.columns, row.values, strict=True))
        use, outcome = self._use(values)
        if outcome is not None:
            problems = [*problems, RowProblem(row.line, "業務ID", outcome, outcome.sentence(), values["atenabango"])]
        if not problems and use is not None:
            problems = list(_conditions(row.line, values, use, allowed=system_of(use) in self._handles))
        if problems:
            return ReadRow(values, None, problems)
        return ReadRow(values, use, self._validator.remarks(row))

    def _use(self, values: Mapping[str, str]) -> tuple[Use | None, Outcome | None]:
        told = Use(values["gyomuid"] or NO_ID, values["dokujishisakushisutemutoid"] or NO_ID)
        if told == Use(NO_ID, NO_ID):
            return self._given, None if self._given else outcomes.MIGRATED_WITHOUT_SYSTEM
        use = self._uses.get(_spelt(told))
        if use is None or self._given not in (None, use):
            return None, outcomes.MIGRATED_UNKNOWN_SYSTEM
        return use, None


def _spelt(use: Use) -> Use:
    """Capitals do not count in ids."""
    return Use(*(part.upper() for part in use))


def _conditions(line: int, values: Mapping[str, str], use: Use, *, allowed: bool) -> Iterator[RowProblem]:
    """Yield what of a row that keeps its layout is wrong all the same, as a file of updates is told it."""
    given = {name: value for name, value in values.items() if value}
    for error in row_errors(given, use, individual_numbers=allowed):
        item = BY_NAME[error.item].name if error.item in BY_NAME else error.item
        yield RowProblem(line, item, by_code(error.code), error.message, values["atenabango"])


def layout_version(catalogue: Catalogue, now: datetime) -> Version:
    """Return the newest version of 031i001 that is accepted now."""
    today = now.astimezone(JST).date()
    return [version for version in catalogue.interfaces[INTERFACE].versions if version.accepts(today)][-1]


def _context(
    municipality: str, version: Version, columns: Sequence[str], now: datetime, accepted: Collection[str]
) -> FileContext:
    return FileContext(
        municipality=municipality,
        receipt_id="migration",
        interface=INTERFACE,
        branch=BRANCH,
        mode=Mode.FULL,
        version=version.id,
        columns=tuple(columns),
        received_at=now,
        accepted_municipalities=frozenset(accepted),
    )


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns
