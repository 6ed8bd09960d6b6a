"""What the calls of 住登外者宛名番号管理 (031) are made of. Built once per worker, on its first request."""

from __future__ import annotations

import functools
from datetime import timedelta

from kyotsu.addressees.edit_call import Editing
from kyotsu.addressees.history_call import Showing
from kyotsu.addressees.issuance import AlsoIntegrated, Issuance
from kyotsu.addressees.preceding import Preceding
from kyotsu.addressees.resident_numbers import ResidentNumbers
from kyotsu.catalogue.loading import layer_root, load_catalogue
from kyotsu.runtime.settings import setting
from kyotsu.wiring.appliers import ADDRESSEES
from kyotsu.wiring.audit import audit_trail
from kyotsu.wiring.catalogue import withheld_items
from kyotsu.wiring.numbers import callers, number_source
from kyotsu.wiring.protection import protection_decision
from kyotsu.wiring.registry import (
    fingerprints,
    opening_registry,
    ranges,
    registry,
    residents_keep_numbers,
)


@functools.cache
def issue_call() -> Issuance:
    """Return 住登外者宛名番号付番. Rights: look and write of `RegistryTable`, and those of `SerialTable`; where
    INTEGRATED_WITH_ISSUE or SEARCH_BEFORE_ISSUE is set, also those of `wiring.integrated.issued_beside` and
    `wiring.searching.preceding_searches`."""
    return Issuance(
        store=registry(),
        numbers=number_source(),
        ranges=ranges(),
        callers=callers(),
        fingerprints=fingerprints(),
        integrated=_issued_beside if setting("INTEGRATED_WITH_ISSUE") == "true" else None,
        preceding=_preceding_searches if setting("SEARCH_BEFORE_ISSUE") == "true" else None,
    )


def _issued_beside() -> AlsoIntegrated:
    # Imported where it is needed: most municipalities issue these numbers apart, and every cold start would pay for it.
    from kyotsu.wiring.integrated import issued_beside

    return issued_beside()


def _preceding_searches() -> Preceding:
    # As above: what a search is made of costs a cold start, and only some municipalities ask for it.
    from kyotsu.wiring.searching import preceding_searches

    return preceding_searches()


@functools.cache
def edit_call() -> Editing:
    """Return 住登外者宛名基本情報更新. Rights: look, write, history, lease and release of `RegistryTable`."""
    return Editing(
        store=registry(),
        callers=callers(),
        fingerprints=fingerprints(),
        lease_time=timedelta(seconds=int(setting("LEASE_SECONDS"))),
        residents_keep_numbers=residents_keep_numbers(),
    )


@functools.cache
def history_call() -> Showing:
    """Return 住登外者宛名履歴照会. Rights: look, history and linked_to of `RegistryTable` with Decrypt, and those of
    `protection_decision` and `audit_trail`."""
    return Showing(
        store=opening_registry(),
        callers=callers(),
        decision=protection_decision(),
        audit=audit_trail(),
        withheld=withheld_items(load_catalogue(layer_root()), ADDRESSEES),
    )


@functools.cache
def resident_number_call() -> ResidentNumbers:
    """Return 住民宛名番号付番. Rights: look and take of `RegistryTable`, and those of `SerialTable`."""
    return ResidentNumbers(
        store=registry(),
        numbers=number_source(),
        callers=callers(),
        fingerprints=fingerprints(),
        enabled=setting("RESIDENT_NUMBERS") == "true",
    )
