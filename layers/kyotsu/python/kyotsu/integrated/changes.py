"""What a system tells of a person, what is known then, and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kyotsu.addressees.records import Use
from kyotsu.contracts.outcomes import Outcome
from kyotsu.integrated.records import Category, Conflict, HistoryEntry, Information, IntegratedPerson, RowKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a system tells of a person under a 宛名番号."""

    number: str
    use: Use
    information: Information = field(repr=False)
    digest: str
    operated_at: str
    """操作日時 (YYYYMMDDhhmmss, JST)."""
    status: str | None = None
    """住民状態."""
    individual_number: str | None = field(default=None, repr=False)
    fingerprint: bytes | None = field(default=None, repr=False)
    """Keyed hash of the 個人番号."""
    sequence: int = 0
    """Of the resident, where it is told by following the residents."""
    renumbered: bool = False
    """Whether the person has another 個人番号 now (異動事由 45, 46)."""

    @property
    def key(self) -> RowKey:
        """Whose row it is."""
        return RowKey(self.number, *self.use)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known when an update is decided."""

    by_number: IntegratedPerson | None = None
    """Whom the 宛名番号 stands for."""
    by_individual: IntegratedPerson | None = None
    """Whom the 個人番号 finds."""
    formerly: str = ""
    """団体内統合宛名番号 of who had the 個人番号 before it was changed, if nobody has it now."""
    resident: Category | None = None
    """住民区分 of the 宛名番号, as the residents have it now; None: no resident ever had it."""
    residents: Mapping[str, Category] = field(default_factory=dict)
    """住民区分 of further 宛名番号, as the residents have them now; asked where a 個人番号 would change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What must be written, all of it or nothing."""

    before: IntegratedPerson | None
    after: IntegratedPerson
    entry: HistoryEntry | None = None
    """Goes to the history; None: nothing changed that anybody sees."""
    row: RowKey | None = None
    """The row that was told of or ended."""
    information: Information | None = field(default=None, repr=False)
    """What the row tells from now on; None with a `row`: it was ended, and what it told is erased."""
    individual_number: str | None = field(default=None, repr=False)
    """To be sealed and found from now on; the one before no longer finds the person."""
    outdated: bool = False
    """What was told is older than what is known, and changed nothing."""
    suspect: Conflict | None = None
    """To be listed for a clerk although it is done: the 個人番号 was another person's before that one's was changed."""

    @property
    def changes(self) -> bool:
        """Whether anything must be written."""
        return self.before != self.after

    @property
    def linked(self) -> frozenset[str]:
        """宛名番号 that stand for the person from now on."""
        return _numbers(self.after) - _numbers(self.before)

    @property
    def unlinked(self) -> frozenset[str]:
        """宛名番号 that no longer do."""
        return _numbers(self.before) - _numbers(self.after)


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing is written but the conflict, if there is one."""

    outcome: Outcome
    conflict: Conflict | None = None
    limit: int = 0


def _numbers(person: IntegratedPerson | None) -> frozenset[str]:
    return frozenset(row.number for row in person.living) if person else frozenset()
