"""Who of the index may be meant, in the order in which they are worth being read.

Two orders, because nobody yet knows who of them is protected: by all that agrees, and by what agrees but for the
address. A protected person counts only as somebody who is found and ranked without any address (docs/decisions/0137).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kyotsu.addressees.candidates import keys, searching
from kyotsu.addressees.candidates.evidence import Evidence
from kyotsu.addressees.candidates.forms import Form
from kyotsu.addressees.candidates.levels import Place
from kyotsu.addressees.candidates.people import NameKind
from kyotsu.addressees.candidates.postings import Posting, Postings
from kyotsu.addressees.candidates.scoring import Scorer
from kyotsu.addressees.candidates.searching import MOST_AT_LENGTH, MOST_READS, Candidate
from kyotsu.addressees.search.reading import History

SPARE = 10
"""Read beyond the rows that are asked for: some can't be shown, and what was true of others is not any more."""
MOST_BATCHES = 3
"""Batches of `Pool.size` people who are not protected, and the protected ones among them."""
_EVERYBODY = MOST_READS * MOST_AT_LENGTH
LEAST_POINTS = 1
"""Who scores less is no candidate: a stranger who shares a birthday is not shown to anybody."""


@dataclass(slots=True)
class _Recording:
    """`Postings` that remembers who stands under a key that is of no address."""

    postings: Postings
    without_address: set[str] = field(default_factory=set)

    def read(self, key: str, starts: str, most: int) -> Sequence[Posting]:
        found = self.postings.read(key, starts, most)
        if not keys.is_of_address(key):
            self.without_address.update(posting.id for posting in found)
        return found


@dataclass(frozen=True, slots=True)
class Pool:
    """Everybody found."""

    ranked: Sequence[Candidate]
    """By all that agrees, the most probable first."""
    bare: frozenset[str]
    """Who is among the first without any address, and found without one: only these may be shown if protected."""
    bare_first: Sequence[str]
    histories: dict[str, History] = field(repr=False)
    size: int

    def others(self) -> Iterator[str]:
        """Yield everybody who is not among `bare_first`, in the order in which they are worth being read."""
        return (candidate.id for candidate in self.ranked if candidate.id not in self.bare)

    def wanted(self, numbers: Sequence[str]) -> dict[str, History]:
        """Return numbers to read, each with what its earlier data are needed for."""
        return {number: self.histories[number] for number in numbers}


def pool(query: Form, postings: Postings, scorer: Scorer, rows: int, *, filtered: bool) -> Pool:
    """Search the index. `filtered`: something must agree exactly or partly, which then decides who is shown."""
    recording, size = _Recording(postings), rows + SPARE
    found = searching.search(query, recording, scorer, most=_EVERYBODY).candidates
    least = 0 if filtered else LEAST_POINTS
    without = [
        Candidate(one.id, one.form, scorer.of_evidence(without_address(one.score.evidence)))
        for one in found
        if one.id in recording.without_address
    ]
    without = sorted(
        (one for one in without if one.score.points >= least), key=lambda one: (-one.score.log_odds, one.id)
    )[:size]
    first = [one.id for one in without]
    ranked = [one for one in found if one.score.points >= least]
    known = {one.id: one for one in [*without, *ranked]}
    return Pool(
        ranked=ranked,
        bare=frozenset(first),
        bare_first=first,
        histories={number: _history(one, filtered=filtered) for number, one in known.items()},
        size=size,
    )


def without_address(evidence: Evidence) -> Evidence:
    """Return what agrees of somebody whose addresses nobody knows."""
    return evidence._replace(place=Place.NONE, earlier_place=False)


def _history(candidate: Candidate, *, filtered: bool) -> History:
    """Return what earlier data are needed for: if it is by them that somebody agrees, or may agree as was asked."""
    form, evidence = candidate.form, candidate.score.evidence
    has_names = any(name.kind is NameKind.EARLIER for name in form.names)
    return History(
        for_names=evidence.kind is NameKind.EARLIER or (filtered and has_names),
        for_addresses=evidence.earlier_place or (filtered and len(form.addresses) > 1),
    )
