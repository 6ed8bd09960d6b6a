"""A version twin: the rows of one file under the layouts of two versions, and what differs. Nothing is stored.

Only counts, line numbers, items and codes are kept, so that memory does not grow with the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kyotsu.catalogue.layouts import Layout, load_layout
from kyotsu.catalogue.model import Branch, Catalogue, Interface, Version
from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome
from kyotsu.contracts.ports import RowApplier
from kyotsu.contracts.rows import FileContext, Mode, Row, RowProblem
from kyotsu.linkage.admission import accepted_versions, branch_of, interface_of
from kyotsu.linkage.keys import parse_key
from kyotsu.linkage.rejection import FileRejectedError
from kyotsu.linkage.validation import RowValidator

Key = tuple[str, str]
"""Which item (romaji name) has which code."""
Problems = Mapping[Key, RowProblem]
FIRST_LINES = 5
"""Line numbers that are named of all those a finding has."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What a file's name says, its own version, and the one that it is held against."""

    interface: Interface
    branch: Branch
    mode: Mode
    own: Version
    other: Version


def pair_of(catalogue: Catalogue, key: str, other: str, today: date) -> Pair:
    """Return the versions to compare, whatever their windows; raises FileRejectedError if there is nothing such."""
    name = parse_key(key)
    interface = interface_of(catalogue, name)
    branch = branch_of(interface, name)
    accepted = accepted_versions(interface, today)
    found = [interface.version(version) for version in (name.version, other)]
    for version_id, version in zip((name.version, other), found, strict=True):
        if version is None:
            fields = {"interface": interface.id, "version": version_id, "accepted": accepted}
            raise FileRejectedError(outcomes.UNKNOWN_VERSION, **fields)
    own_version, other_version = (version for version in found if version)
    return Pair(interface, branch, name.mode, own_version, other_version)


def layout_of(catalogue: Catalogue, version: Version) -> Layout:
    """Return the layout of a version."""
    return load_layout(catalogue.root, version.layout)


@dataclass(slots=True)
class Lines:
    """How many rows, and on which lines the first ones begin (the header is line 1)."""

    rows: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, line: int) -> None:
        """Count a row; rows come in order."""
        self.rows += 1
        if len(self.first) < FIRST_LINES:
            self.first.append(line)


@dataclass(slots=True)
class Finding:
    """An error or a remark about an item that rows have under one of the versions alone."""

    item: str
    outcome: Outcome
    message: str
    """The sentence of its first row. It tells the rule, and never a value of the row."""
    own: Lines = field(default_factory=Lines)
    other: Lines = field(default_factory=Lines)


@dataclass(slots=True)
class Tally:
    """What came of the rows of a file so far."""

    read: int = 0
    accepted: int = 0
    """Rows that both versions accept."""
    refused: int = 0
    """Rows that both refuse."""
    malformed: Lines = field(default_factory=Lines)
    """Rows whose number of fields is not that of the file's own layout. Nobody knows which item a field is."""
    only_own: Lines = field(default_factory=Lines)
    """Rows that only the file's own version accepts."""
    only_other: Lines = field(default_factory=Lines)
    dropped: dict[str, Lines] = field(default_factory=dict)
    """By romaji name: rows with a value in an item that the other layout does not have."""
    findings: dict[Key, Finding] = field(default_factory=dict)

    @property
    def differs(self) -> bool:
        """Tell whether any row comes to something else."""
        lost = any(lines.rows for lines in self.dropped.values())
        return bool(self.findings or self.only_own.rows or self.only_other.rows or lost)

    def add(self, line: int, own: Problems, other: Problems) -> None:
        """Add a row's problems under the two versions."""
        refused = [any(problem.refuses for problem in problems.values()) for problems in (own, other)]
        match refused:
            case [False, False]:
                self.accepted += 1
            case [False, True]:
                self.only_own.add(line)
            case [True, False]:
                self.only_other.add(line)
            case _:
                self.refused += 1
        for key in own.keys() - other.keys():
            # A row that is refused has no remarks: that the one is gone says nothing about its item.
            if own[key].refuses or not refused[1]:
                self._finding(key, own[key]).own.add(line)
        for key in other.keys() - own.keys():
            self._finding(key, other[key]).other.add(line)

    def _finding(self, key: Key, problem: RowProblem) -> Finding:
        found = self.findings.get(key)
        return found or self.findings.setdefault(key, Finding(problem.item, problem.outcome, problem.message))


class Side:
    """One version's view of the rows of a file that is written in another layout, or in its own."""

    def __init__(self, layout: Layout, written: Layout, file: FileContext, applier: RowApplier | None) -> None:
        """`written` is the layout of the file; `applier` takes the rows that are valid, if anybody does."""
        self._file, self._applier = file, applier
        self._validator = RowValidator(layout, file)
        self._romaji = {item.name: item.romaji for item in layout.items}
        positions = {name: position for position, name in enumerate(written.columns)}
        self._places = None if layout.columns == written.columns else [positions.get(name) for name in layout.columns]

    def problems(self, rows: Sequence[Row]) -> Mapping[int, Problems]:
        """Return every error of rows (in file order) and the remarks about those without, by line."""
        own = [self._rebuilt(row) for row in rows]
        told = {row.line: self._validator.validate(row) for row in own}
        valid = [row for row in own if not told[row.line]]
        for row in valid:
            told[row.line] = self._validator.remarks(row)
        if self._applier and valid:
            for problem in self._applier.open(self._file, valid).apply(valid).problems:
                told[problem.line].append(problem)
        return {line: {self._key(problem): problem for problem in problems} for line, problems in told.items()}

    def _key(self, problem: RowProblem) -> Key:
        # A layout may give an item another name; it is the same one as long as the header calls it the same.
        return self._romaji.get(problem.item, problem.item), problem.outcome.code

    def _rebuilt(self, row: Row) -> Row:
        """Return a row in this side's layout: by name, an item that the file does not have empty."""
        if self._places is None:
            return row
        return Row(row.line, ["" if place is None else row.values[place] for place in self._places])


@dataclass(slots=True)
class Twin:
    """Holds the rows of a file against two versions."""

    own: Side
    other: Side
    width: int
    """Fields of a row in the file's own layout."""
    gone: Mapping[int, str]
    """Position and romaji name of the items that the other layout does not have."""
    tally: Tally = field(default_factory=Tally)

    def compare(self, rows: Iterable[Row]) -> None:
        """Add some rows of the file; they come in order."""
        whole = list[Row]()
        for row in rows:
            self.tally.read += 1
            if len(row.values) == self.width:
                whole.append(row)
            else:
                self.tally.malformed.add(row.line)
        own, other = self.own.problems(whole), self.other.problems(whole)
        for row in whole:
            self.tally.add(row.line, own[row.line], other[row.line])
            for position, name in self.gone.items():
                if row.values[position]:
                    self.tally.dropped.setdefault(name, Lines()).add(row.line)
