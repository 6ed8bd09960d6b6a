"""What a clerk must look at: numbers that may be one person's, requests that may be repeats, remarks nobody was told.

Nothing is ever concluded from it: the same name, birth date, sex and address may be two people (unnamed twins). An
entry is listed once, whatever comes again, and stays settled once a clerk settled it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from kyotsu.addressees.records import Deed
from kyotsu.addressees.standing import Standing, moment_of, systems_of
from kyotsu.addressees.stream import Remarked
from kyotsu.japanese import dates

REPEATED_WITHIN = timedelta(minutes=10)
"""Two registrations of one business so close in their 操作日時 look like one request that was sent again."""
MOST_PAIRS = 20
"""Pairs listed of one new number: further ones are alike to these as well."""
_ISSUED = frozenset({Deed.REGISTERED, Deed.REOPENED})
_COMPACT = "%Y%m%d%H%M%S"


class Kind(StrEnum):
    """Why something is listed."""

    REPEAT = "repeat"
    """A business seems to have sent the same request again."""
    DOUBLE = "double"
    """Two numbers may be one person's: who they are is written alike."""
    PROBABLE = "probable"
    """Two numbers are probably one person's, by their scores; one of them may be a resident's (`doubles`)."""
    REMARK = "remark"
    """A request was done, with remarks that its answer has no place for."""


class Verdict(StrEnum):
    """What a clerk found."""

    SAME = "same"
    """One person: the numbers are linked, or the one that is too many is deleted."""
    DIFFERENT = "different"
    """Two people."""
    CHECKED = "checked"
    """A remark was seen, and what had to be done was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing to look at. It holds no personal data but addressee numbers."""

    entry_id: str
    kind: Kind
    numbers: tuple[str, ...]
    """One number of a remark, else two, the one registered first before the other."""
    systems: tuple[str, ...]
    """業務ID, or ids of local systems: who used the numbers when it was listed, or whose request it was."""
    noticed_at: str
    """操作日時 of what brought it about; of a probable pair, when it was found. ISO 8601."""
    codes: tuple[str, ...] = ()
    """Outcomes of a remark."""
    residents: tuple[str, ...] = ()
    """Of a probable pair's numbers those that stood for residents, and for no open record of the registry."""
    points: int | None = None
    """得点 of a probable pair."""
    unplaced: int | None = None
    """… without what their addresses add."""
    without_addresses: bool = False
    """Whether a probable pair would be listed if no address were known."""
    reasons: tuple[str, ...] = ()
    """Codes of what agrees and differs in a probable pair (`candidates.reasons`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How a clerk settled an entry."""

    verdict: Verdict
    operator: str
    settled_at: str
    """ISO 8601."""


class ClerksList(Protocol):
    """Keeps entries. Every read sees every earlier write."""

    def add(self, entry: Entry) -> bool:
        """List an entry; False: it is listed, or was settled, and stays as it is."""
        ...

    def withdraw(self, entry_id: str) -> None:
        """Take an open entry off the list: it is no longer so. A settled one stays."""
        ...

    def open(self) -> Iterator[Entry]:
        """Yield entries that nobody settled, by id."""
        ...

    def settled(self) -> Iterator[tuple[Entry, Settlement]]:
        """Yield settled entries, by id."""
        ...

    def settle(self, entry_id: str, settlement: Settlement) -> bool:
        """Settle an open entry; False: it is not open, because there is none or somebody else settled it."""
        ...


def pairs(number: str, alike: Iterable[str], standings: Mapping[str, Standing]) -> Iterator[Entry]:
    """Yield an entry for each other open number of people who are like a number's."""
    own = standings.get(number)
    others = [standings[other] for other in sorted(set(alike) - {number}) if other in standings]
    if own is None or own.deleted:
        return
    for other in [standing for standing in others if not standing.deleted][:MOST_PAIRS]:
        earlier, later = sorted((own, other), key=lambda standing: (standing.registered_at, standing.number))
        yield Entry(
            entry_id=pair_id(own.number, other.number),
            kind=Kind.REPEAT if _repeats(earlier, later) else Kind.DOUBLE,
            numbers=(earlier.number, later.number),
            systems=tuple(systems_of(own.uses | other.uses)),
            noticed_at=dates.iso(later.registered_at),
        )


def pair_id(one: str, other: str) -> str:
    """Return the id of the entry of two numbers whose people are written alike."""
    return "-".join(["pair", *sorted((one, other))])


def remark(remarked: Remarked) -> Entry | None:
    """Return the entry of a history entry with remarks; None if its request had an answer with a place for them.

    Only the published answer of the number-issue API has none, and only there a registration begins with remarks.
    """
    entry, record = remarked.entry, remarked.entry.record
    if entry.deed not in _ISSUED:
        return None
    return Entry(
        entry_id=f"remark-{record.number}-{record.revision}",
        kind=Kind.REMARK,
        numbers=(record.number,),
        systems=tuple(systems_of([entry.by])),
        noticed_at=dates.iso(moment_of(record.operation)),
        codes=remarked.codes,
    )


def still_open(entries: Iterable[Entry], standings: Mapping[str, Standing]) -> Iterator[Entry]:
    """Yield remarks, and pairs that are still two open numbers not linked to each other."""
    for entry in entries:
        if entry.kind is Kind.REMARK or _is_open(entry, standings):
            yield entry


def numbers_of(entries: Collection[Entry]) -> set[str]:
    """Return the numbers that `still_open` asks about."""
    return {number for entry in entries if entry.kind is not Kind.REMARK for number in entry.numbers}


def linked(one: Standing | None, other: Standing | None, numbers: tuple[str, str]) -> bool:
    """Tell whether two numbers, whatever is registered under them, are linked: as one's principal, or under one."""
    principals = tuple(standing.principal if standing else None for standing in (one, other))
    return principals[0] == numbers[1] or principals[1] == numbers[0] or principals[0] == principals[1] is not None


def _is_open(entry: Entry, standings: Mapping[str, Standing]) -> bool:
    found = [standings.get(number) for number in entry.numbers]
    there = [standing if standing is not None and not standing.deleted else None for standing in found]
    known = zip(entry.numbers, there, strict=True)
    if not any(there) or not all(standing or number in entry.residents for number, standing in known):
        return False
    one, other = entry.numbers
    return not linked(there[0], there[1], (one, other))


def _repeats(earlier: Standing, later: Standing) -> bool:
    if earlier.owner != later.owner:
        return False
    between = datetime.strptime(later.registered_at, _COMPACT) - datetime.strptime(earlier.registered_at, _COMPACT)  # noqa: DTZ007 - both are JST
    return between <= REPEATED_WITHIN
