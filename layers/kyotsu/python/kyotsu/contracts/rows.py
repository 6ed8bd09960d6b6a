"""Rows of a linkage file on their way from the reader to the context that owns them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from kyotsu.contracts.outcomes import Level, Outcome


class Mode(StrEnum):
    """全件 or 差分, as written in the file's name."""

    FULL = "F"
    DIFFERENCE = "D"


@dataclass(frozen=True, slots=True)
class FileContext:
    """What every row of one file has in common."""

    municipality: str
    receipt_id: str
    interface: str
    branch: str
    mode: Mode
    version: str
    columns: tuple[str, ...]
    """Romaji names of the layout, in file order."""
    received_at: datetime
    accepted_municipalities: frozenset[str]
    provider: str = ""
    """Whose bucket the file came in by: 業務ID or local system's id, spelt as in the catalogue."""


class Row(NamedTuple):
    """A row of a file. `line` is the physical line its record starts on (the header is line 1)."""

    line: int
    values: Sequence[str]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """An error or a remark about one row, as it will stand in the errors file."""

    line: int
    item: str
    outcome: Outcome
    message: str
    addressee_number: str = ""

    @property
    def refuses(self) -> bool:
        """Whether the row is not accepted because of it."""
        return self.outcome.level is Level.ERROR


@dataclass(slots=True)
class Counts:
    """Row counts of an answer; all but `warned` exclude each other and sum to `read`."""

    read: int = 0
    added: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    stale: int = 0
    failed: int = 0
    warned: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, n) + getattr(other, n) for n in self.__slots__))

    def add(self, other: Counts) -> None:
        """Add other counts to these."""
        for name in self.__slots__:
            more = getattr(other, name)
            if more:
                setattr(self, name, getattr(self, name) + more)

    def as_dict(self) -> dict[str, int]:
        """Return the counts by name, in the answer's order."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Applied:
    """What a `RowApplier` did with the rows it was given."""

    counts: Counts = field(default_factory=Counts)
    problems: list[RowProblem] = field(default_factory=list)
    unchanged_lines: set[int] = field(default_factory=set)
    """Rows that were stored already. Whatever is remarkable about them was remarked then."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What taking back a file, or a chunk of it, came to."""

    versions: int = 0
    """Versions that no longer count."""
    people: int = 0
    """People who had one."""
    records_changed: int = 0
    """People whose current record is another one, or none."""
    categories_changed: int = 0
    """People whose 住民区分 is another one, or none."""

    def __add__(self, other: TakenBack) -> TakenBack:
        return TakenBack(*(getattr(self, n) + getattr(other, n) for n in self.__slots__))

    def as_dict(self) -> dict[str, int]:
        """Return the counts by name, in the answer's order."""
        return {name: getattr(self, name) for name in self.__slots__}
