"""Rows of 032i001: what a system tells anew of people who have a number, or that it no longer uses them.

Each row is decided by itself, and what it came to is kept with its effect, so that a chunk that is tried again counts
the same. Rows of one 宛名番号 are applied in file order; 操作日時 decides which one counts in the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from kyotsu.addressees.items import PERSON
from kyotsu.addressees.records import NO_ID, Operation, Use, use_of
from kyotsu.addressees.store import Done
from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome
from kyotsu.contracts.rows import Applied, Counts, FileContext, Row, RowProblem
from kyotsu.integrated import deciding
from kyotsu.integrated.changes import Change, Refused, Told
from kyotsu.integrated.records import Conflict
from kyotsu.integrated.residence import categories_of
from kyotsu.integrated.store import IntegratedStore, ResidentCategories, Wanted, Write
from kyotsu.integrated.telling import Teller
from kyotsu.japanese import dates

AT_ONCE = 200
"""Rows that one look serves."""
MAX_LOST = 20


class RowsContendedError(Exception):
    """Others kept changing the same people; trying the chunk again later is safe."""


class _Kind(StrEnum):
    """What a row came to; the names of counts."""

    UPDATED = "updated"
    DELETED = "deleted"
    UNCHANGED = "unchanged"
    STALE = "stale"
    NOTHING = "nothing"
    """A deletion of what is not there: unchanged, and remarked."""


@dataclass(slots=True)
class _Job:
    line: int
    told: Told
    ends: bool
    once: str
    lost: int = 0


@dataclass(frozen=True, slots=True)
class IntegratedApplier:
    """A `RowApplier` of 団体内統合宛名."""

    store: IntegratedStore
    residents: ResidentCategories
    teller: Teller
    handles_individual_numbers: Callable[[str], bool]

    def open(self, file: FileContext, rows: Sequence[Row]) -> IntegratedChunk:  # noqa: ARG002 - see what it says
        """Take a chunk up. Its rows, not validated yet, are held against nothing: who they speak of is not known."""
        return IntegratedChunk(self, file)


@dataclass(frozen=True, slots=True)
class IntegratedChunk:
    """An `OpenChunk` of 032i001."""

    applier: IntegratedApplier
    file: FileContext
    known: frozenset[int] = field(default=frozenset())

    def apply(self, rows: Sequence[Row]) -> Applied:
        """Apply valid rows durably, and return what they changed."""
        applied = Applied()
        for first in range(0, len(rows), AT_ONCE):
            pending = list(self._jobs(rows[first : first + AT_ONCE], applied))
            while pending:
                now, later = _apart(pending)
                pending = self._round(now, applied) + later
        return applied

    def _jobs(self, rows: Sequence[Row], applied: Applied) -> Iterator[_Job]:
        use = use_of(self.file.provider)
        allowed = self.applier.handles_individual_numbers(self.file.provider)
        for row in rows:
            items = dict(zip(self.file.columns, row.values, strict=True))
            refused = _refusal(items, use, allowed=allowed)
            if refused:
                item, outcome = refused
                applied.problems.append(_problem(row.line, item, outcome, items["atenabango"]))
            else:
                once = f"row/{self.file.receipt_id}/{row.line}"
                yield _Job(row.line, self._told(items, use), items["sakujofuragu"] == "1", once)

    def _told(self, items: Mapping[str, str], use: Use) -> Told:
        time = items["sosajikoku"]
        whole = time if len(time) == len("HH:MM:SS") else f"{time}:00"
        return self.applier.teller.told(
            number=items["atenabango"],
            use=use,
            municipality=items["shikuchosonkodo"],
            person={name: items[name] for name in PERSON if items.get(name)},
            operation=Operation(items["sosashaid"], items["sosanengappi"], whole),
            individual_number=items["kojinbango"] or None,
            status=items["juminjotai"] or None,
            reason=items["idojiyu"] or None,
        )

    def _round(self, jobs: Sequence[_Job], applied: Applied) -> list[_Job]:
        """Try every row once; return those that lost to another worker."""
        store, writes = self.applier.store, list[tuple[_Job, _Kind, Write]]()
        conflicts = list[Conflict]()
        looked = store.look([Wanted(job.told.number, job.told.fingerprint, job.once) for job in jobs])
        updates = [(job.told, seen) for job, seen in zip(jobs, looked, strict=True)]
        categories = categories_of(self.applier.residents, updates)
        for job, seen in zip(jobs, looked, strict=True):
            if seen.done is not None:
                _count(applied, job, _Kind(seen.done.answer.decode()))
                continue
            known = seen.known(categories.get(job.told.number), categories)
            decided = deciding.end(job.told, known) if job.ends else deciding.update(job.told, known)
            if isinstance(decided, Refused):
                item = "個人番号" if decided.conflict else "宛名番号"
                applied.problems.append(_problem(job.line, item, decided.outcome, job.told.number))
                conflicts += [decided.conflict] if decided.conflict else []
            else:
                conflicts += [decided.suspect] if decided and decided.suspect else []
                kind = _kind(job, decided)
                writes.append((job, kind, Write(decided, Done(job.once, b"", kind.encode()), self._at)))
        store.note(conflicts)
        again = list[_Job]()
        for (job, kind, _), stored in zip(writes, store.write([write for _, _, write in writes]), strict=True):
            if stored:
                _count(applied, job, kind)
            else:
                again.append(_lost(job))
        return again

    @property
    def _at(self) -> str:
        return dates.iso(dates.compact(self.file.received_at))


def _lost(job: _Job) -> _Job:
    job.lost += 1
    if job.lost >= MAX_LOST:
        raise RowsContendedError
    return job


def _refusal(items: Mapping[str, str], use: Use, *, allowed: bool) -> tuple[str, Outcome] | None:
    """Return what only the sender makes wrong of a valid row."""
    for name, item, own in (
        ("gyomuid", "業務ID", use.business),
        ("dokujishisakushisutemutoid", "独自施策システム等ID", use.local_system),
    ):
        if items[name] not in ("", NO_ID, own):
            return item, outcomes.NOT_THE_SENDER
    if items["kojinbango"] and not allowed:
        return "個人番号", outcomes.INDIVIDUAL_NUMBER_NOT_ALLOWED
    return None


def _apart(jobs: Sequence[_Job]) -> tuple[list[_Job], list[_Job]]:
    """Return rows that can be applied at once, and those that come after one of them."""
    now, later, met = list[_Job](), list[_Job](), set[object]()
    for job in jobs:
        mine = {job.told.number, job.told.fingerprint} - {None}
        (later if mine & met else now).append(job)
        met |= mine
    return now, later


def _kind(job: _Job, decided: Change | None) -> _Kind:
    if decided is None:
        return _Kind.NOTHING
    if decided.outdated:
        return _Kind.STALE
    if decided.entry is None:
        return _Kind.UNCHANGED
    return _Kind.DELETED if job.ends else _Kind.UPDATED


def _count(applied: Applied, job: _Job, kind: _Kind) -> None:
    if kind is _Kind.NOTHING:
        applied.problems.append(_problem(job.line, "宛名番号", outcomes.NO_ROW_TO_END, job.told.number))
        kind = _Kind.UNCHANGED
    elif kind is _Kind.UNCHANGED:
        applied.unchanged_lines.add(job.line)
    applied.counts.add(Counts(**{kind.value: 1}))


def _problem(line: int, item: str, outcome: Outcome, number: str) -> RowProblem:
    return RowProblem(line, item, outcome, outcome.sentence(item=item), number)
