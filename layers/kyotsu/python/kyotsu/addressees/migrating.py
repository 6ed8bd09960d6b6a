"""Taking over the numbers of existing systems: what becomes of each row, decided over all rows of a number at once.

Pure, and the same whatever the order of rows and files (共通機能標準仕様書 2.1, 2.3.5; docs/decisions/0127). A number
that stands for different people is never taken over for any of them: nobody here can tell who is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from kyotsu.addressees.numbers import NumberKind, Ranges
from kyotsu.addressees.records import Use
from kyotsu.addressees.standing import system_of
from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Level, Outcome
from kyotsu.residents.effects import number_remarks


class Place(NamedTuple):
    """Where a row stands: which of the files (in the order of their contents' digests), and its line."""

    file: int
    line: int


class Fate(StrEnum):
    """What becomes of a row."""

    REGISTERS = "registers"
    """It is the newest of its number: the record has its data."""
    JOINS = "joins"
    """Its system comes to use a record that has the data of a newer row, or of the registry."""
    STAYS = "stays"
    """Its system uses the record already: nothing changes."""
    RESERVES = "reserves"
    """Its number is reserved, and nothing else is taken over."""
    EXCLUDED = "excluded"
    """Its number is another person's as well. Reserved, too, so that nobody else gets it."""


class Finding(NamedTuple):
    """What is told of a row."""

    place: Place
    item: str
    outcome: Outcome
    fields: Mapping[str, object] = {}

    @property
    def excludes(self) -> bool:
        """Whether the row is not taken over because of it."""
        return self.outcome.level is Level.ERROR


DISCLOSING = (
    outcomes.MIGRATED_FOR_RESIDENT,
    outcomes.MIGRATED_FOR_REGISTERED,
    outcomes.MIGRATED_SPELLED_OTHERWISE,
    outcomes.STILL_REGISTERED,
    outcomes.MIGRATED_FORMER_RESIDENT,
    outcomes.MIGRATED_TO_RECORD,
    outcomes.MIGRATED_CLOSED_SINCE,
    outcomes.NUMBER_UNUSABLE,
)
"""They tell something of a person that is stored here: reading them is told to the audit trail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MigratingRow:
    """What is kept of a row while all rows are held against each other; nothing of the person can be read from it."""

    place: Place
    number: str
    use: Use
    person: bytes
    """Equal for rows about the same person; see `person_key`."""
    content: bytes
    """Equal for rows of the same content; it orders rows of one system and moment, whatever file they stand in."""
    operated: str
    """操作日時, YYYYMMDDhhmmss."""
    deleted: bool
    closed: bool
    """他業務参照不可フラグ."""
    principal: str | None


class ResidentMet(NamedTuple):
    """A number as the residents know it."""

    person: bytes | None
    """None: there is no current record to compare with, so nobody can tell who it was."""
    registered: bool
    """Whether a 住登者 has it now."""


class RecordMet(NamedTuple):
    """A number as the registry knows it."""

    person: bytes
    owner: Use
    uses: frozenset[Use]
    closed: bool
    deleted: bool
    principal: str | None
    migrated: bool = False

    @property
    def closed_since(self) -> bool:
        """Whether it was closed after its migration: what systems did here is newer than any file of theirs."""
        return self.migrated and self.deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """What the deployment knows of a number before the migration."""

    resident: ResidentMet | None = None
    record: RecordMet | None = None
    spelled_otherwise: bool = False
    """Whether somebody has the number with other leading zeros."""


@dataclass(slots=True)
class Decided:
    """What becomes of the rows of one number."""

    fates: dict[Place, Fate] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    link: tuple[Place, str] | None = None
    """Which row links the number, and to which principal."""


def decide(rows: Sequence[MigratingRow], met: Met, ranges: Ranges) -> Decided:
    """Decide all rows of one number, in whatever spelling of its leading zeros."""
    rows = sorted(rows, key=_age, reverse=True)
    decided = Decided()
    for row in rows:
        decided.findings += _number_findings(row, ranges)
    blocking = list(_blocking(rows, met))
    if blocking:
        decided.findings += blocking
        decided.fates = dict.fromkeys((row.place for row in rows), Fate.EXCLUDED)
        return decided
    taken = list(_taken(rows, met, decided))
    for row in taken:
        leads = row is taken[0] and (met.record is None or met.record.deleted)
        joins = Fate.STAYS if row.use in _users(met) else Fate.JOINS
        decided.fates[row.place] = Fate.REGISTERS if leads else joins
    decided.findings += _allowed(taken, met)
    _decide_link(taken, met, decided)
    return decided


def _age(row: MigratingRow) -> tuple[str, Use, bytes]:
    return row.operated, row.use, row.content


def _number_findings(row: MigratingRow, ranges: Ranges) -> Iterator[Finding]:
    for item, outcome, fields in number_remarks(row.number):
        yield Finding(row.place, item, outcome, fields)
    if ranges.kind(row.number) in (NumberKind.NON_RESIDENT, NumberKind.INTEGRATED):
        yield Finding(row.place, "宛名番号", outcomes.MIGRATED_OUR_RANGE)


def _blocking(rows: Sequence[MigratingRow], met: Met) -> Iterator[Finding]:
    """Yield why nobody can tell whose number this is: for every row, as any of them may be the wrong one."""
    spelled = met.spelled_otherwise or len({row.number for row in rows}) > 1
    people = {row.person for row in rows}
    for row in rows:
        if spelled:
            yield Finding(row.place, "宛名番号", outcomes.MIGRATED_SPELLED_OTHERWISE)
        if len(people) > 1:
            others = sum(other.person != row.person for other in rows)
            systems = "、".join(sorted({system_of(other.use) for other in rows if other.person != row.person}))
            fields = {"count": others, "systems": systems}
            yield Finding(row.place, "宛名番号", outcomes.MIGRATED_FOR_ANOTHER, fields)
        if met.resident is not None and met.resident.person != row.person:
            yield Finding(row.place, "宛名番号", outcomes.MIGRATED_FOR_RESIDENT)
        # What a system registered here itself is newer than its file; nothing of such a row is written.
        if met.record is not None and met.record.person != row.person and row.use not in _users(met):
            yield Finding(row.place, "宛名番号", outcomes.MIGRATED_FOR_REGISTERED)


def _taken(rows: Sequence[MigratingRow], met: Met, decided: Decided) -> Iterator[MigratingRow]:
    """Yield the rows that are taken over, the newest first; the fate of the others is decided here."""
    newest: dict[Use, MigratingRow] = {}
    for row in rows:
        newest.setdefault(row.use, row)
    users = {row.use for row in newest.values() if not row.deleted} | _users(met)
    for row in rows:
        finding = None
        if newest[row.use] is not row:
            finding = Finding(row.place, "", outcomes.MIGRATED_NEWER_ROW)
        elif row.deleted:
            finding = Finding(row.place, "削除フラグ", outcomes.MIGRATED_DELETED)
        elif met.record is not None and met.record.closed_since:
            finding = Finding(row.place, "宛名番号", outcomes.MIGRATED_CLOSED_SINCE)
        elif row.closed and users != {row.use}:
            finding = Finding(row.place, "他業務参照不可フラグ", outcomes.CLOSING_SHARED)
        elif not _visible(row, met):
            finding = Finding(row.place, "宛名番号", outcomes.NUMBER_UNUSABLE)
        if finding is None:
            yield row
        else:
            decided.findings.append(finding)
            decided.fates[row.place] = Fate.RESERVES


def _users(met: Met) -> frozenset[Use]:
    return frozenset() if met.record is None or met.record.deleted else met.record.uses


def _visible(row: MigratingRow, met: Met) -> bool:
    record = met.record
    return record is None or record.deleted or not record.closed or record.owner == row.use


def _allowed(taken: Sequence[MigratingRow], met: Met) -> Iterator[Finding]:
    """Yield the duplicates of the same person, which are taken over."""
    for row in taken:
        if len(taken) > 1:
            others = "、".join(sorted(system_of(other.use) for other in taken if other is not row))
            yield Finding(row.place, "宛名番号", outcomes.MIGRATED_SHARED, {"systems": others})
        if met.resident is not None:
            outcome = outcomes.STILL_REGISTERED if met.resident.registered else outcomes.MIGRATED_FORMER_RESIDENT
            yield Finding(row.place, "宛名番号", outcome)
        if met.record is not None:
            used = row.use in _users(met)
            outcome = outcomes.MIGRATED_ALREADY if used else outcomes.MIGRATED_TO_RECORD
            yield Finding(row.place, "宛名番号", outcome)


def _decide_link(taken: Sequence[MigratingRow], met: Met, decided: Decided) -> None:
    made = None if met.record is None else met.record.principal
    linking = [row for row in taken if row.principal not in (None, made)]
    if len({row.principal for row in linking}) == 1:
        row = linking[0]
        decided.link = (row.place, row.principal or "")
        return
    for row in linking:
        decided.findings.append(not_linked(row.place, outcomes.LINKED_ALREADY))


def not_linked(place: Place, why: Outcome) -> Finding:
    """Return what is told of a row that is taken over without its link."""
    return Finding(place, "名寄せ先宛名番号", outcomes.MIGRATED_UNLINKED, {"reason": why.message.rstrip("。")})
