"""What of a probable pair its reader may know.

If either person is protected, nothing may depend on where they live: not the points, not a reason, and not even that
the pair is listed. That two people are written alike, address and all, is told of nobody protected: the pair is listed
as a probable one as well, which is shown in its place. If either record is closed to others (他業務参照不可), only
that a clerk has to look.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from kyotsu.addressees.clerks_list import Entry, Kind
from kyotsu.addressees.standing import Standing

_OF_ADDRESS = "A"
"""How codes of what agrees in addresses begin."""


class ShownPair(NamedTuple):
    """A probable pair as it may be shown."""

    points: int | None
    reasons: tuple[str, ...]
    """Codes of `candidates.reasons`."""
    withheld: bool
    """The person is protected: nothing of the addresses is told."""


WRITTEN_ALIKE = frozenset({Kind.REPEAT, Kind.DOUBLE})
Pairs = Collection[frozenset[str]]


def pairs_of(entries: Iterable[Entry], kinds: Collection[Kind]) -> Pairs:
    """Return the numbers of the entries of some kinds."""
    return {frozenset(entry.numbers) for entry in entries if entry.kind in kinds}


def shown_pair(
    entry: Entry, *, protected: Collection[str], standings: Mapping[str, Standing], alike: Pairs = frozenset()
) -> ShownPair | None:
    """Return what may be shown of an entry; None: not even that it is listed.

    `protected`: numbers of which somebody is protected, or may be. `alike`: numbers listed as written alike.
    """
    if entry.kind is Kind.REMARK:
        return ShownPair(None, (), withheld=False)
    withheld = is_withheld(entry, protected)
    if entry.kind is not Kind.PROBABLE:
        return None if withheld else ShownPair(None, (), withheld=False)
    if withheld and not entry.without_addresses:
        return None
    if not withheld and frozenset(entry.numbers) in alike:
        return None
    points = entry.unplaced if withheld else entry.points
    closed = any(standing.closed_to_others for number in entry.numbers if (standing := standings.get(number)))
    if closed:
        return ShownPair(points, (), withheld)
    return ShownPair(
        points, tuple(code for code in entry.reasons if not (withheld and code.startswith(_OF_ADDRESS))), withheld
    )


def is_withheld(entry: Entry, protected: Collection[str]) -> bool:
    """Tell whether an entry is of two numbers of which somebody is protected."""
    return entry.kind is not Kind.REMARK and any(number in protected for number in entry.numbers)
