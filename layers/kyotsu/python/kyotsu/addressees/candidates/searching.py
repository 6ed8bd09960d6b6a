"""A search: reads the keys of a query, scores everybody found and returns the best of them."""

from __future__ import annotations

from typing import NamedTuple

from kyotsu.addressees.candidates import keys
from kyotsu.addressees.candidates.forms import Form
from kyotsu.addressees.candidates.postings import Postings
from kyotsu.addressees.candidates.scoring import Score, Scorer

MOST_READS = 12
"""No search reads more, whatever the query and the register."""
MOST_POSTINGS = 250
"""One read returns no more at first: lists are that long in a large city only, of the most frequent names."""
MOST_AT_LENGTH = 2000
"""Nor more of a list that is too long and that no year of birth narrows: a megabyte, DynamoDB's page, holds them."""


class Candidate(NamedTuple):
    """Somebody who may be the one."""

    id: str
    form: Form
    score: Score


class Found(NamedTuple):
    """What a search found, with what it cost."""

    candidates: tuple[Candidate, ...]
    """The most probable first; equal ones by id, so that an answer can be repeated."""
    reads: int
    compared: int


def search(query: Form, postings: Postings, scorer: Scorer, most: int = 10) -> Found:
    """Return the `most` most probable candidates.

    A list that is too long is read again, as far as reads are left: from the year of birth that is asked for, or if
    that is not known, at length. So whoever agrees in all that is asked for is found among more namesakes, neighbours
    or people born on the first of January than a read returns.
    """
    planned = keys.of_query(query)[:MOST_READS]
    left = MOST_READS - len(planned)
    reads = 0
    people: dict[str, Form] = {}
    for read in planned:
        found = postings.read(read.key, "", MOST_POSTINGS)
        reads += 1
        if len(found) == MOST_POSTINGS and left:
            left -= 1
            reads += 1
            again = MOST_POSTINGS if read.narrow else MOST_AT_LENGTH
            found = [*found, *postings.read(read.key, read.narrow, again)]
        people.update(found)
    scored = [Candidate(id_, form, scorer.score(query, form)) for id_, form in people.items()]
    scored.sort(key=lambda candidate: (-candidate.score.log_odds, candidate.id))
    return Found(tuple(scored[:most]), reads, len(scored))
