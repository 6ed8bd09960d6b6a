"""In-memory adapters of the ports of those who watch over file linkage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kyotsu.contracts.events import SequenceGapClosed, SequenceGapFound
from kyotsu.linkage.continuity import Numbering
from kyotsu.linkage.keys import ObjectRef
from kyotsu.linkage.sweep import Known, Page, Reminder, Stored, Walk


@dataclass
class MemoryOutboxes:
    """Buckets in the order of their keys."""

    stored: list[Stored] = field(default_factory=list)
    page_size: int = 3
    pages: int = 0
    """Asked for so far."""

    def page(self, bucket: str, after: tuple[str, str] | None) -> Page:
        self.pages += 1
        own = sorted((s for s in self.stored if s.ref.bucket == bucket), key=_place)
        rest = [stored for stored in own if after is None or _place(stored) > after]
        page = rest[: self.page_size]
        return Page(page, _place(page[-1]) if len(rest) > len(page) else None)


@dataclass
class MemorySweepNotes:
    """Receipts as the sweep sees them, walks and reminders."""

    walks: dict[str, Walk] = field(default_factory=dict)
    receipts: dict[ObjectRef, Known] = field(default_factory=dict)
    reminded: dict[ObjectRef, Reminder] = field(default_factory=dict)
    looked_up: list[ObjectRef] = field(default_factory=list)

    def walk(self, bucket: str) -> Walk:
        return self.walks.get(bucket, Walk(bucket))

    def save_walk(self, walk: Walk) -> None:
        self.walks[walk.bucket] = walk

    def known(self, refs: Sequence[ObjectRef]) -> Mapping[ObjectRef, Known]:
        self.looked_up += refs
        return {ref: self.receipts[ref] for ref in refs if ref in self.receipts}

    def reminders(self, refs: Sequence[ObjectRef]) -> Mapping[ObjectRef, Reminder]:
        return {ref: self.reminded[ref] for ref in refs if ref in self.reminded}

    def save_reminders(self, reminders: Mapping[ObjectRef, Reminder]) -> None:
        self.reminded.update(reminders)


@dataclass
class MemoryNotifications:
    """The queue of reception."""

    sent: list[ObjectRef] = field(default_factory=list)

    def send(self, refs: Sequence[ObjectRef]) -> None:
        self.sent += refs


@dataclass
class MemoryNumberings:
    """The table of numberings."""

    stored: dict[tuple[str, str, str], Numbering] = field(default_factory=dict)

    def numbering(self, provider: str, interface: str, branch: str) -> Numbering:
        return self.stored.get((provider, interface, branch), Numbering(provider, interface, branch))

    def numberings(self) -> Iterable[Numbering]:
        return list(self.stored.values())

    def replace_numbering(self, numbering: Numbering) -> bool:
        key = (numbering.provider, numbering.interface, numbering.branch)
        if self.numbering(*key).revision != numbering.revision - 1:
            return False
        self.stored[key] = numbering
        return True


@dataclass
class MemoryGapEvents:
    """Published events, a repeat once."""

    published: dict[str, SequenceGapFound | SequenceGapClosed] = field(default_factory=dict)

    def publish(self, events: Sequence[SequenceGapFound | SequenceGapClosed]) -> None:
        self.published.update({event.event_id: event for event in events})


def _place(stored: Stored) -> tuple[str, str]:
    return stored.ref.key, stored.ref.version_id
