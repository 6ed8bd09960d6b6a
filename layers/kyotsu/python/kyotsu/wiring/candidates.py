"""The index of candidates as a search uses it. Built once per worker."""

from __future__ import annotations

import functools

from kyotsu.addressees.candidates import scoring
from kyotsu.addressees.candidates.frequencies import Frequencies
from kyotsu.addressees.candidates.postings import Postings
from kyotsu.addressees.candidates.scoring import Scorer
from kyotsu.addressees.candidates_table import CandidateKeys, Scope, TablePostings
from kyotsu.addressees.frequencies_table import FrequenciesTable, Known
from kyotsu.runtime import clients
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.settings import setting
from kyotsu.wiring.registry import fingerprints


def postings(scope: str) -> Postings:
    """Return the index for a `taisho` ("1" or "2"; ValueError). Settings: MUNICIPALITY, CANDIDATES_TABLE,
    FINGERPRINT_SECRET. Rights: Query of the scope's partitions, and reading the secret."""
    return _postings(Scope(scope))


def scorer(scope: str) -> Scorer:
    """Return the scorer for a `taisho`; frequencies are read again once an hour. Right: GetItem of partition `F`.

    Every search asks for it anew.
    """
    return _known().scorer(Scope(scope))


def frequencies(scope: str) -> Frequencies:
    """Return how frequent names are now, and how many people a search of a `taisho` is about."""
    return _known().frequencies(Scope(scope))


@functools.cache
def _postings(scope: Scope) -> TablePostings:
    return TablePostings(clients.dynamodb(), setting("CANDIDATES_TABLE"), _keys(), scope)


@functools.cache
def _keys() -> CandidateKeys:
    return CandidateKeys(setting("MUNICIPALITY"), fingerprints())


@functools.cache
def _known() -> Known:
    table = FrequenciesTable(clients.dynamodb(), setting("CANDIDATES_TABLE"), setting("MUNICIPALITY"))
    return Known(table, SystemClock(), scoring.parameters().people)
