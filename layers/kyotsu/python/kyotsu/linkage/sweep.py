"""The sweep: versions in the outboxes that reception never saw, or never finished, are notified of once more.

A bucket is walked in the order of its keys, some pages at a time, and the next run goes on where the last one stopped,
so that a run costs the same however old the bucket is. Receipts are looked up only for versions that the last whole
walk may have missed. Decision 0060 tells why this finds everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from kyotsu.contracts.ports import Clock
from kyotsu.linkage.keys import ObjectRef, is_linkage_file

LONGEST_UPLOAD = timedelta(days=9)
"""S3 dates an object uploaded in parts by the start of the upload; our buckets abort uploads after seven days, by a
rule that S3 applies once a day."""
LONGEST_WAIT = timedelta(days=1)
"""A file notified of again and again in vain is notified of once in that time, at least."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A version below `outbox/`, and the time S3 gives it."""

    ref: ObjectRef
    modified: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """Some versions in the order of the bucket, and where the next page begins (None: there is none)."""

    versions: Sequence[Stored]
    following: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Walk:
    """How far a bucket has been walked."""

    bucket: str
    marker: tuple[str, str] | None = None
    """Key and version id after which the walk goes on; None: at the beginning."""
    started: datetime | None = None
    """When this walk began; None: it has not."""
    unsettled: datetime | None = None
    """The earliest version this walk met that is not answered."""
    settled_before: datetime | None = None
    """Every version with an earlier time is answered, as earlier walks found."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the receipts say of a version."""

    received_at: datetime
    answered: bool


@dataclass(frozen=True, slots=True)
class Reminder:
    """How often a version was notified of by the sweep, and when that may happen again."""

    times: int
    due: datetime


class Outboxes(Protocol):
    """The provider buckets."""

    def page(self, bucket: str, after: tuple[str, str] | None) -> Page:
        """Return the next versions below `outbox/`, without delete markers."""
        ...


class SweepNotes(Protocol):
    """Receipts, and what the sweep itself remembers."""

    def walk(self, bucket: str) -> Walk:
        """Return how far a bucket has been walked."""
        ...

    def save_walk(self, walk: Walk) -> None:
        """Remember it. Of two sweeps at once either may win: what each stores is true."""
        ...

    def known(self, refs: Sequence[ObjectRef]) -> Mapping[ObjectRef, Known]:
        """Return what is known of those that have a receipt."""
        ...

    def reminders(self, refs: Sequence[ObjectRef]) -> Mapping[ObjectRef, Reminder]:
        """Return the reminders of those that were notified of by the sweep."""
        ...

    def save_reminders(self, reminders: Mapping[ObjectRef, Reminder]) -> None:
        """Remember that they were notified of."""
        ...


class Notifications(Protocol):
    """The queue that reception reads."""

    def send(self, refs: Sequence[ObjectRef]) -> None:
        """Notify of versions as S3 does; raises if one of them was not taken."""
        ...


@dataclass(frozen=True, slots=True)
class Swept:
    """What a run met: versions listed, notified for the first time, notified again, and buckets walked to the end."""

    listed: int = 0
    lost: int = 0
    again: int = 0
    finished: int = 0

    def __add__(self, other: Swept) -> Swept:
        """Return both together."""
        return Swept(
            self.listed + other.listed,
            self.lost + other.lost,
            self.again + other.again,
            self.finished + other.finished,
        )


@dataclass(frozen=True, slots=True)
class Sweep:
    """Compares outboxes with receipts."""

    outboxes: Outboxes
    notes: SweepNotes
    notifications: Notifications
    clock: Clock
    grace: timedelta
    """How old a version without receipt must be: reception may be about to open one."""
    stuck: timedelta
    """How old a receipt without answer must be, and how long a first reminder waits for its effect."""
    pages: int
    """Pages of one bucket in one run."""

    def run(self, buckets: Iterable[str], in_time: Callable[[], bool]) -> Swept:
        """Walk on in every bucket while there is time; what is left waits for the next run."""
        total = Swept()
        for bucket in buckets:
            for _ in range(self.pages):
                if not in_time():
                    return total
                part = self._step(bucket)
                total += part
                if part.finished:
                    break
        return total

    def _step(self, bucket: str) -> Swept:
        now = self.clock.now()
        walk = self.notes.walk(bucket)
        page = self.outboxes.page(bucket, walk.marker)
        open_, lost, again = self._notify(self._possible(page, walk), now)
        earliest = [stored.modified for stored in open_]
        walk = replace(
            walk,
            marker=page.following,
            started=walk.started or now,
            unsettled=min([*earliest, *([walk.unsettled] if walk.unsettled else [])], default=None),
        )
        finished = page.following is None
        # Noted after the notifications are out: an interrupted step is done again.
        self.notes.save_walk(_ended(walk) if finished else walk)
        return Swept(len(page.versions), lost, again, int(finished))

    def _possible(self, page: Page, walk: Walk) -> list[Stored]:
        return [
            stored
            for stored in page.versions
            if is_linkage_file(stored.ref.key)
            and (walk.settled_before is None or stored.modified >= walk.settled_before)
        ]

    def _notify(self, possible: Sequence[Stored], now: datetime) -> tuple[list[Stored], int, int]:
        """Notify of what is due; return the versions without answer, and how many never had a receipt, or had one."""
        known = self.notes.known([stored.ref for stored in possible])
        open_ = [stored for stored in possible if not (stored.ref in known and known[stored.ref].answered)]
        late = [stored.ref for stored in open_ if self._late(stored, known.get(stored.ref), now)]
        reminders = self.notes.reminders(late)
        due = [ref for ref in late if ref not in reminders or reminders[ref].due <= now]
        self.notifications.send(due)
        self.notes.save_reminders({ref: self._reminder(reminders.get(ref), now) for ref in due})
        lost = sum(ref not in known and ref not in reminders for ref in due)
        return open_, lost, len(due) - lost

    def _late(self, stored: Stored, known: Known | None, now: datetime) -> bool:
        return stored.modified + self.grace <= now if known is None else known.received_at + self.stuck <= now

    def _reminder(self, before: Reminder | None, now: datetime) -> Reminder:
        times = before.times + 1 if before else 1
        doublings = min(times - 1, 20)
        return Reminder(times, now + min(self.stuck * 2**doublings, LONGEST_WAIT))


def _ended(walk: Walk) -> Walk:
    """Return the state in which the next walk begins. What was put during this one may be behind where it already
    was, so that nothing is settled that is not clearly older than its beginning."""
    limits = [moment for moment in (walk.started and walk.started - LONGEST_UPLOAD, walk.unsettled) if moment]
    return Walk(walk.bucket, settled_before=min(limits))
