"""Applying rows that are kept as versions: versions first, then the person's head that remembers them.

A head is replaced only if it is still the one that was read, so that two files on one person count as if one had come
after the other. Versions are written before the head names them: a head never tells of a version that is not stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Protocol, Self

from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome
from kyotsu.contracts.rows import Applied, Counts, FileContext, Row, RowProblem
from kyotsu.contracts.sealing import Fingerprints
from kyotsu.residents.chunk import Person, ResidentMeaning, RowMeaning, RowReader, VersionChunk
from kyotsu.residents.counting import Known, chunk_counts, remarks
from kyotsu.residents.effects import EffectRule, Effects
from kyotsu.residents.versions import Entry, Retraction

MAX_VERSIONS = 500
"""Versions one person may have. Far above any real history; it bounds the head, and with it every read and write."""
MAX_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Head:
    """Everything the fold needs of one person, in one item. `revision` 0: nothing is stored yet."""

    addressee_number: str
    revision: int
    entries: tuple[Entry, ...]
    retractions: tuple[Retraction, ...] = ()
    """Files that were taken back. Nothing of theirs stands in `entries`, and nothing ever will again."""


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version with its row's values, as it is written."""

    addressee_number: str
    entry: Entry
    layout: str
    values: Sequence[str]


class ResidentStore(Protocol):
    """The append-only set. Every read sees every earlier write."""

    def heads(self, numbers: Iterable[str]) -> dict[str, Head]:
        """Return the heads of all these people; one of revision 0 for people not known."""
        ...

    def put_versions(self, versions: Sequence[StoredVersion]) -> None:
        """Store versions; storing one again changes nothing. Returns when all are durable."""
        ...

    def replace_heads(self, heads: Sequence[Head]) -> set[str]:
        """Store heads, each only if the stored revision is the one before; return the numbers of those not stored."""
        ...


class HeadsContendedError(Exception):
    """Other files kept changing the same people; trying the chunk again later is safe."""


@dataclass(slots=True)
class _Plan:
    """What a chunk does to one person, given the head that was read."""

    head: Head
    versions: list[tuple[Entry, Row]]
    applied: Applied


class VersionApplier:
    """A `RowApplier` that keeps every row as a version of its person."""

    def __init__(
        self,
        store: ResidentStore,
        meaning: Callable[[FileContext], RowMeaning],
        fingerprints: Fingerprints,
    ) -> None:
        """`meaning` tells what rows of a file mean; `fingerprints` tell rows apart."""
        self._fingerprints = fingerprints
        self._store = store
        self._meaning = meaning

    def over(self, store: ResidentStore) -> Self:
        """Return the same applier on another store."""
        other = copy(self)
        other._store = store
        return other

    def open(self, file: FileContext, rows: Sequence[Row]) -> VersionChunk:
        """Hold a chunk's rows, not validated yet, against what is stored."""
        reader = RowReader(file, self._meaning(file), self._fingerprints)
        read = reader.read_all(rows)
        heads = self._store.heads(dict.fromkeys(one.number for one in read.values()))
        return VersionChunk(file, reader, read, heads, self._stored)

    def apply(self, file: FileContext, rows: Sequence[Row]) -> Applied:
        """Store valid rows and return what they changed."""
        return self.open(file, rows).apply(rows)

    def _stored(self, file: FileContext, pending: Mapping[str, Person], heads: Mapping[str, Head]) -> Applied:
        """Store people's rows, given heads that may be out of date by now, and return what they changed."""
        total = Applied()
        for _ in range(MAX_ATTEMPTS):
            plans = {number: _plan(file, person, heads[number]) for number, person in pending.items()}
            lost = self._write(file, plans)
            for number in plans.keys() - lost:
                total.counts.add(plans[number].applied.counts)
                total.problems += plans[number].applied.problems
                total.unchanged_lines |= plans[number].applied.unchanged_lines
            if not lost:
                return total
            pending = {number: pending[number] for number in pending if number in lost}
            heads = self._store.heads(pending)
        raise HeadsContendedError

    def _write(self, file: FileContext, plans: Mapping[str, _Plan]) -> set[str]:
        layout = f"{file.interface}/{file.version}"
        changed = [plan for plan in plans.values() if plan.versions]
        self._store.put_versions(
            [
                StoredVersion(plan.head.addressee_number, entry, layout, row.values)
                for plan in changed
                for entry, row in plan.versions
            ]
        )
        return self._store.replace_heads([plan.head for plan in changed])


class ResidentApplier(VersionApplier):
    """A `RowApplier` for 住基情報."""

    def __init__(
        self,
        store: ResidentStore,
        rules: Mapping[tuple[str, str], Sequence[EffectRule]],
        fingerprints: Fingerprints,
    ) -> None:
        """`rules` are the effect rules by interface and branch; `fingerprints` tell rows apart."""

        def meaning(file: FileContext) -> ResidentMeaning:
            return ResidentMeaning(Effects(file.mode, file.branch, rules.get((file.interface, file.branch), ())))

        super().__init__(store, meaning, fingerprints)


def _plan(file: FileContext, person: Person, head: Head) -> _Plan:
    if any(retraction.receipt_id == file.receipt_id for retraction in head.retractions):
        # The file was taken back while a belated worker was still at it: it brings nothing any more.
        lines = {row.line for _, row in person.rows}
        return _Plan(head, [], Applied(Counts(unchanged=len(lines)), unchanged_lines=lines))
    lines = {entry.line for entry, _ in person.rows}
    own = [entry for entry in head.entries if entry.receipt_id == file.receipt_id]
    # Entries stand in the order they were stored in. What other files stored after this one had begun with the person
    # came later: whether this chunk is then tried again, or only follows, must not change what the file counts.
    before_file = list(takewhile(lambda entry: entry.receipt_id != file.receipt_id, head.entries))
    known = Known(before_file, before_chunk=[entry for entry in own if entry.line < min(lines)])
    # Versions of these very lines: an earlier try of this chunk has stored them. They count as if stored now.
    again = {entry.identity: entry for entry in own if entry.line in lines}
    seen = {entry.identity for entry in head.entries} - again.keys()
    new, versions, applied = list[Entry](), list[tuple[Entry, Row]](), Applied()
    for entry, row in person.rows:
        stored = again.get(entry.identity)
        if entry.identity in seen:
            applied.counts.unchanged += 1
            applied.unchanged_lines.add(row.line)
        elif stored is None and len(head.entries) + len(versions) >= MAX_VERSIONS:
            applied.problems.append(
                _problem(person, row.line, "宛名番号", outcomes.TOO_MANY_VERSIONS, limit=MAX_VERSIONS)
            )
            continue
        else:
            seen.add(entry.identity)
            new.append(entry)
            if stored is None:
                versions.append((entry, row))
    applied.counts = applied.counts + chunk_counts(known, new)
    applied.problems += _row_remarks(person)
    applied.problems += [_problem(person, entry.line, "", outcome) for entry, outcome in remarks(known, new)]
    entries = (*head.entries, *(entry for entry, _ in versions))
    return _Plan(replace(head, revision=head.revision + 1, entries=entries), versions, applied)


def _row_remarks(person: Person) -> list[RowProblem]:
    return [_problem(person, line, item, outcome, **f) for line, (item, outcome, f) in person.remarks]


def _problem(person: Person, line: int, item: str, outcome: Outcome, **fields: object) -> RowProblem:
    return RowProblem(line, item, outcome, outcome.sentence(item=item, **fields), person.number)
