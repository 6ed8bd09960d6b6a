"""What the registry and the residents say of people who were found, and the port that reads it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from kyotsu.addressees.records import AddresseeRecord, HistoryEntry
from kyotsu.residents.applier import Head
from kyotsu.residents.versions import Entry

Items = Mapping[str, str]
"""Values by romaji name; what is not set is absent."""


class Looked(NamedTuple):
    """What there is of a number."""

    record: AddresseeRecord | None = None
    head: Head | None = None
    """Of a resident; None: the number is no resident's, or nobody asked."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What else is to be read."""

    revisions: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Entries of the registry's history, by number."""
    versions: Mapping[str, Sequence[Entry]] = field(default_factory=dict)
    """Stored versions of residents, by number."""
    principals: Collection[str] = ()
    """Numbers that are linked to."""


@dataclass(frozen=True, slots=True)
class Details:
    """What else was read; what is not there any more is missing."""

    histories: Mapping[str, Sequence[HistoryEntry]] = field(default_factory=dict)
    """The newest first."""
    versions: Mapping[tuple[str, Entry], Items] = field(default_factory=dict)
    """Without sealed items: nobody opens a 個人番号 here."""
    principals: Mapping[str, AddresseeRecord] = field(default_factory=dict)


class PeopleStore(Protocol):
    """Reads people. Every read sees every earlier write."""

    def look(self, numbers: Collection[str], *, residents: bool) -> Mapping[str, Looked]:
        """Return what there is of numbers, those of residents only if asked; one request for 50 of them."""
        ...

    def details(self, wanted: Wanted) -> Details:
        """Return more of people; one request for 100 items, none for nothing."""
        ...
