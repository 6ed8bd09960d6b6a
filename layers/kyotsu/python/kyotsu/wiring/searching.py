"""What the search of candidates is made of, and what an issue is held against that has to name one. Built once."""

from __future__ import annotations

import functools
import secrets
from datetime import timedelta

from aws_lambda_powertools import Logger

from kyotsu.addressees.preceding import Pick, Preceding
from kyotsu.addressees.search.call import Noting, Searching
from kyotsu.addressees.search.note_table import NoteTable
from kyotsu.addressees.search.people_table import SearchedPeopleTable
from kyotsu.addressees.search.preceded import PrecedingSearches
from kyotsu.catalogue.loading import layer_root, load_catalogue
from kyotsu.runtime import clients
from kyotsu.runtime.clock import SystemClock
from kyotsu.runtime.metrics import counted
from kyotsu.runtime.settings import setting
from kyotsu.wiring import candidates
from kyotsu.wiring.appliers import ADDRESSEES, RESIDENTS
from kyotsu.wiring.audit import audit_trail
from kyotsu.wiring.catalogue import layout_columns, withheld_items
from kyotsu.wiring.numbers import callers
from kyotsu.wiring.protection import protection_decision
from kyotsu.wiring.registry import fingerprints

PICKED = "CandidatesPicked"
"""Issues that named a search, by what they made of it."""

logger = Logger()


@functools.cache
def search_call() -> Searching:
    """Return 住登外者宛名基本情報照会. Rights: `infra.constructs.search_access.let_search`."""
    catalogue, municipality = load_catalogue(layer_root()), setting("MUNICIPALITY")
    return Searching(
        postings=candidates.postings,
        scorer=candidates.scorer,
        people=SearchedPeopleTable(
            clients.dynamodb(),
            setting("ADDRESSEES_TABLE"),
            setting("RESIDENTS_TABLE"),
            municipality,
            functools.cache(lambda layout: layout_columns(catalogue, layout)),
        ),
        callers=callers(),
        decision=protection_decision(),
        audit=audit_trail(),
        withheld=withheld_items(catalogue, ADDRESSEES) | withheld_items(catalogue, RESIDENTS),
        noting=_noting() if setting("SEARCH_BEFORE_ISSUE") == "true" else None,
    )


def preceding_searches() -> Preceding:
    """Return what issues are held against that have to name a search. Rights:
    `infra.constructs.search_access.let_name_searches`."""
    return PrecedingSearches(notes=_notes(), fingerprints=fingerprints(), audit=audit_trail(), count=_count)


def _noting() -> Noting:
    kept = timedelta(seconds=int(setting("SEARCH_SECONDS")))
    return Noting(notes=_notes(), fingerprints=fingerprints(), new_id=lambda: secrets.token_hex(16), kept=kept)


@functools.cache
def _notes() -> NoteTable:
    return NoteTable(setting("CANDIDATES_TABLE"), setting("MUNICIPALITY"))


def _count(pick: Pick, system: str) -> None:
    """Log what an issue made of a search, as a metric: how often the first hit is picked, and how fast."""
    told = {"search": pick.search, "system": system, "rank": pick.rank, "listed": pick.listed}
    more = {"points": pick.points, "seconds": pick.seconds}
    metric = counted(SystemClock(), PICKED, municipality=setting("MUNICIPALITY"), picked=pick.picked)
    logger.info("candidates.picked", extra=told | more | metric)
