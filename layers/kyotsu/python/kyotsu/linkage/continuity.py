"""Continuity: which 連番 arrived, which are missing for too long, and telling of each once.

`note` is fed by answers, so that every file counts that reception knows, rejected ones too, and reception itself has
no call more. `look` runs by the clock: only then can something be missing for too long.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from kyotsu.catalogue.model import Catalogue
from kyotsu.contracts.events import FileAnswered, SequenceGapClosed, SequenceGapFound
from kyotsu.contracts.ports import Clock
from kyotsu.linkage.keys import parse_key
from kyotsu.linkage.rejection import FileRejectedError
from kyotsu.linkage.sequences import Run, Span, arrived, joined, missing, without

GapEvent = SequenceGapFound | SequenceGapClosed
_ATTEMPTS = 20


class ContendedError(Exception):
    """Others kept changing the numbers of the same branch; trying again later is safe."""


@dataclass(frozen=True, slots=True)
class Numbering:
    """What is known of the 連番 of one provider's interface and branch."""

    provider: str
    interface: str
    branch: str
    revision: int = 0
    runs: tuple[Run, ...] = ()
    told: tuple[Span, ...] = ()
    """Numbers that were told to be missing, and have not arrived since."""


class Numberings(Protocol):
    """The table of numberings. Every read sees every earlier write."""

    def numbering(self, provider: str, interface: str, branch: str) -> Numbering:
        """Return a numbering; one of revision 0 if no number of it is known."""
        ...

    def numberings(self) -> Iterable[Numbering]:
        """Yield every numbering of the municipality."""
        ...

    def replace_numbering(self, numbering: Numbering) -> bool:
        """Store a numbering if the stored revision is the one before; tell whether it was."""
        ...


class GapEvents(Protocol):
    """The domain event bus."""

    def publish(self, events: Sequence[GapEvent]) -> None:
        """Publish; a repeat carries the same event id."""
        ...


@dataclass(frozen=True, slots=True)
class Gaps:
    """How many numbers one look found missing, found arrived after all, and leaves missing."""

    found: int = 0
    closed: int = 0
    still_open: int = 0


@dataclass(frozen=True, slots=True)
class Continuity:
    """Watches the 連番 of one municipality."""

    catalogue: Catalogue
    municipality: str
    numberings: Numberings
    events: GapEvents
    clock: Clock
    patience: timedelta
    """How long after a higher number a missing one may still arrive."""
    from_one: bool
    """Whether counting starts at 000001; else at the lowest number that arrived."""

    def note(self, answered: FileAnswered) -> None:
        """Note the number of an answered file, if its key is lawful and its provider may send its branch."""
        try:
            name = parse_key(answered.object_key)
        except FileRejectedError:
            return
        interface = self.catalogue.interfaces.get(name.interface)
        known = interface and interface.accepts_provider(answered.provider) and interface.branch(name.branch)
        if not known:
            return
        at = datetime.fromisoformat(answered.answered_at).timestamp()
        for _ in range(_ATTEMPTS):
            before = self.numberings.numbering(answered.provider, name.interface, name.branch)
            runs = arrived(before.runs, name.sequence, at)
            if runs == before.runs or self._stored(replace(before, runs=runs)):
                return
        raise ContendedError

    def look(self) -> Gaps:
        """Tell of numbers that are missing for too long, and of those that arrived after they were told missing."""
        total = Gaps()
        for numbering in self.numberings.numberings():
            part = self._tell(numbering)
            total = Gaps(total.found + part.found, total.closed + part.closed, total.still_open + part.still_open)
        return total

    def _tell(self, numbering: Numbering) -> Gaps:
        late = (self.clock.now() - self.patience).timestamp()
        spans = [Span(run.first, run.last) for run in numbering.runs]
        still = without(numbering.told, spans)
        closed = without(numbering.told, still)
        found = without(missing(numbering.runs, from_one=self.from_one, until=late), still)
        still_open = joined((*still, *found))
        # Published before it is noted: an interrupted look tells the same again, with the same id.
        if found:
            self.events.publish([self._event(SequenceGapFound, numbering, found)])
        if closed:
            self.events.publish([self._event(SequenceGapClosed, numbering, closed)])
        if found or closed:
            self._stored(replace(numbering, told=still_open))
        return Gaps(_count(found), _count(closed), _count(still_open))

    def _stored(self, numbering: Numbering) -> bool:
        return self.numberings.replace_numbering(replace(numbering, revision=numbering.revision + 1))

    def _event(self, kind: type[GapEvent], numbering: Numbering, spans: Sequence[Span]) -> GapEvent:
        numbers = [str(span) for span in spans]
        place = (self.municipality, numbering.provider, numbering.interface, numbering.branch)
        digest = hashlib.sha256("\0".join((kind.__name__, *place, *numbers)).encode()).hexdigest()
        return kind(
            event_id=digest[:32],
            municipality=self.municipality,
            provider=numbering.provider,
            interface=numbering.interface,
            branch=numbering.branch,
            numbers=numbers,
        )


def _count(spans: Iterable[Span]) -> int:
    return sum(span.last - span.first + 1 for span in spans)
