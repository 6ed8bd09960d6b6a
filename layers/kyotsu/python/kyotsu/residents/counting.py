"""What the rows of a file changed for one person, net against the state before the file.

A file may reach us in chunks and each chunk more than once. So a chunk's counts are the difference between the counts
of the file up to and including the chunk and those before it: their sum is that of the whole file, however it was cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome
from kyotsu.contracts.rows import Counts
from kyotsu.residents import fold
from kyotsu.residents.versions import Entry


@dataclass(frozen=True, slots=True)
class Known:
    """A person's versions as a chunk finds them."""

    before_file: Sequence[Entry]
    """From other files."""
    before_chunk: Sequence[Entry]
    """From earlier rows of this file."""


def chunk_counts(known: Known, new: Sequence[Entry]) -> Counts:
    """Return what a chunk's new versions add to the counts of their file."""
    before = file_counts(known.before_file, known.before_chunk)
    after = file_counts(known.before_file, [*known.before_chunk, *new])
    return Counts(*(getattr(after, name) - getattr(before, name) for name in Counts.__slots__))


def file_counts(before: Sequence[Entry], new: Sequence[Entry]) -> Counts:
    """Return how many of a file's new versions of one person added, updated, deleted, or are history only."""
    if not new:
        return Counts()
    after = [*before, *new]
    old, now = fold.current(before), fold.current(after)
    changed = (old and old.content) != (now and now.content)
    alive_before = {key for key, entry in fold.winners(before).items() if not entry.deleted}
    counted_after = fold.winners(after)
    counts = Counts()
    told = _told_by(old, now, new)
    for entry in new:
        if not before and entry is told:
            counts.added += 1
        elif entry.deleted and entry.key in alive_before and counted_after[entry.key] is entry:
            counts.deleted += 1
        elif before and changed and entry is told:
            counts.updated += 1
        else:
            counts.stale += 1
    return counts


def _told_by(old: Entry | None, now: Entry | None, new: Sequence[Entry]) -> Entry:
    """Return the one new version that stands for the change of the current record."""
    if now is not None and now in new:
        return now
    at_old_key = [entry for entry in new if old is not None and entry.key == old.key]
    return max(
        at_old_key or new,
        key=lambda entry: (entry.key, entry.operated_at, entry.deleted, entry.digest, entry.origin, entry.effect or ""),
    )


def remarks(known: Known, new: Sequence[Entry]) -> list[tuple[Entry, Outcome]]:
    """Return what is remarkable about a chunk's new versions in the light of all that is stored."""
    earlier = [*known.before_file, *known.before_chunk]
    everything = [*earlier, *new]
    found: list[tuple[Entry, Outcome]] = []
    for entry in new:
        # Both sides of a conflict inside a chunk: which of them came first must not change the counts.
        if any(_conflicts(entry, other) for other in everything):
            found.append((entry, outcomes.CONFLICT))
        if entry.deleted and not any(other.key == entry.key and not other.deleted for other in everything):
            found.append((entry, outcomes.DELETE_OF_UNKNOWN))
    if new and fold.lacks_latest(everything) and not fold.lacks_latest(earlier):
        found.append((_told_by(fold.current(earlier), fold.current(everything), new), outcomes.NO_LATEST))
    return found


def _conflicts(one: Entry, other: Entry) -> bool:
    """Two contents for one key at one 操作日時."""
    return (one.key, one.operated_at) == (other.key, other.operated_at) and (one.digest, one.latest, one.deleted) != (
        other.digest,
        other.latest,
        other.deleted,
    )
