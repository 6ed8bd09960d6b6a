"""What a walk over everybody reads and keeps: pages of the sources and of the index, and how far it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

import msgspec

from kyotsu.addressees.indexing import Standing

After = tuple[str, str] | None


class Phase(StrEnum):
    """What a walk walks over."""

    RESIDENTS = "residents"
    REGISTRY = "registry"
    INDEX = "index"
    DONE = "done"


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """How far a walk is."""

    began: datetime
    phase: Phase = Phase.RESIDENTS
    after: After = None
    people: Mapping[str, int] = {}
    """How many people of each scope it met in the index."""
    suspects: Mapping[str, datetime] = {}
    """Numbers that differed, and when that was seen."""


class Stray(NamedTuple):
    """A posting as a walk over the table met it."""

    number: str
    pk: str
    sk: str


class IndexPage(NamedTuple):
    """Some items of the table."""

    standings: Sequence[Standing]
    postings: Sequence[Stray]
    following: tuple[str, str] | None
    """After what to go on; None: there are no more."""


class NumberPages(Protocol):
    """A walk over the numbers of a source."""

    def page(self, after: After) -> tuple[Sequence[str], After]:
        """Return some numbers and after what to go on (None: there are no more)."""
        ...


class IndexWalk(Protocol):
    """A walk over the index."""

    def page(self, after: After) -> IndexPage:
        """Return some of the index."""
        ...

    def standings(self, numbers: Collection[str]) -> Mapping[str, Standing]:
        """Return what stands of people; who was never indexed is missing."""
        ...

    def lists(self, standing: Standing | None, stray: Stray) -> bool:
        """Tell whether a person's standing knows of a posting."""
        ...

    def remove(self, stray: Stray, standing: Standing | None) -> bool:
        """Delete a posting nobody knows of; False: it is gone, or the standing is another one by now."""
        ...


class WalkStore(Protocol):
    """Keeps how far the walk is."""

    def find(self) -> Walk | None:
        """Return the walk."""
        ...

    def put(self, walk: Walk) -> bool:
        """Keep the walk; False: another run did since `find`."""
        ...
