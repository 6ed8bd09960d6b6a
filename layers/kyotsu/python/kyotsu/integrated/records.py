"""What is kept of an integrated person: one number, the rows behind it, and which of them carries the 統合宛名フラグ.

A row is what one system tells of the person under one 宛名番号. Rows are kept by 操作日時, so that the order in which
updates arrive never matters; which row is flagged follows from the rows, so that there is always exactly one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from kyotsu.addressees.items import PERSON
from kyotsu.addressees.records import Operation, Use

REGISTERED = "1"
"""住民状態 and 住民区分 of a 住登者."""
RESIDENTS_BUSINESS = "001"
"""業務ID of the 住民記録 system, whose updates always take the flag (共通機能標準仕様書 2.1, 2.4.3 (2)⑥)."""
INDIVIDUAL_NUMBER_CHANGED = frozenset({"45", "46"})
"""異動事由 that tell that a person has another 個人番号 now."""
MOST_ROWS = 300
"""Rows one person may have, ended ones included; it bounds what every read and write of a person costs."""
ADDRESS = tuple(item for item in PERSON if item.startswith(("jusho_", "shiteitoshi_")))
"""Items that tell where somebody lives: absent where the person is protected."""


class RowKey(NamedTuple):
    """Whose row it is: 宛名番号, 業務ID and 独自施策システム等ID."""

    number: str
    business: str
    local_system: str


class RowState(NamedTuple):
    """What must be known of every row to tell which one is flagged."""

    number: str
    business: str
    local_system: str
    since: str
    """操作日時 (YYYYMMDDhhmmss, JST) of the earliest update known."""
    operated_at: str
    """操作日時 of the update that counts: the latest."""
    status: str | None
    """住民状態 it tells of."""
    digest: str
    """Keyed fingerprint of its content, 16 characters."""
    ended: bool = False
    """The system no longer uses the person under this number; a later update brings the row back."""
    sequence: int = 0
    """Of the resident, if the row was told by following the residents."""

    @property
    def key(self) -> RowKey:
        """Whose row it is."""
        return RowKey(self.number, self.business, self.local_system)


class Category(NamedTuple):
    """住民区分 of a 宛名番号 among the residents, as of a sequence of the resident."""

    sequence: int
    category: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Information:
    """What a row tells: 基本4情報 and when it was told."""

    municipality: str
    person: Mapping[str, str] = field(repr=False)
    """Items of `PERSON` that are set, by romaji name."""
    operation: Operation
    reason: str | None = None
    """異動事由."""


class SealedNumber(NamedTuple):
    """A 個人番号, sealed for its integrated number, with its wrapped data key."""

    wrapped: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegratedPerson:
    """A person under a 団体内統合宛名番号."""

    number: str
    revision: int
    """Counts every write; a write holds only if the stored one is the one it was decided on."""
    fingerprint: bytes = field(repr=False)
    """Keyed hash of the 個人番号 by which the person is found now."""
    changed_at: str = ""
    """操作日時 of the update that brought this 個人番号, if it is not the first one."""
    rows: tuple[RowState, ...] = ()
    """By key."""
    categories: Mapping[str, Category] = field(default_factory=dict)
    """By 宛名番号."""
    sealed: SealedNumber | None = field(default=None, repr=False)
    """None until it is stored."""
    deleted: bool = False
    """The last row was ended: the intermediate server is told, and the number is never used again."""

    @property
    def living(self) -> tuple[RowState, ...]:
        """The rows that were not ended."""
        return tuple(row for row in self.rows if not row.ended)

    @property
    def flagged(self) -> RowState | None:
        """The row that carries the 統合宛名フラグ: one while there are any, none afterwards."""
        return flagged(self.living, self.is_registered)

    @property
    def is_registered(self) -> bool:
        """Whether the person is a 住登者, by the 住民記録 system's rows or, without any, by the residents."""
        own = [row.status for row in self.living if row.business == RESIDENTS_BUSINESS]
        return REGISTERED in (own or [known.category for known in self.categories.values()])

    def row(self, key: RowKey) -> RowState | None:
        """Return a row, also if it was ended."""
        return next((row for row in self.rows if row.key == key), None)

    def is_behind(self, number: str) -> bool:
        """Tell whether a 宛名番号 stands for this person."""
        return any(row.number == number for row in self.living)


def flagged(living: tuple[RowState, ...], registered: bool) -> RowState | None:
    """Return the row that carries the flag (共通機能標準仕様書 2.1, 2.4.3 (1)⑦, (2)⑥).

    The latest update of the 住民記録 system always takes it; of the others, the latest after that, unless the person is
    a 住登者. A 住登者 of whom the 住民記録 system has told nothing yet stays with whoever was first.
    """
    if not living:
        return None
    residents = [row for row in living if row.business == RESIDENTS_BUSINESS]
    if not residents:
        return min(living, key=_began) if registered else max(living, key=_told)
    own = max(residents, key=_told)
    later = [row for row in living if row.operated_at > own.operated_at and row.business != RESIDENTS_BUSINESS]
    return own if registered or not later else max(later, key=_told)


def _began(row: RowState) -> tuple[str, RowKey]:
    return row.since, row.key


def _told(row: RowState) -> tuple[str, RowKey]:
    return row.operated_at, row.key


class Deed(StrEnum):
    """What a history entry tells of."""

    ISSUED = "issued"
    UPDATED = "updated"
    ENDED = "ended"
    """A system no longer uses the person under a number."""
    NUMBER_CHANGED = "number-changed"
    """The person has another 個人番号; the entry keeps the one before, sealed."""
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """What was done to a person, in the order processed: by `revision`, which no two entries share."""

    revision: int
    deed: Deed
    row: RowKey
    by: Use
    information: Information | None
    flagged: RowKey | None
    """Who carries the flag since."""
    former: SealedNumber | None = field(default=None, repr=False)
    """The 個人番号 before, where it changed."""
    at: str = ""
    """When it was processed, ISO 8601, JST; set by the storage."""


class Conflict(NamedTuple):
    """A 宛名番号 and a 個人番号 that speak of two different people: for a clerk, never merged automatically."""

    number: str
    """宛名番号."""
    integrated: str
    """団体内統合宛名番号 of the 宛名番号."""
    other: str
    """団体内統合宛名番号 of the 個人番号; empty if it has none."""
    by: str
    """業務ID or local system's id of whoever told so."""
    at: str
    """操作日時."""
