"""What the registry keeps of a 住登外者: the record as it stands, its history and the businesses that use it.

Pure values; how they are stored is the table's. Names and addresses never show in a `repr`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from kyotsu.japanese.text import is_digits

NO_ID = "000"
"""業務ID or 独自施策システム等ID of whoever has none."""
MOST_VERSIONS = 999
"""履歴番号 has three digits."""


class Use(NamedTuple):
    """Who uses a record: 業務ID and 独自施策システム等ID; one of them may be `NO_ID`."""

    business: str
    local_system: str = NO_ID


REGISTRY = Use("031")
"""The registry's own clerks: they link people, and use no record."""


def use_of(system: str) -> Use:
    """Return the ids of a system of the catalogue: 業務ID are digits, local systems' ids begin with a letter."""
    return Use(system) if is_digits(system) else Use(NO_ID, system)


class Operation(NamedTuple):
    """Who did something, and when: 操作者ID, 操作年月日 (YYYY-MM-DD) and 操作時刻 (HH:MM:SS), JST."""

    operator: str
    day: str
    time: str


class Origin(StrEnum):
    """How the registry came by a number."""

    ISSUED = "issued"
    CARRIED_OVER = "carried-over"
    """住民宛名番号引継ぎ, or a number that is known elsewhere."""
    MIGRATED = "migrated"


class Deed(StrEnum):
    """What a history entry tells of."""

    REGISTERED = "registered"
    UPDATED = "updated"
    REOPENED = "reopened"
    USED = "used"
    """Another business began to use the record, which stayed as it was."""
    LINKED = "linked"
    UNLINKED = "unlinked"
    ENDED = "ended"
    """A business ended its use; others go on, and the record stayed as it was."""
    CLOSED = "closed"
    """The record is nobody's any more: its last business ended its use, or the person is a 住登者 under the number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddresseeRecord:
    """A 住登外者 as registered now."""

    number: str
    municipality: str
    version: int
    """履歴番号: 1 for the first, one more each time that what the registry says of the person changes."""
    revision: int
    """Counts every write; a write holds only if the stored one is the one it was decided on."""
    person: Mapping[str, str] = field(repr=False)
    """Items of the request's `PERSON`, by romaji name."""
    owner: Use
    """Who registered it; the only one who may read it while it is closed to others."""
    uses: frozenset[Use]
    closed_to_others: bool
    """他業務参照不可フラグ."""
    principal: str | None
    """名寄せ先宛名番号."""
    deleted: bool = False
    """Closed by its last business; the history stays."""
    origin: Origin
    registered: Operation
    """When the registration that stands began: the record was registered, or opened again. 住民区分 is X since then."""
    operation: Operation

    def readable_by(self, use: Use) -> bool:
        """Tell whether a system may see the record at all."""
        return not self.closed_to_others or use == self.owner


@dataclass(frozen=True, slots=True)
class BusinessUse:
    """A business's own part of a record. 個人番号 is readable by no other one (共通機能標準仕様書 2.1, 2.3.1)."""

    number: str
    use: Use
    individual_number: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """What was done to a record, in the order processed: by `revision`, which no two entries share."""

    deed: Deed
    by: Use
    record: AddresseeRecord
    """As it stands since."""
